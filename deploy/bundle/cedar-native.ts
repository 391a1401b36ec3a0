// Cedar's native code, as V8 compiled it at build time. V8 has functions that write and read it,
// for its own tests only: their names are not an interface, and a wrong argument ends the process.
// So everything is checked before they are called.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { sha256, wasmHash } from '../../src/policy/cedar/snapshot.ts';

/** What the head of the file says of the code. */
interface Head {
  /** See {@link nodeBuild}. */
  readonly node: string;
  /** See `wasmHash`. */
  readonly wasmHash: string;
  /** SHA-256 (hex) of the code. */
  readonly hash: string;
}

/**
 * The build of Node.js that runs: code refers to places in its program. The head of an executable
 * file lists the sizes and addresses of its parts, so that another build of the same version has
 * another one.
 */
function nodeBuild(): string {
  const head = Buffer.alloc(4_096);
  const file = openSync(process.execPath, 'r');
  try {
    readSync(file, head);
    const { size } = fstatSync(file);
    return `Node.js ${process.version}, V8 ${process.versions.v8}, ${process.platform} ${process.arch}, ${size} bytes ${sha256(head)}`;
  } finally {
    closeSync(file);
  }
}

/**
 * A function of V8 itself. Only code that is compiled here can name it: V8 accepts such names only
 * meanwhile.
 */
function v8Function(name: string, parameters: string): (...args: readonly object[]) => unknown {
  setFlagsFromString('--allow-natives-syntax');
  try {
    // Parentheses make V8 compile the function at once, not when it is called.
    const script = new Script(`(function (${parameters}) { return %${name}(${parameters}); })`);
    return script.runInThisContext() as ReturnType<typeof v8Function>;
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}

/**
 * The code that V8 has optimized of a module.
 *
 * @param module a `WebAssembly.Module` of which V8 has optimized at least one function. Anything
 *   else ends the process
 */
export function nativeCodeOf(module: object): Buffer {
  return Buffer.from(v8Function('SerializeWasmModule', 'module')(module) as ArrayBuffer);
}

/**
 * Native code as a file: the length of its head, the head as JSON, and the code of this build of
 * Node.js and this WebAssembly.
 */
export function encodeNativeCode(code: Buffer, wasm: Uint8Array): Buffer {
  const head: Head = { node: nodeBuild(), wasmHash: wasmHash(wasm), hash: sha256(code) };
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, code]);
}

/**
 * The module with the code of a file that {@link encodeNativeCode} created. Throws an Error that
 * says why it can't be used: it is damaged, or of another build of Node.js or of Cedar, or V8
 * rejects it, because it has other flags or runs on another processor.
 */
export function decodeNativeCode(file: Buffer, wasm: Uint8Array): object {
  const headEnd = 4 + file.readUInt32LE(0);
  const head = JSON.parse(file.toString('utf8', 4, headEnd)) as Head;
  const node = nodeBuild();
  if (head.node !== node) throw new Error(`it was made by ${head.node}, and this is ${node}`);
  if (head.wasmHash !== wasmHash(wasm)) throw new Error('it is of another cedar_wasm_bg.wasm');
  const code = file.subarray(headEnd);
  if (head.hash !== sha256(code)) throw new Error('it is damaged');
  // V8 reads a whole ArrayBuffer.
  const module = v8Function('DeserializeWasmModule', 'code, wasm')(new Uint8Array(code).buffer, wasm);
  if (typeof module !== 'object' || module === null) throw new Error('V8 has other flags or runs on another processor');
  return module;
}
