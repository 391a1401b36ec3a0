import { LedgerUnavailable } from '../ledger/ledger.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import type { Log } from '../runtime/log.ts';
import type { ListedRelease, Release } from './release.ts';
import type { PolicyStore } from './store.ts';
import type { PackedVersion } from './version.ts';

/** Where releases come from, and what becomes of them. */
export interface ReleaseSource<Value> {
  readonly store: Pick<PolicyStore, 'releases' | 'getVersion'>;
  /** The policy of the package: it is in force until there is a release, and used for a release of the same hashes. */
  readonly packaged: LoadedPolicy;
  /** Loads and verifies the version of a release. Throws an Error if it may not be put in force. */
  readonly load: (release: Release, packed: PackedVersion) => LoadedPolicy;
  /** What requests get. Throws an Error if the gateway can't work with the inventory. */
  readonly compose: (policy: LoadedPolicy, release: Release | null) => Value;
  readonly log: Log;
}

/** The release in force. */
export interface ChosenRelease<Value> {
  /** Null: the package, because there is no release that may be put in force. */
  readonly release: Release | null;
  readonly policy: LoadedPolicy;
  readonly value: Value;
  /** The highest number in the list; 0 if there is no release. */
  readonly newest: number;
}

/** How many releases are tried, from the newest one, until one may be put in force. */
const maxTried = 10;

/**
 * Creates a function that chooses the release in force: the newest one that may be put in force. It costs one read of the
 * list while its newest release is the one that it was. Throws `LedgerUnavailable` if the store does not answer.
 */
export function chooseRelease<Value>(source: ReleaseSource<Value>) {
  const { store, packaged, load, compose, log } = source;
  /** Numbers of the releases that may not be put in force. They are verified and reported once. */
  const refused = new Set<number>();

  const policyOf = async (release: Release, live: ChosenRelease<Value> | null): Promise<LoadedPolicy> => {
    const known = [packaged, live?.policy].find((policy) => policy !== undefined && hasHashesOf(policy, release));
    if (known) return known;
    const packed = await store.getVersion(release.versionHash);
    if (packed === null) throw new Error(`The store has no version ${release.versionHash}.`);
    return load(release, packed);
  };

  /** The release if it may be put in force, else null. */
  const take = async (listed: ListedRelease, live: ChosenRelease<Value> | null) => {
    const { number, release } = listed;
    if (refused.has(number)) return null;
    try {
      if (release === null) throw new Error('This version of the gateway can not read the release.');
      const policy = await policyOf(release, live);
      return { release, policy, value: compose(policy, release) };
    } catch (error) {
      if (error instanceof LedgerUnavailable) throw error;
      refused.add(number);
      const reason = error instanceof Error ? error.message : String(error);
      log('error', 'Policy release refused.', { release: number, versionHash: release?.versionHash ?? null, reason });
      return null;
    }
  };

  return async (live: ChosenRelease<Value> | null): Promise<ChosenRelease<Value>> => {
    const [first] = await store.releases(1);
    const newest = first?.number ?? 0;
    if (newest === live?.newest) return live;
    if (first === undefined) return { release: null, policy: packaged, value: compose(packaged, null), newest };
    const taken = await take(first, live);
    if (taken !== null) return { ...taken, newest };
    const others = (await store.releases(maxTried)).filter(({ number }) => number < newest);
    for (const listed of others) {
      if (listed.number === live?.release?.number) return { ...live, newest };
      const older = await take(listed, live);
      if (older !== null) return { ...older, newest };
    }
    if (others.length < maxTried - 1) {
      return { release: null, policy: packaged, value: compose(packaged, null), newest };
    }
    if (live !== null) return { ...live, newest };
    throw new Error(`None of the ${maxTried} newest releases may be put in force.`);
  };
}

function hasHashesOf({ policySetHash, inventory }: LoadedPolicy, release: Release): boolean {
  return policySetHash === release.policySetHash && inventory.hash === release.inventoryHash;
}
