#!/usr/bin/env node
/* eslint-disable @typescript-eslint/no-require-imports */
/* global require, __dirname */
// Starts the command with a Node.js that runs the project's TypeScript files: this one, or that of node_modules, where npm ci put
// it on Linux. Without either, it says what to install. It is CommonJS so that older versions can load it.
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const root = join(__dirname, '../../..');
const main = join(__dirname, '../src/main.ts');
const [major, minor] = process.versions.node.split('.').map(Number);
const isOld = major < 24 || (major === 24 && minor < 2);
const installed = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);

if (isOld && existsSync(installed) && process.execPath !== installed) {
  const { status, signal } = spawnSync(installed, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (signal !== null) process.kill(process.pid, signal);
  process.exitCode = status ?? 1;
} else {
  require(join(root, 'bin/require-node-24.cjs'));
  import(pathToFileURL(main));
}
