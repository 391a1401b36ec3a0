import { failedCases } from '../cases/cases.ts';
import { parseCases } from '../cases/case-files.ts';
import { recordSnapshot } from '../cases/record-snapshot.ts';
import { parseInventory } from '../policy/inventory/inventory.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { hasHashesOf, maxTried, reasonOf } from './choose.ts';
import { compiledKey, decodeCompiled, encodeCompiled, restoredEngine } from './compiled-version.ts';
import type { CompiledStore } from './compiled-store.ts';
import { unpackPolicies, verificationHash } from './packed-policies.ts';
import type { PackedPolicies } from './packed-policies.ts';
import type { ListedVersion, PolicyVersion } from './policy-version.ts';
import type { PolicyStore } from './store.ts';
import { requireHashes, verifyFiles } from './verify.ts';

/**
 * Compiles a version. Everything is made from its text, after it was verified, and its cases are
 * decided once more from what is stored. Throws an Error that says why the version may not be put
 * in force.
 */
export function compileVersion(version: PolicyVersion, packed: PackedPolicies): Uint8Array {
  const files = unpackPolicies(packed);
  const { policySet } = verifyFiles(files).engine;
  const inventory = parseInventory(files.inventory);
  requireHashes({ policySetHash: policySet.hash, inventory }, version);
  const cases = parseCases(files.cases);
  const content = encodeCompiled({
    verification: verificationHash(files),
    policySet,
    inventory,
    policies: files.policies,
    snapshot: recordSnapshot(policySet, files.caseInventory, cases),
  });
  const failures = failedCases(restoredEngine(decodeCompiled(content)).engine, files.caseInventory, cases);
  if (failures.length > 0) throw new Error(`The compiled policies fail their cases:\n${failures.join('\n')}`);
  return content;
}

/** What the compilation of versions uses. */
export interface CompilePorts {
  readonly store: Pick<PolicyStore, 'versions' | 'getPolicies'>;
  readonly compiled: CompiledStore;
  /** The policy of the package: a version with its hashes needs no compilation. */
  readonly packaged: Pick<LoadedPolicy, 'policySetHash' | 'inventory'>;
  /** See `readCompilerHash`. */
  readonly compilerHash: string;
  /** Milliseconds since the epoch. */
  readonly clock: Clock;
  readonly log: Log;
}

/** What a run did. */
export interface CompileResult {
  /** The number of the newest version that may be put in force; null if there is none. */
  readonly policyVersion: number | null;
  /** The bytes that this run stored; null where it had nothing to compile. */
  readonly compiledBytes: number | null;
}

/**
 * How long a compiled version is kept, and how long before its end it is stored again while it is
 * in force. Seconds.
 */
const keptSeconds = 30 * 86_400;
const renewedSeconds = 15 * 86_400;

/**
 * Creates a run that compiles the version in force, unless it is compiled. A version that may not
 * be put in force is reported once, and the one before it compiled. Rejects with
 * `LedgerUnavailable`.
 */
export function makeCompileRun(ports: CompilePorts): () => Promise<CompileResult> {
  const { store, compiled, packaged, compilerHash, clock, log } = ports;
  /** Numbers of the versions that may not be put in force. They are verified once. */
  const refused = new Set<number>();

  const compile = (version: PolicyVersion, packed: PackedPolicies): Uint8Array | null => {
    const { number } = version;
    try {
      return compileVersion(version, packed);
    } catch (error) {
      refused.add(number);
      log('error', 'Policy version not compiled.', { policyVersion: number, reason: reasonOf(error) });
      return null;
    }
  };

  /** What was done for a version; null if it may not be put in force, or not yet. */
  const run = async (listed: ListedVersion): Promise<CompileResult | null> => {
    const { number, version } = listed;
    if (version === null || refused.has(number)) return null;
    const done = (compiledBytes: number | null) => ({ policyVersion: number, compiledBytes });
    if (hasHashesOf(packaged, version)) return done(null);
    const key = compiledKey(version, compilerHash);
    const now = Math.floor(clock() / 1_000);
    if (((await compiled.expiresAt(key)) ?? 0) > now + renewedSeconds) return done(null);
    const packed = await store.getPolicies(version.versionHash);
    const content = packed && compile(version, packed);
    if (content === null) return null;
    await compiled.put(key, content, now + keptSeconds);
    return done(content.length);
  };

  return async () => {
    for (const listed of await store.versions(maxTried)) {
      const result = await run(listed);
      if (result !== null) return result;
    }
    return { policyVersion: null, compiledBytes: null };
  };
}
