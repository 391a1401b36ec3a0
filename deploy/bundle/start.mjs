// Starts a function: the bundle beside this file that has the same name. An ES module, because Lambda waits for its `await`
// before it counts the function as initialized. Node's modules are not imported, because that would load them as ES modules.
const { existsSync, readFileSync } = process.getBuiltinModule('node:fs');
const { createRequire } = process.getBuiltinModule('node:module');
const { setFlagsFromString } = process.getBuiltinModule('node:v8');
const { Script } = process.getBuiltinModule('node:vm');

// V8's flags are not an interface: they are set for the version with which they were measured. A cold start calls few of
// Cedar's functions, so they are validated when they are called; a function must run for longer than by default before V8
// optimizes it, which on one core would delay the first answer.
if (process.versions.v8.startsWith('13.6.')) {
  setFlagsFromString('--wasm-lazy-validation');
  setFlagsFromString('--wasm-tiering-budget=52000000');
  // No effect here, but V8 rejects a code cache that was made with other flags, and Lambda sets this one.
  setFlagsFromString('--expose-gc');
}

const bundle = import.meta.filename.replace(/\.mjs$/, '.cjs');
const cache = `${bundle}.cache`;
const source = `(function (exports, require, module, __filename, __dirname) { ${readFileSync(bundle, 'utf8')}\n})`;

/** V8 checks version, flags and length of the source, and compiles where they differ. */
export const script = new Script(source, {
  filename: bundle,
  ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
});

const module = { exports: {} };
script.runInThisContext()(module.exports, createRequire(bundle), module, bundle, import.meta.dirname);
await module.exports.initialized;

export const { handler } = module.exports;
