import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { encodeNativeCode } from './bundle/cedar-native.ts';
import { cedarDefines, cedarGlue, cedarStart, copyStart, wasmFile } from './optimize.ts';

const root = join(import.meta.dirname, '..');

/** Cedar's native code, beside the bundles. */
export const nativeCodeFile = 'cedar-native.bin';

/** In so many processes, each address differs: one in 256 is the same in two of them. */
const processes = 4;

/**
 * Writes the native code of what Cedar runs in the cases to `outdir`, which holds everything else
 * from which Cedar starts. Only the build of Node.js that runs now uses it. Returns a summary of
 * the decisions from it, or why there is none: functions start slower without it, and do the same.
 *
 * @param sources the folder of the policies, with their cases
 * @param snapshotHash of the snapshot in `outdir`
 */
export async function writeNativeCode(outdir: string, sources: string, snapshotHash: string): Promise<string> {
  const file = join(outdir, nativeCodeFile);
  return withProgram({ outdir, sources, snapshotHash }, async (program) => {
    const written = async () => {
      await program(['--no-liftoff', '--predictable', '--random-seed=1'], [file], { CEDAR_NATIVE_CODE: 'off' });
      return await readFile(file);
    };
    try {
      let code: Buffer = await written();
      for (let count = 1; count < processes; count += 1) code = withoutAddresses(code, await written());
      const wasm = await readFile(join(outdir, wasmFile));
      await writeFile(file, encodeNativeCode(code, wasm));
    } catch (error) {
      await rm(file, { force: true });
      return `none, because it could not be written: ${error instanceof Error ? error.message : String(error)}`;
    }
    return (await program()).replace('\n', ', ');
  });
}

/**
 * The code without what differs in another process, so that equal builds have equal code: upper
 * halves of addresses, which V8 writes whole when it reads the code. Throws an Error if anything
 * else differs: nothing tells whether V8 would write that.
 */
export function withoutAddresses(code: Buffer, other: Buffer): Buffer {
  if (code.length !== other.length) throw new Error('V8 compiles it to different lengths');
  const cleared = Buffer.from(code);
  for (const [index, byte] of code.entries()) {
    if (byte === other[index]) continue;
    const half = upperHalfWith(code, index);
    if (half === undefined) throw new Error(`V8 compiles it differently at ${index}`);
    cleared.fill(0, half, half + 4);
  }
  return cleared;
}

/**
 * Where the upper four bytes begin of an address of eight that an x86-64 instruction loads into a
 * register, if a byte belongs to them: REX.W, an operation code from B8 to BF, the address ("Intel
 * 64 and IA-32 Architectures Software Developer's Manual", MOV). V8 writes a number into the lower
 * four for the time in which the code is stored (`SetWasmCalleeTag` in its wasm-serialization.cc).
 * For other processors, it writes whole numbers, so that nothing differs.
 */
function upperHalfWith(code: Buffer, index: number): number | undefined {
  return [0, 1, 2, 3]
    .map((place) => index - place)
    .find((half) => {
      const [prefix, operation = 0] = [code[half - 6], code[half - 5]];
      return (prefix === 0x48 || prefix === 0x49) && operation >= 0xb8 && operation <= 0xbf;
    });
}

/** A package, and what is decided from it. */
interface Decided {
  readonly outdir: string;
  /** The folder of the policies, with their cases. */
  readonly sources: string;
  /** Of the snapshot in `outdir`. */
  readonly snapshotHash: string;
}

/**
 * Decides all cases in a new process, with these flags of V8, further arguments, and variables.
 * Returns what it prints.
 */
export type Program = (
  flags?: readonly string[],
  args?: readonly string[],
  env?: Readonly<Record<string, string>>,
) => Promise<string>;

/**
 * Uses the program `deploy/snapshot/native-code.ts` as if it were a function of a package. It fails
 * where a decision is not the expected one.
 */
export async function withProgram<Result>(
  { outdir, sources, snapshotHash }: Decided,
  use: (program: Program) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'native-code-'));
  try {
    await build({
      plugins: [cedarGlue, cedarStart],
      absWorkingDir: root,
      entryPoints: ['deploy/snapshot/native-code.ts'],
      outfile: join(folder, 'program.cjs'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      define: { ...cedarDefines(snapshotHash), __dirname: JSON.stringify(outdir) },
      logLevel: 'error',
    });
    await copyStart(folder, 'program');
    return await use(async (flags = [], args = [], env = {}) => {
      const all = [...flags, join(folder, 'program.mjs'), join(outdir, 'policies'), sources, ...args];
      return (await promisify(execFile)(process.execPath, all, { env })).stdout.trim();
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
