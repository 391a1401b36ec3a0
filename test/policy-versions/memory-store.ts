import type { CompiledStore } from '../../src/policy-versions/compiled-store.ts';

/** A store of compiled versions in memory, with the keys of what was put. */
export function memoryCompiledStore() {
  const contents = new Map<string, Uint8Array>();
  const ends = new Map<string, number>();
  const puts: string[] = [];
  const store: CompiledStore = {
    get: (key) => Promise.resolve(contents.get(key) ?? null),
    expiresAt: (key) => Promise.resolve(ends.get(key) ?? null),
    put: (key, content, expiresAt) => {
      contents.set(key, content);
      ends.set(key, expiresAt);
      puts.push(key);
      return Promise.resolve();
    },
  };
  return { ...store, contents, puts };
}
