// Runs a TypeScript file of the project with a Node.js that can: this one, or that of node_modules, where npm ci put it on Linux.
// Without either, it says what to install. It is CommonJS so that older versions can load it.
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const [major, minor] = process.versions.node.split('.').map(Number);
const isOld = major < 24 || (major === 24 && minor < 2);
const installed = join(__dirname, `../node_modules/node-${process.platform}-${process.arch}/bin/node`);

module.exports = function runTypeScript(main) {
  if (isOld && existsSync(installed) && process.execPath !== installed) {
    const { status, signal } = spawnSync(installed, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
    if (signal !== null) process.kill(process.pid, signal);
    process.exitCode = status ?? 1;
  } else {
    require('./require-node-24.cjs');
    import(pathToFileURL(main));
  }
};
