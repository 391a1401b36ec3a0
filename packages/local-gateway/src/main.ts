#!/usr/bin/env node
import { handleSignals } from './signals.ts';

// Checked before anything is loaded, because older versions fail at an import with a message that
// does not help.
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(`pod-identity-gateway-local needs Node.js 24 or later; this is ${process.version}.`);
  process.exit(1);
}
handleSignals();
await import('./cli.ts');
