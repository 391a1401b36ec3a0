import { createHash } from 'node:crypto';
import type { Cedar, CedarMemory } from './instance.ts';

/**
 * The memory of Cedar's WebAssembly after it has parsed a schema and policies: what differs from a
 * new instance. It is valid only for the module with the same hash.
 */
export interface CedarSnapshot {
  /** Of the WebAssembly module: see {@link wasmHash}. */
  readonly wasmHash: string;
  /** The calls whose results the memory holds, by `callHash`. */
  readonly calls: readonly string[];
  /** Size of the memory, in bytes. */
  readonly memoryLength: number;
  /**
   * Length of the table of JavaScript values. It holds none, but the memory counts its free places.
   */
  readonly tableLength: number;
  /** Parts of the memory, by their offset. */
  readonly blocks: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}

/** Size of the parts that are compared, in bytes. */
const blockLength = 4_096;

/** Size of a page of a WebAssembly memory, in bytes. */
const pageLength = 65_536;

/** SHA-256 (hex) of a call that parses: its function, its name for the result, and its argument. */
export function callHash(kind: 'schema' | 'policies', name: string, content: unknown): string {
  return sha256(JSON.stringify([kind, name, content]));
}

/** How much of each part of the WebAssembly is hashed, in bytes. */
const sample = { length: 4_096, of: 65_536 } as const;

/**
 * Tells builds of Cedar apart: the SHA-256 (hex) of the length of its WebAssembly and of a
 * sixteenth of it, spread evenly, so that whatever moves code or data changes it. All of it would
 * take a fiftieth of a cold start, and would protect from nothing else: who can change the file can
 * change the bundle, and the file is executed in any case.
 */
export function wasmHash(wasm: Uint8Array): string {
  const samples: Uint8Array[] = [Buffer.from(`${wasm.length}`)];
  for (let at = 0; at < wasm.length; at += sample.of) samples.push(wasm.subarray(at, at + sample.length));
  return sha256(Buffer.concat(samples));
}

/** SHA-256 (hex). */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What differs in a memory from that of a new instance. Adjacent blocks are joined. */
export function differingBlocks(memory: Uint8Array, original: Uint8Array): CedarSnapshot['blocks'] {
  const blocks: { offset: number; bytes: Uint8Array }[] = [];
  for (let offset = 0; offset < memory.length; offset += blockLength) {
    const bytes = memory.subarray(offset, offset + blockLength);
    const before = original.subarray(offset, offset + blockLength);
    // Beyond its end, a new instance has zeros once it has grown.
    if (before.length === 0 ? bytes.every((byte) => byte === 0) : Buffer.compare(bytes, before) === 0) continue;
    const last = blocks.at(-1);
    if (last && last.offset + last.bytes.length === offset) {
      last.bytes = memory.subarray(last.offset, offset + bytes.length);
    } else blocks.push({ offset, bytes });
  }
  return blocks;
}

/** Brings a new instance into the state of the snapshot. */
export function restore({ memory, __wbindgen_externrefs: table }: CedarMemory, snapshot: CedarSnapshot): void {
  const missing = snapshot.memoryLength - memory.buffer.byteLength;
  if (missing > 0) memory.grow(missing / pageLength);
  if (snapshot.tableLength > table.length) table.grow(snapshot.tableLength - table.length);
  const target = new Uint8Array(memory.buffer);
  for (const { offset, bytes } of snapshot.blocks) target.set(bytes, offset);
}

/**
 * As the instance, except that what a snapshot holds is not parsed again.
 *
 * @param calls those whose results the memory of the instance holds, see {@link CedarSnapshot}
 * @param onParsed is called for each call that parses
 */
export function withoutParsing(cedar: Cedar, calls: readonly string[], onParsed: () => void = () => undefined): Cedar {
  const restored = new Set(calls);
  const unlessRestored =
    <Content>(
      kind: 'schema' | 'policies',
      parse: (name: string, content: Content) => ReturnType<Cedar['preparseSchema']>,
    ) =>
    (name: string, content: Content) => {
      if (restored.has(callHash(kind, name, content))) return { type: 'success' } as const;
      onParsed();
      return parse(name, content);
    };
  return {
    ...cedar,
    preparseSchema: unlessRestored('schema', cedar.preparseSchema),
    preparsePolicySet: unlessRestored('policies', cedar.preparsePolicySet),
  };
}

/**
 * The snapshot as a file: the length of its head, the head as JSON, and the bytes of its blocks.
 */
export function encodeSnapshot({ blocks, ...rest }: CedarSnapshot): Buffer {
  const places = blocks.map(({ offset, bytes }) => [offset, bytes.length]);
  const head = Buffer.from(JSON.stringify({ ...rest, places }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, ...blocks.map(({ bytes }) => bytes)]);
}

/** The snapshot of a file that {@link encodeSnapshot} created. */
export function decodeSnapshot(file: Buffer): CedarSnapshot {
  const headEnd = 4 + file.readUInt32LE(0);
  const { places, ...rest } = JSON.parse(file.toString('utf8', 4, headEnd)) as Omit<CedarSnapshot, 'blocks'> & {
    readonly places: readonly (readonly [number, number])[];
  };
  let at = headEnd;
  const blocks = places.map(([offset, length]) => {
    at += length;
    return { offset, bytes: file.subarray(at - length, at) };
  });
  return { ...rest, blocks };
}
