// Takes the place of `node:zlib` in the bundles, and loads it when it is used first: that takes
// some milliseconds, and functions use it for policy versions alone. `start.mjs` loads it where
// they are in a table.
type Zlib = ReturnType<typeof load>;
const load = () => process.getBuiltinModule('node:zlib');

type Name = 'brotliCompressSync' | 'brotliDecompressSync' | 'gunzipSync' | 'gzipSync';

const lazy = <One extends Name>(name: One): Zlib[One] =>
  ((...args: [never]) => (load()[name] as (...args: [never]) => Buffer)(...args)) as Zlib[One];

export const brotliCompressSync = lazy('brotliCompressSync');
export const brotliDecompressSync = lazy('brotliDecompressSync');
export const gunzipSync = lazy('gunzipSync');
export const gzipSync = lazy('gzipSync');
export const constants = new Proxy<Zlib['constants']>(Object.create(null) as Zlib['constants'], {
  get: (_, name) => Reflect.get(load().constants, name) as unknown,
});
