#!/usr/bin/env node
// What any version of Node.js can read: one that is too old ends with a sentence, not with the syntax error of a later file.
const [major, minor] = process.versions.node.split('.').map(Number);

// Older ones know no proxies.
if (major < 24 || (major === 24 && minor < 5)) {
  console.error(`pod-identity-gateway-local needs Node.js 24.5 or later, and this is ${process.versions.node}.`);
  process.exit(1);
}
require('./start.cjs');
