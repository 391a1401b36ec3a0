// Takes the place of Cedar's entry for Node.js while the snapshot is made: it records what is parsed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  initSync,
  preparsePolicySet as parsePolicySet,
  preparseSchema as parseSchema,
} from '@cedar-policy/cedar-wasm/web';
import { callHash, differingBlocks, sha256 } from '../bundle/cedar-snapshot.ts';
import type { CedarInstance, CedarSnapshot } from '../bundle/cedar-snapshot.ts';

// All of it: esbuild drops a missing name from a TypeScript file in silence, because it could be a type.
export * from '@cedar-policy/cedar-wasm/web';

const wasm = readFileSync(join(__dirname, 'cedar_wasm_bg.wasm'));
const instance: CedarInstance = initSync({ module: wasm });
const { memory, __wbindgen_externrefs: table } = instance;
const original = new Uint8Array(memory.buffer).slice();
const calls: string[] = [];

export const preparseSchema: typeof parseSchema = (name, schema) => {
  calls.push(callHash('schema', name, schema));
  return parseSchema(name, schema);
};

export const preparsePolicySet: typeof parsePolicySet = (name, policies) => {
  calls.push(callHash('policies', name, policies));
  return parsePolicySet(name, policies);
};

/** What the memory holds now. Throws an Error if it refers to a JavaScript value, which a snapshot can't contain. */
export function takeSnapshot(): CedarSnapshot {
  for (let index = 0; index < table.length; index += 1) {
    const value = table.get(index);
    if (value !== null && typeof value !== 'undefined' && typeof value !== 'boolean') {
      throw new Error('Cedar keeps a JavaScript value, so that its memory alone is not its state.');
    }
  }
  const memoryLength = memory.buffer.byteLength;
  const blocks = differingBlocks(new Uint8Array(memory.buffer), original);
  return { wasmHash: sha256(wasm), calls, memoryLength, tableLength: table.length, blocks };
}
