/* oxlint-disable typescript/no-require-imports */
/* global require */
// Writes a line for each file that a process reads, as {"read": FILE}: node --require ./record-reads.cjs
const fs = require('node:fs');
const { readFileSync } = fs;

fs.readFileSync = (file, ...options) => {
  process.stdout.write(`${JSON.stringify({ read: String(file) })}\n`);
  return readFileSync(file, ...options);
};
