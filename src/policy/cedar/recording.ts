import { makeCedar, readWasm } from './instance.ts';
import type { Cedar } from './instance.ts';
import { callHash, differingBlocks, wasmHash } from './snapshot.ts';
import type { CedarSnapshot } from './snapshot.ts';

/** A new instance of Cedar that records what it parses. */
export interface RecordingCedar {
  readonly cedar: Cedar;
  /**
   * What its memory holds now. Throws an Error if it refers to a JavaScript value, which a snapshot
   * can't contain.
   */
  readonly takeSnapshot: () => CedarSnapshot;
}

/** Creates an instance whose memory becomes a snapshot. */
export function recordCedar(): RecordingCedar {
  const wasm = readWasm();
  const { cedar, memory: instance } = makeCedar(() => wasm);
  const { memory, __wbindgen_externrefs: table } = instance;
  const original = new Uint8Array(memory.buffer).slice();
  const calls: string[] = [];
  return {
    cedar: {
      ...cedar,
      preparseSchema: (name, schema) => {
        calls.push(callHash('schema', name, schema));
        return cedar.preparseSchema(name, schema);
      },
      preparsePolicySet: (name, policies) => {
        calls.push(callHash('policies', name, policies));
        return cedar.preparsePolicySet(name, policies);
      },
    },
    takeSnapshot: () => {
      for (let index = 0; index < table.length; index += 1) {
        const value = table.get(index);
        if (value !== null && typeof value !== 'undefined' && typeof value !== 'boolean') {
          throw new Error('Cedar keeps a JavaScript value, so that its memory alone is not its state.');
        }
      }
      const memoryLength = memory.buffer.byteLength;
      const blocks = differingBlocks(new Uint8Array(memory.buffer), original);
      return { wasmHash: wasmHash(wasm), calls, memoryLength, tableLength: table.length, blocks };
    },
  };
}
