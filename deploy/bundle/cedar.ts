// Takes the place of Cedar's entry for Node.js in the bundles. It starts from the memory that Cedar had after parsing the
// schema and the policies at build time, so that a cold start neither parses them nor compiles the code that parses.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  initSync,
  preparsePolicySet as parsePolicySet,
  preparseSchema as parseSchema,
} from '@cedar-policy/cedar-wasm/web';
import { callHash, decodeSnapshot, restore, sha256 } from './cedar-snapshot.ts';
import type { CedarInstance } from './cedar-snapshot.ts';

// All of it: esbuild drops a missing name from a TypeScript file in silence, because it could be a type.
export * from '@cedar-policy/cedar-wasm/web';

const bytes = readFileSync(join(__dirname, 'cedar_wasm_bg.wasm'));
const restored = start();

/** The calls that the memory already has the results of. Without a snapshot of this module, none. */
function start(): ReadonlySet<string> {
  const instance: CedarInstance = initSync({ module: bytes });
  const file = join(__dirname, 'cedar-snapshot.bin');
  if (!existsSync(file)) return new Set();
  const snapshot = decodeSnapshot(readFileSync(file));
  if (snapshot.wasmHash !== sha256(bytes)) return new Set();
  restore(instance, snapshot);
  return new Set(snapshot.calls);
}

let parsed = 0;

/** How many schemas and policy sets this process has parsed, because they were not in the snapshot. */
export const parsedCalls = () => parsed;

/** As Cedar's function. A schema that the snapshot holds under this name is not parsed again. */
export const preparseSchema: typeof parseSchema = (name, schema) => {
  if (restored.has(callHash('schema', name, schema))) return { type: 'success' };
  parsed += 1;
  return parseSchema(name, schema);
};

/** As Cedar's function. A policy set that the snapshot holds under this name is not parsed again. */
export const preparsePolicySet: typeof parsePolicySet = (name, policies) => {
  if (restored.has(callHash('policies', name, policies))) return { type: 'success' };
  parsed += 1;
  return parsePolicySet(name, policies);
};
