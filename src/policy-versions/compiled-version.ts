import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { OnFailure } from '../policy/decide/authorize.ts';
import { hostOf } from '../policy/cedar/cedar.ts';
import type { CedarHost } from '../policy/cedar/cedar.ts';
import { makeCedar } from '../policy/cedar/instance.ts';
import { decodeSnapshot, encodeSnapshot, restore, withoutParsing } from '../policy/cedar/snapshot.ts';
import type { CedarSnapshot } from '../policy/cedar/snapshot.ts';
import { compileInventory, decodeInventory } from '../policy/inventory/compiled.ts';
import type { PolicySources } from '../policy/policies/compile.ts';
import { makeEngine } from '../policy/decide/engine.ts';
import type { Engine } from '../policy/decide/engine.ts';
import type { Inventory } from '../policy/inventory/inventory.ts';
import { policyOf } from '../policy/load.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import type { PolicySet } from '../policy/policies/policy-set.ts';
import type { PolicyVersion } from './policy-version.ts';
import { requireHashes } from './verify.ts';

/** A policy version that was verified, with what a start would otherwise compute from its files. */
export interface CompiledVersion {
  /** See `verificationHash`. */
  readonly verification: string;
  readonly policySet: PolicySet;
  readonly inventory: Inventory;
  /** The policy files by name. */
  readonly policies: PolicySources['policies'];
  /** The memory of Cedar after it has parsed the policies. */
  readonly snapshot: CedarSnapshot;
}

/**
 * The file of a package with the SHA-256 (hex) of what compiles versions: the bundle of the
 * function `compile`, and Cedar's WebAssembly.
 */
export const compilerFile = 'compiler.sha256';

/** The hash of what compiles versions; null where no build wrote it. */
export function readCompilerHash(policiesDirectory: string): string | null {
  const file = join(policiesDirectory, compilerFile);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/**
 * By what a compiled version is found: what it was compiled from, and what compiled it. So another
 * package never uses it.
 */
export function compiledKey({ versionHash }: Pick<PolicyVersion, 'versionHash'>, compilerHash: string): string {
  return `${versionHash}/${compilerHash}`;
}

/**
 * A compiled version as bytes: the length of its head, the head as JSON, and the snapshot;
 * compressed by Brotli.
 */
export function encodeCompiled({ snapshot, inventory, ...rest }: CompiledVersion): Uint8Array {
  const head = Buffer.from(JSON.stringify({ ...rest, inventory: compileInventory(inventory) }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return brotliCompressSync(Buffer.concat([length, head, encodeSnapshot(snapshot)]), {
    // The best quality takes thirty times as long, for a sixth less.
    params: { [constants.BROTLI_PARAM_QUALITY]: 9 },
  });
}

/** What {@link encodeCompiled} wrote. */
export function decodeCompiled(content: Uint8Array): CompiledVersion {
  const bytes = brotliDecompressSync(content);
  const headEnd = 4 + bytes.readUInt32LE(0);
  const { inventory, ...rest } = JSON.parse(bytes.toString('utf8', 4, headEnd)) as Omit<
    CompiledVersion,
    'snapshot' | 'inventory'
  > & { readonly inventory: string };
  return { ...rest, inventory: decodeInventory(inventory), snapshot: decodeSnapshot(bytes.subarray(headEnd)) };
}

/**
 * Loads a compiled version without compiling and verifying it: its content is that of
 * {@link encodeCompiled}, from a store into which only the function `compile` of this package
 * writes. Throws an Error if it can't be read, or is that of another version.
 *
 * @param known policies that are loaded: one that was verified with the same files shares its
 *   instance of Cedar
 */
export function loadCompiled(
  version: PolicyVersion,
  content: Uint8Array,
  known: readonly LoadedPolicy[],
  onFailure?: OnFailure,
): LoadedPolicy {
  const compiled = decodeCompiled(content);
  const { verification, inventory } = compiled;
  const same = known.find((one) => one.verification === verification);
  const policy = same?.withInventory(inventory) ?? restored(compiled, onFailure);
  requireHashes(policy, version);
  return policy;
}

function restored(compiled: CompiledVersion, onFailure: OnFailure | undefined): LoadedPolicy {
  const { inventory, policies, verification } = compiled;
  const { engine, host } = restoredEngine(compiled);
  return policyOf({ engine, inventory, texts: () => policies }, { onFailure, host, verification });
}

/**
 * The policies of a compiled version in an instance of Cedar of their own, whose memory is that of
 * the snapshot.
 *
 * @param onParsed is called when something is parsed that the snapshot does not hold
 */
export function restoredEngine(
  { policySet, snapshot }: Pick<CompiledVersion, 'policySet' | 'snapshot'>,
  onParsed?: () => void,
): { readonly engine: Engine; readonly host: CedarHost } {
  const { cedar, memory } = makeCedar();
  restore(memory, snapshot);
  const host = hostOf(withoutParsing(cedar, snapshot.calls, onParsed));
  return { engine: makeEngine(policySet, host), host };
}
