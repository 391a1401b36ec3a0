// Takes the place of `src/policy/cedar/start.ts` in the bundles. It starts from the memory that
// Cedar had after parsing the schema and the policies at build time, so that a cold start neither
// parses them nor compiles the code that parses.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileCedar, makeCedar, readWasm } from '../../src/policy/cedar/instance.ts';
import { decodeSnapshot, restore, sha256, wasmHash, withoutParsing } from '../../src/policy/cedar/snapshot.ts';
import type { StartedCedar } from '../../src/policy/cedar/start.ts';
import { decodeNativeCode } from './cedar-native.ts';

/**
 * SHA-256 (hex) of the snapshot that was verified with the policies. The build compiles it into the
 * bundle.
 */
declare const CEDAR_SNAPSHOT_HASH: string;

let parsed = 0;
let startedFrom: CompiledModule | null = null;

/**
 * How many schemas and policy sets the first instance has parsed, because they were not in the
 * snapshot.
 */
export const parsedCalls = () => parsed;

/** The module of the first instance, for the build. */
export const moduleOfStart = () => startedFrom;

/**
 * See `src/policy/cedar/start.ts`. A snapshot that is not the one of the build is not used: its
 * memory could hold other policies than it says.
 */
export function startCedar(): StartedCedar {
  const wasm = readWasm();
  startedFrom = compiledModule(wasm);
  const { module, nativeCodeProblem } = startedFrom;
  const { cedar, memory } = makeCedar(
    () => wasm,
    () => module,
  );
  const from = (calls: readonly string[]) => withoutParsing(cedar, calls, () => (parsed += 1));
  const without = (snapshotProblem: string) => ({ cedar: from([]), snapshotProblem, nativeCodeProblem });
  const file = join(__dirname, 'cedar-snapshot.bin');
  if (!existsSync(file)) return without('The package has no cedar-snapshot.bin.');
  const content = readFileSync(file);
  if (sha256(content) !== CEDAR_SNAPSHOT_HASH) return without('cedar-snapshot.bin is not the one of the build.');
  const snapshot = decodeSnapshot(content);
  if (snapshot.wasmHash !== wasmHash(wasm)) return without('cedar_wasm_bg.wasm is not the one of cedar-snapshot.bin.');
  restore(memory, snapshot);
  return { cedar: from(snapshot.calls), snapshotProblem: null, nativeCodeProblem };
}

interface CompiledModule {
  /** A `WebAssembly.Module`. */
  readonly module: object;
  readonly hasNativeCode: boolean;
  /** See `StartedCedar`. */
  readonly nativeCodeProblem: string | null;
}

/**
 * The module of Cedar's WebAssembly: with its native code, if the package has that and this process
 * can use it. Otherwise V8 compiles each function when it is called first.
 */
function compiledModule(wasm: Uint8Array): CompiledModule {
  const without = (nativeCodeProblem: string | null) => ({
    module: compileCedar(wasm),
    hasNativeCode: false,
    nativeCodeProblem,
  });
  const file = join(__dirname, 'cedar-native.bin');
  if (process.env.CEDAR_NATIVE_CODE === 'off' || !existsSync(file)) return without(null);
  try {
    return { module: decodeNativeCode(readFileSync(file), wasm), hasNativeCode: true, nativeCodeProblem: null };
  } catch (error) {
    return without(`cedar-native.bin is not used: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
