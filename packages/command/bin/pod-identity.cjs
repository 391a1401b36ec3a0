#!/usr/bin/env node
// What any version of Node.js can read: one that is too old ends with a sentence, not with the syntax error of a later file.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// The package has the built command only; a clone of the repository, which need not have built it, runs the sources.
const sources = join(__dirname, '../src/main.ts');
if (existsSync(sources)) require('../../../bin/run-typescript.cjs')(sources);
else if (isOld(process.versions.node.split('.').map(Number))) {
  console.error(`pod-identity needs Node.js 22.21, 24.5 or later, and this is ${process.versions.node}.`);
  process.exit(255);
} else require('./start.cjs');

/** Older ones know no proxies. */
function isOld([major, minor]) {
  if (major === 22) return minor < 21;
  return major < 24 || (major === 24 && minor < 5);
}
