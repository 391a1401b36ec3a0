import type { ListedVersion, PolicyVersion } from '../../../../src/policy-versions/policy-version.ts';
import type { PolicyStore } from '../../../../src/policy-versions/store.ts';
import type { PackedPolicies } from '../../../../src/policy-versions/packed-policies.ts';

/** What a new version says about itself. */
export type NewVersion = Omit<PolicyVersion, 'number' | 'publishedAt'>;

/** Reads the newest version, which is live; null if there is none. */
export async function readLive(store: PolicyStore): Promise<ListedVersion | null> {
  const [newest] = await store.versions(1);
  return newest ?? null;
}

/** Reads the policies of a version. Throws an Error if they are not in the table. */
export async function readPacked(store: PolicyStore, { versionHash }: PolicyVersion): Promise<PackedPolicies> {
  const packed = await store.getPolicies(versionHash);
  if (packed === null) throw new Error(`The table has no policies ${versionHash}.`);
  return packed;
}

/**
 * Makes a version live, after the one that was live when it was prepared; without one, it is
 * version 0. Its policies must be in the store. Throws an Error if another version was published
 * meanwhile.
 */
export async function putLive(
  store: PolicyStore,
  after: ListedVersion | null,
  version: NewVersion,
  clock: () => number,
): Promise<PolicyVersion> {
  const next = {
    ...version,
    number: after === null ? 0 : after.number + 1,
    publishedAt: new Date(clock()).toISOString(),
  };
  if (await store.putVersion(next)) return next;
  const other = await store.getVersion(next.number);
  const by = other === null ? '' : ` by ${other.publishedBy} at ${other.publishedAt}`;
  throw new Error(
    `Version ${next.number} was published meanwhile${by}. Run the command again to see what would change now.`,
  );
}
