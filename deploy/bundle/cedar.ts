// Takes the place of `src/policy/cedar-start.ts` in the bundles. It starts from the memory that Cedar had after parsing the schema and
// the policies at build time, so that a cold start neither parses them nor compiles the code that parses.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCedar, readWasm } from '../../src/policy/cedar-instance.ts';
import { decodeSnapshot, restore, sha256, withoutParsing } from '../../src/policy/cedar-snapshot.ts';
import type { StartedCedar } from '../../src/policy/cedar-start.ts';

/** SHA-256 (hex) of the snapshot that was verified with the policies. The build compiles it into the bundle. */
declare const CEDAR_SNAPSHOT_HASH: string;

let parsed = 0;

/** How many schemas and policy sets the first instance has parsed, because they were not in the snapshot. */
export const parsedCalls = () => parsed;

/**
 * See `src/policy/cedar-start.ts`. A snapshot that is not the one of the build is not used: its memory could hold other policies than it
 * says.
 */
export function startCedar(): StartedCedar {
  const wasm = readWasm();
  const { cedar, memory } = makeCedar(() => wasm);
  const from = (calls: readonly string[]) => withoutParsing(cedar, calls, () => (parsed += 1));
  const without = (snapshotProblem: string): StartedCedar => ({ cedar: from([]), snapshotProblem });
  const file = join(__dirname, 'cedar-snapshot.bin');
  if (!existsSync(file)) return without('The package has no cedar-snapshot.bin.');
  const content = readFileSync(file);
  if (sha256(content) !== CEDAR_SNAPSHOT_HASH) return without('cedar-snapshot.bin is not the one of the build.');
  const snapshot = decodeSnapshot(content);
  if (snapshot.wasmHash !== sha256(wasm)) return without('cedar_wasm_bg.wasm is not the one of cedar-snapshot.bin.');
  restore(memory, snapshot);
  return { cedar: from(snapshot.calls), snapshotProblem: null };
}
