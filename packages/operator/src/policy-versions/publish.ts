import type { ListedRelease, Release } from '../../../../src/policy-versions/policy-version.ts';
import type { PolicyStore } from '../../../../src/policy-versions/store.ts';
import type { PackedVersion } from '../../../../src/policy-versions/packed-policies.ts';

/** What a new release says about itself. */
export type NewRelease = Omit<Release, 'number' | 'publishedAt'>;

/** Reads the newest release, which is live; null if there is none. */
export async function readLive(store: PolicyStore): Promise<ListedRelease | null> {
  const [newest] = await store.releases(1);
  return newest ?? null;
}

/** Reads the version of a release. Throws an Error if it is not in the table. */
export async function readPacked(store: PolicyStore, { versionHash }: Release): Promise<PackedVersion> {
  const packed = await store.getVersion(versionHash);
  if (packed === null) throw new Error(`The table has no content ${versionHash}.`);
  return packed;
}

/**
 * Makes a release live, after the one that was live when it was prepared; without one, it is release 0. Its version must be in the store. Throws an Error if
 * another release was published meanwhile.
 */
export async function putLive(
  store: PolicyStore,
  after: ListedRelease | null,
  release: NewRelease,
  clock: () => number,
): Promise<Release> {
  const next = {
    ...release,
    number: after === null ? 0 : after.number + 1,
    publishedAt: new Date(clock()).toISOString(),
  };
  if (await store.putRelease(next)) return next;
  const other = await store.getRelease(next.number);
  const by = other === null ? '' : ` by ${other.publishedBy} at ${other.publishedAt}`;
  throw new Error(
    `Version ${next.number} was published meanwhile${by}. Run the command again to see what would change now.`,
  );
}
