// Takes the place of `src/policy/cedar-start.ts` while the snapshot is made: it records what is parsed.
import { makeCedar, readWasm } from '../../src/policy/cedar-instance.ts';
import type { StartedCedar } from '../../src/policy/cedar-start.ts';
import { callHash, differingBlocks, wasmHash } from '../bundle/cedar-snapshot.ts';
import type { CedarSnapshot } from '../bundle/cedar-snapshot.ts';

const wasm = readWasm();
const { cedar, memory: instance } = makeCedar(() => wasm);
const { memory, __wbindgen_externrefs: table } = instance;
const original = new Uint8Array(memory.buffer).slice();
const calls: string[] = [];

/** See `src/policy/cedar-start.ts`. */
export function startCedar(): StartedCedar {
  const recording = {
    ...cedar,
    preparseSchema: (...[name, schema]: Parameters<typeof cedar.preparseSchema>) => {
      calls.push(callHash('schema', name, schema));
      return cedar.preparseSchema(name, schema);
    },
    preparsePolicySet: (...[name, policies]: Parameters<typeof cedar.preparsePolicySet>) => {
      calls.push(callHash('policies', name, policies));
      return cedar.preparsePolicySet(name, policies);
    },
  };
  return { cedar: recording, snapshotProblem: null, nativeCodeProblem: null };
}

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
  return { wasmHash: wasmHash(wasm), calls, memoryLength, tableLength: table.length, blocks };
}
