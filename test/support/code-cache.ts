import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where V8's code caches have the hash of the version that made them (`SerializedCodeData` in its source), in bytes. */
const versionOffset = 4;

/**
 * Makes the code cache of the graphql function and Cedar's native code in a build those of another Node.js: a start reads and rejects them.
 */
export function rejectCodeCache(dist: string): void {
  const file = join(dist, 'graphql.cjs.cache');
  const cache = readFileSync(file);
  cache.writeUInt32LE((cache.readUInt32LE(versionOffset) ^ 1) >>> 0, versionOffset);
  writeFileSync(file, cache);
  const native = join(dist, 'cedar-native.bin');
  const code = readFileSync(native);
  code.write('v23', code.indexOf(process.version));
  writeFileSync(native, code);
}
