// Starts a function: the bundle beside this file that has the same name. An ES module, because Lambda waits for its `await`
// before it counts the function as initialized. Node's modules are not imported, because that would load them as ES modules.
const { existsSync, readFileSync } = process.getBuiltinModule('node:fs');
const { setFlagsFromString } = process.getBuiltinModule('node:v8');
const { Script } = process.getBuiltinModule('node:vm');

// V8 rejects code caches that were made with other flags: the one of the bundle, and those of Node's own modules. Lambda sets
// this flag, which has no effect after the start of Node.js.
setFlagsFromString('--no-expose-gc');

const bundle = import.meta.filename.replace(/\.mjs$/, '.cjs');
const cache = `${bundle}.cache`;
// The last one is read by src/app/code-caches.ts.
const wrapper = '(function (exports, require, module, __filename, __dirname, rejectedCodeCaches) { ';

/** V8 checks version, flags and length of the source, and compiles where they differ. */
export const script = new Script(`${wrapper}${readFileSync(bundle, 'utf8')}\n})`, {
  // Without its folder: the code cache contains it, and equal builds in two folders have equal caches.
  filename: bundle.replace(/^.*[\\/]/, ''),
  // Stack traces have the columns of the bundle.
  columnOffset: -wrapper.length,
  ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
});

// V8's flags are not an interface: they are set for the version with which they were measured. A cold start calls few of
// Cedar's functions, so they are validated when they are called; a function must run for longer than by default before V8
// optimizes it, which on one core would delay the first answer.
const flags = [
  { set: '--wasm-lazy-validation', reset: '--no-wasm-lazy-validation' },
  { set: '--wasm-tiering-budget=130000000', reset: '--wasm-tiering-budget=13000000' },
  { set: '--semi-space-growth-factor=16', reset: '--semi-space-growth-factor=2' },
];
if (process.versions.v8.startsWith('13.6.')) {
  // With other flags, Node.js compiles its modules without their code caches, so those of a request are loaded before.
  const names = ['crypto', 'dns', 'https', ...(process.env.POLICY_SOURCE === 'table' ? ['zlib'] : [])];
  for (const name of names) process.getBuiltinModule(`node:${name}`);
  for (const { set } of flags) setFlagsFromString(set);
}

/** The code cache of what has been compiled so far, for a start with the flags that V8 has when it reads the cache. */
export function makeCodeCache() {
  for (const { reset } of flags) setFlagsFromString(reset);
  return script.createCachedData();
}

const module = { exports: {} };
const rejected = script.cachedDataRejected ? [cache.replace(/^.*[\\/]/, '')] : [];
// Bundles load nothing but modules of Node.js, and `require` takes longer.
const require = (name) =>
  process.getBuiltinModule(name) ?? process.getBuiltinModule('node:module').createRequire(bundle)(name);
script.runInThisContext()(module.exports, require, module, bundle, import.meta.dirname, rejected);
await module.exports.initialized;

export const { handler } = module.exports;
