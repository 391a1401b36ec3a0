import { LedgerUnavailable } from '../ledger/ledger.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import type { Log } from '../runtime/log.ts';
import { firstCharacters } from '../validation/text-rules.ts';
import type { ListedRelease, Release } from './policy-version.ts';
import type { PolicyStore } from './store.ts';
import type { PackedVersion } from './packed-policies.ts';

/** Where releases come from, and what becomes of them. */
export interface ReleaseSource<Value> {
  readonly store: Pick<PolicyStore, 'releases' | 'getVersion'>;
  /** The policy of the package: it is in force only while there is no release, and used for a release of the same hashes. */
  readonly packaged: LoadedPolicy;
  /** Loads and verifies the version of a release. Throws an Error if it may not be put in force. */
  readonly load: (release: Release, packed: PackedVersion) => LoadedPolicy;
  /** What requests get. Throws an Error if the gateway can't work with the inventory. */
  readonly compose: (policy: LoadedPolicy, release: Release | null) => Value;
  readonly log: Log;
}

/** The release in force. */
export interface ChosenRelease<Value> {
  /** Null: the policies of the package, because there is no release. */
  readonly release: Release | null;
  readonly policy: LoadedPolicy;
  readonly value: Value;
  /** The highest number in the list; null if there is no release. */
  readonly newest: number | null;
  /** Whether a newer release is tried again at the next read, because its version was not stored. */
  readonly isProvisional: boolean;
}

/** How many releases are tried, from the newest one, until one may be put in force. */
const maxTried = 10;

/** The most characters of the reason in the line about a refused release: a policy can be wrong in many places. */
const maxReason = 2_000;

/**
 * Creates a function that chooses the release in force: the newest one that may be put in force. It costs one read of the
 * list while its newest release is the one that it was. Throws `LedgerUnavailable` if the store does not answer, and an Error if
 * no release of a list that is not empty may be put in force: the policies of the package may permit what was revoked since.
 */
export function chooseRelease<Value>(source: ReleaseSource<Value>) {
  const { store, packaged, load, compose, log } = source;
  /** Numbers of the releases that may not be put in force. They are verified once. */
  const refused = new Set<number>();
  /** Numbers of the releases whose version was not stored when it was read. */
  const incomplete = new Set<number>();

  const policyOf = async (release: Release, live: ChosenRelease<Value> | null): Promise<LoadedPolicy | null> => {
    const known = [packaged, live?.policy].find((policy) => policy !== undefined && hasHashesOf(policy, release));
    if (known) return known;
    const packed = await store.getVersion(release.versionHash);
    return packed && load(release, packed);
  };

  const report = (number: number, release: Release | null, reason: string) => {
    const fields = { release: number, versionHash: release?.versionHash ?? null };
    log('error', 'Policy release refused.', { ...fields, reason: firstCharacters(reason, maxReason) });
  };

  /** The release if it may be put in force; null if not, or not yet. What keeps it from that is reported once. */
  const take = async (listed: ListedRelease, live: ChosenRelease<Value> | null) => {
    const { number, release } = listed;
    if (refused.has(number)) return null;
    try {
      if (release === null) throw new Error('This version of the gateway can not read the release.');
      const policy = await policyOf(release, live);
      if (policy !== null) return { release, policy, value: compose(policy, release) };
      if (!incomplete.has(number)) {
        report(
          number,
          release,
          `The store has no version ${release.versionHash}. It is looked for again at each read.`,
        );
      }
      incomplete.add(number);
      return null;
    } catch (error) {
      if (error instanceof LedgerUnavailable) throw error;
      refused.add(number);
      report(number, release, error instanceof Error ? error.message : String(error));
      return null;
    }
  };

  return async (live: ChosenRelease<Value> | null): Promise<ChosenRelease<Value>> => {
    const [first] = await store.releases(1);
    const newest = first?.number ?? null;
    if (live?.newest === newest && !live.isProvisional) return live;
    if (first === undefined) {
      if (live !== null && live.newest !== null) throw new Error('The list of releases is empty, and was not before.');
      return { release: null, policy: packaged, value: compose(packaged, null), newest, isProvisional: false };
    }
    let isProvisional = false;
    const tryRelease = async (listed: ListedRelease) => {
      const isLive = listed.number === live?.release?.number;
      const taken = isLive ? live : await take(listed, live);
      if (taken === null) isProvisional ||= !refused.has(listed.number);
      return taken && { ...taken, newest, isProvisional };
    };
    const taken = await tryRelease(first);
    if (taken !== null) return taken;
    for (const listed of (await store.releases(maxTried)).filter(({ number }) => number < first.number)) {
      const older = await tryRelease(listed);
      if (older !== null) return older;
    }
    if (live !== null && live.release !== null) return { ...live, newest, isProvisional };
    throw new Error('No release of policies may be put in force.');
  };
}

function hasHashesOf({ policySetHash, inventory }: LoadedPolicy, release: Release): boolean {
  return policySetHash === release.policySetHash && inventory.hash === release.inventoryHash;
}
