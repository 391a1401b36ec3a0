#!/usr/bin/env node
// Checked before anything is loaded, because older versions fail at an import with a message that does not help.
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(`pod-identity-gateway-local needs Node.js 24 or later; this is ${process.version}.`);
  process.exit(1);
}
await import('./cli.ts');
export {};
