#!/usr/bin/env node
const { join } = require('node:path');
const runTypeScript = require('../../../bin/run-typescript.cjs');

runTypeScript(join(__dirname, '../src/main.ts'));
