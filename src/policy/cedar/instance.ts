import type * as CedarPackage from '@cedar-policy/cedar-wasm/nodejs';
import { readFileSync } from 'node:fs';
import { glue, wasmFile } from './glue.ts';

/** The functions of Cedar that the gateway uses. */
export type Cedar = Pick<
  typeof CedarPackage,
  | 'isAuthorizedPartial'
  | 'policySetTextToParts'
  | 'policyToJson'
  | 'preparsePolicySet'
  | 'preparseSchema'
  | 'schemaToJson'
  | 'statefulIsAuthorized'
  | 'validate'
>;

/**
 * What an instance of Cedar's WebAssembly exports, as far as it is used here: `WebAssembly.Memory`
 * and `WebAssembly.Table`.
 */
export interface CedarMemory {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number };
  readonly __wbindgen_externrefs: {
    readonly length: number;
    readonly get: (index: number) => unknown;
    readonly grow: (places: number) => number;
  };
}

/** TypeScript's library for Node.js has no types of it. */
interface WebAssemblyGlobal {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: CedarMemory };
}

const { Module, Instance } = Reflect.get(globalThis, 'WebAssembly') as WebAssemblyGlobal;

/** Reads Cedar's WebAssembly. */
export function readWasm(): Buffer {
  return readFileSync(wasmFile);
}

/** Compiled once: instances share the code, also what V8 compiles of it while it runs. */
let compiled: object | null = null;

/** Compiles Cedar's WebAssembly. */
export function compileCedar(wasm: Uint8Array): object {
  return new Module(wasm);
}

/**
 * Creates an instance of Cedar with a memory of its own, which is freed with the instance. What one
 * instance parses, and what traps in it, has no effect on others.
 *
 * @param read Cedar's WebAssembly, where it has been read already
 * @param compile the module of it, where it need not be compiled
 */
export function makeCedar(
  read: () => Uint8Array = readWasm,
  compile = compileCedar,
): {
  readonly cedar: Cedar;
  readonly memory: CedarMemory;
} {
  const module = (compiled ??= compile(read()));
  const instances: CedarMemory[] = [];
  const webAssembly = {
    Module: function () {
      return module;
    },
    Instance: function (_: object, imports: object) {
      const instance = new Instance(module, imports);
      instances.push(instance.exports);
      return instance;
    },
  };
  const cedar = {};
  glue(cedar, () => ({ readFileSync: () => null }), '', webAssembly);
  const [memory] = instances;
  if (memory === undefined) throw new Error("Cedar's package creates no instance of its WebAssembly.");
  return { cedar: cedar as Cedar, memory };
}
