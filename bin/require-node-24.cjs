// Ends with one line of advice where Node.js is too old for the project's TypeScript files. npm scripts load it first:
// node -r ./bin/require-node-24.cjs FILE. It is CommonJS because older versions load nothing else by -r.
const wanted = [24, 2];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < wanted[0] || (major === wanted[0] && minor < wanted[1])) {
  console.error(
    `Node.js ${wanted.join('.')} or later is needed, and this is ${process.versions.node}. Install Node.js 24 ` +
      '(https://nodejs.org, or `nvm install`), or on Linux run `npm ci`, which installs it into node_modules.',
  );
  process.exit(1);
}
