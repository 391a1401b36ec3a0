import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where V8's code caches have the hash of the version that made them (`SerializedCodeData` in its source), in bytes. */
const versionOffset = 4;

/** Makes the code cache of the graphql function in a build one of another version of V8: a start reads and rejects it. */
export function rejectCodeCache(dist: string): void {
  const file = join(dist, 'graphql.cjs.cache');
  const cache = readFileSync(file);
  cache.writeUInt32LE((cache.readUInt32LE(versionOffset) ^ 1) >>> 0, versionOffset);
  writeFileSync(file, cache);
}
