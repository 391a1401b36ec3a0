/** A version of an object, or a delete marker. */
interface StoredVersion {
  readonly key: string;
  readonly id: string;
  /** Null: a delete marker. */
  readonly bytes: Buffer | null;
}

/** The objects of a bucket with versioning, as S3 defines it: puts and deletes add versions, and the newest one counts. */
export function makeVersionedObjects() {
  const versions: StoredVersion[] = [];
  const add = (key: string, bytes: Buffer | null) => {
    versions.push({ key, id: `v${String(versions.length).padStart(6, '0')}`, bytes });
  };
  const newest = (key: string) => versions.findLast((one) => one.key === key) ?? null;
  return {
    put: (key: string, bytes: Buffer) => add(key, bytes),
    /** Adds a delete marker: Object Lock does not stop that. */
    hide: (key: string) => add(key, null),
    /** Removes versions, as their deletion does where nothing locks them; without ids, all. */
    remove: (key: string, ...ids: string[]) => {
      const isKept = (one: StoredVersion) => one.key !== key || (ids.length > 0 && !ids.includes(one.id));
      versions.splice(0, versions.length, ...versions.filter(isKept));
    },
    newest,
    get: (key: string, id: string) => versions.find((one) => one.key === key && one.id === id) ?? null,
    /** Names of the objects that are not hidden. */
    names: () => [...new Set(versions.map(({ key }) => key))].filter((key) => newest(key)?.bytes).sort(),
    /** All versions in the order of lists: by name, then the newest first. */
    list: () =>
      versions
        .toReversed()
        .sort((one, other) => Number(one.key > other.key) - Number(one.key < other.key))
        .map((one) => ({ ...one, isLatest: newest(one.key) === versions.find(({ id }) => id === one.id) })),
  };
}
