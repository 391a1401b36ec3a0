#!/usr/bin/env node
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// The package has the built command only; a clone of the repository, which need not have built it, runs the sources.
const sources = join(__dirname, '../src/main.ts');
if (existsSync(sources)) require('../../../bin/run-typescript.cjs')(sources);
else import('../dist/main.js');
