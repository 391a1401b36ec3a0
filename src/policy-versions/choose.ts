import { LedgerUnavailable } from '../ledger/ledger.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import type { Log } from '../runtime/log.ts';
import { firstCharacters } from '../validation/text-rules.ts';
import type { ListedVersion, PolicyVersion } from './policy-version.ts';
import type { PolicyStore } from './store.ts';
import type { PackedPolicies } from './packed-policies.ts';

/** Where policy versions come from, and what becomes of them. */
export interface VersionSource<Value> {
  readonly store: Pick<PolicyStore, 'versions' | 'getPolicies'>;
  /**
   * The policy of the package: it is in force only while there is no version, and used for a
   * version of the same hashes.
   */
  readonly packaged: LoadedPolicy;
  /**
   * Loads and verifies the policies of a version, beside those that are loaded. Throws an Error if
   * it may not be put in force.
   */
  readonly load: (version: PolicyVersion, packed: PackedPolicies, loaded: readonly LoadedPolicy[]) => LoadedPolicy;
  /**
   * Loads a version that was compiled; null where there is no compiled one, so that its policies
   * are loaded and verified. Never rejects.
   */
  readonly loadCompiled?: (version: PolicyVersion, loaded: readonly LoadedPolicy[]) => Promise<LoadedPolicy | null>;
  /** What requests get. Throws an Error if the gateway can't work with the inventory. */
  readonly compose: (policy: LoadedPolicy, version: PolicyVersion | null) => Value;
  readonly log: Log;
}

/** The policy version in force. */
export interface ChosenVersion<Value> {
  /** Null: the policies of the package, because there is no version. */
  readonly version: PolicyVersion | null;
  readonly policy: LoadedPolicy;
  readonly value: Value;
  /** The highest number in the list; null if there is no version. */
  readonly newest: number | null;
  /**
   * Whether a newer version is tried again at the next read, because its policies were not stored.
   */
  readonly isProvisional: boolean;
}

/** How many versions are tried, from the newest one, until one may be put in force. */
export const maxTried = 10;

/** The most characters of a reason in the log: a policy can be wrong in many places. */
const maxReason = 2_000;

/** Why a version can't be used, for the log. */
export function reasonOf(error: unknown): string {
  return firstCharacters(error instanceof Error ? error.message : String(error), maxReason);
}

/**
 * Creates a function that chooses the policy version in force: the newest one that may be put in
 * force. It costs one read of the list while its newest version is the one that it was. Throws
 * `LedgerUnavailable` if the store does not answer, and an Error if no version of a list that is
 * not empty may be put in force: the policies of the package may permit what was revoked since.
 */
export function chooseVersion<Value>(source: VersionSource<Value>) {
  const { store, packaged, load, loadCompiled, compose, log } = source;
  /** Numbers of the versions that may not be put in force. They are verified once. */
  const refused = new Set<number>();
  /** Numbers of the versions whose policies were not stored when they were read. */
  const incomplete = new Set<number>();

  const policyOf = async (version: PolicyVersion, live: ChosenVersion<Value> | null): Promise<LoadedPolicy | null> => {
    const loaded = [packaged, ...(live === null ? [] : [live.policy])];
    const known = loaded.find((policy) => hasHashesOf(policy, version));
    if (known) return known;
    const compiled = await loadCompiled?.(version, loaded);
    if (compiled) return compiled;
    const packed = await store.getPolicies(version.versionHash);
    return packed && load(version, packed, loaded);
  };

  const report = (number: number, version: PolicyVersion | null, problem: unknown) => {
    const fields = { policyVersion: number, versionHash: version?.versionHash ?? null };
    log('error', 'Policy version refused.', { ...fields, reason: reasonOf(problem) });
  };

  /**
   * The version if it may be put in force; null if not, or not yet. What keeps it from that is
   * reported once.
   */
  const take = async (listed: ListedVersion, live: ChosenVersion<Value> | null) => {
    const { number, version } = listed;
    if (refused.has(number)) return null;
    try {
      if (version === null) throw new Error("This version of the gateway can't read the policy version.");
      const policy = await policyOf(version, live);
      if (policy !== null) return { version, policy, value: compose(policy, version) };
      if (!incomplete.has(number)) {
        report(
          number,
          version,
          `The store has no policies ${version.versionHash}. They are looked for again at each read.`,
        );
      }
      incomplete.add(number);
      return null;
    } catch (error) {
      if (error instanceof LedgerUnavailable) throw error;
      refused.add(number);
      report(number, version, error);
      return null;
    }
  };

  return async (live: ChosenVersion<Value> | null): Promise<ChosenVersion<Value>> => {
    const [first] = await store.versions(1);
    const newest = first?.number ?? null;
    if (live?.newest === newest && !live.isProvisional) return live;
    if (first === undefined) {
      if (live !== null) throw new Error('The list of policy versions is empty, and was not before.');
      return { version: null, policy: packaged, value: compose(packaged, null), newest, isProvisional: false };
    }
    let isProvisional = false;
    const tryVersion = async (listed: ListedVersion) => {
      const isLive = listed.number === live?.version?.number;
      const taken = isLive ? live : await take(listed, live);
      if (taken === null) isProvisional ||= !refused.has(listed.number);
      return taken && { ...taken, newest, isProvisional };
    };
    const taken = await tryVersion(first);
    if (taken !== null) return taken;
    for (const listed of (await store.versions(maxTried)).filter(({ number }) => number < first.number)) {
      const older = await tryVersion(listed);
      if (older !== null) return older;
    }
    if (live !== null && live.version !== null) return { ...live, newest, isProvisional };
    throw new Error('No policy version may be put in force.');
  };
}

/** Whether a policy is that of a version. */
export function hasHashesOf(
  { policySetHash, inventory }: Pick<LoadedPolicy, 'policySetHash' | 'inventory'>,
  version: PolicyVersion,
): boolean {
  return policySetHash === version.policySetHash && inventory.hash === version.inventoryHash;
}
