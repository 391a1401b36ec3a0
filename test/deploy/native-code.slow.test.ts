// No quick test: it needs a build or a package.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { decodeNativeCode } from '../../deploy/bundle/cedar-native.ts';
import { nativeCodeFile, withoutAddresses, withProgram, writeNativeCode } from '../../deploy/native-code.ts';
import type { Program } from '../../deploy/native-code.ts';
import { copyWasm, wasmFile, writeCedarSnapshot } from '../../deploy/optimize.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { policySetFile, readPolicySources } from '../../src/policy/load.ts';
import { shipped } from '../support/policy-sample.ts';

describe("Cedar's native code", () => {
  let outdir: string;
  let snapshotHash: string;
  let code: Buffer;
  let wasm: Buffer;

  beforeAll(async () => {
    outdir = mkdtempSync(join(tmpdir(), 'native-'));
    mkdirSync(join(outdir, 'policies'));
    await copyWasm(outdir);
    const policySet = compilePolicies(readPolicySources(shipped));
    writeFileSync(join(outdir, 'policies', policySetFile), JSON.stringify(policySet));
    snapshotHash = await writeCedarSnapshot(outdir, shipped);
    await writeNativeCode(outdir, shipped, snapshotHash);
    code = readFileSync(join(outdir, nativeCodeFile));
    wasm = readFileSync(join(outdir, wasmFile));
  });

  beforeEach(() => {
    writeFileSync(join(outdir, nativeCodeFile), code);
    writeFileSync(join(outdir, wasmFile), wasm);
  });

  afterAll(() => rmSync(outdir, { recursive: true }));

  /** Decides all cases in a new process, as a function does. */
  const decide = (...args: Parameters<Program>) =>
    withProgram({ outdir, sources: shipped, snapshotHash }, (program) => program(...args));

  /** A file whose head has other values. */
  const withHead = (changed: object): Buffer => {
    const end = 4 + code.readUInt32LE(0);
    const head = Buffer.from(JSON.stringify({ ...(JSON.parse(code.toString('utf8', 4, end)) as object), ...changed }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(head.length);
    return Buffer.concat([length, head, code.subarray(end)]);
  };

  const withChangedByte = (file: Buffer, at: number): Buffer => {
    const changed = Buffer.from(file);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    return changed;
  };

  const decided = /^\d{3} cases, 0 failures, 0 parsed\n/;

  test("Cedar's native code is stored without the upper halves of addresses, which differ in each process", () => {
    // mov rax, 0x00005a5b00000007 and mov r10, 0x00005a5b00000009, and a return.
    const code = Buffer.from('48b8070000005b5a000049ba090000005b5a0000c3', 'hex');
    const other = Buffer.from('48b807000000515a000049ba09000000515b0000c3', 'hex');
    expect(withoutAddresses(code, other).toString('hex')).toBe('48b8070000000000000049ba0900000000000000c3');
    expect(withoutAddresses(code, code)).toEqual(code);
  });

  test.each([
    ['the lower half of an address', '48b8070000005b5a0000c3', '48b8080000005b5a0000c3'],
    ['another instruction', '48b8070000005b5a0000c3', '48b8070000005b5a0000c2'],
    ['an instruction like it without an address', '48b7070000005b5a0000c3', '48b707000000515a0000c3'],
    ['the length', '48b8070000005b5a0000c3', '48b8070000005b5a0000'],
  ])("Cedar's native code is left out where %s differs in another process", (_, one, other) => {
    expect(() => withoutAddresses(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'))).toThrow(/^V8 compiles it/);
  });

  test("a function decides every case from Cedar's native code", async () => {
    expect(await decide()).toMatch(new RegExp(`${decided.source}from native code$`));
  });

  test("a function uses Cedar's native code with the flags with which Lambda starts Node.js", async () => {
    const flags = ['--expose-gc', '--max-semi-space-size=51', '--max-old-space-size=921'];
    expect(await decide(flags)).toMatch(/from native code$/);
  });

  test('two builds have the same native code of Cedar', async () => {
    await writeNativeCode(outdir, shipped, snapshotHash);
    expect(readFileSync(join(outdir, nativeCodeFile)).equals(code)).toBe(true);
  });

  test.each<readonly [string, () => Buffer, RegExp]>([
    [
      'is of another build of Node.js',
      () => withHead({ node: 'Node.js v24.0.0' }),
      /made by Node.js v24.0.0, and this is/,
    ],
    ['is cut off', () => code.subarray(0, -1_000), /is damaged/],
    ['is cut off in its head', () => code.subarray(0, 100), /is not used/],
    ['is empty', () => Buffer.alloc(0), /is not used/],
    ['has a changed byte', () => withChangedByte(code, code.length - 1_000), /is damaged/],
    ['has a changed byte in its head', () => withChangedByte(code, 1), /is not used/],
    ['is nothing that V8 wrote', () => Buffer.from('\u0002\0\0\0{}'), /is not used/],
  ])('a function whose native code of Cedar %s decides the same without it', async (_what, file, reason) => {
    writeFileSync(join(outdir, nativeCodeFile), file());
    const output = await decide();
    expect(output).toMatch(decided);
    expect(output).toMatch(reason);
  });

  test('a function with another WebAssembly of Cedar decides the same without its native code and its snapshot', async () => {
    // A custom section with an empty name, which changes nothing of what runs.
    writeFileSync(join(outdir, wasmFile), Buffer.concat([wasm, Buffer.from([0, 1, 0])]));
    expect(await decide()).toMatch(/^\d{3} cases, 0 failures, [1-9]\d* parsed\n.* is of another cedar_wasm_bg.wasm\.$/);
  });

  test("a function whose V8 has other flags decides the same without Cedar's native code", async () => {
    expect(await decide(['--no-wasm-loop-peeling'])).toMatch(
      new RegExp(`${decided.source}.* V8 has other flags or runs on another processor\\.$`),
    );
  });

  test("a function decides the same without the file of Cedar's native code", async () => {
    rmSync(join(outdir, nativeCodeFile));
    expect(await decide()).toMatch(new RegExp(`${decided.source}without native code$`));
  });

  test("CEDAR_NATIVE_CODE=off starts a function without Cedar's native code", async () => {
    expect(await decide([], [], { CEDAR_NATIVE_CODE: 'off' })).toMatch(
      new RegExp(`${decided.source}without native code$`),
    );
  });

  test('code that is compiled after a start cannot name functions of V8', () => {
    expect(() => decodeNativeCode(code, wasm)).toThrow('V8 has other flags');
    expect(() => new Script('%DebugPrint(1)')).toThrow("Unexpected token '%'");
  });
});
