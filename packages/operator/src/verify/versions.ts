import { latestCheckpoint } from '../../../../src/checkpoints/storage.ts';
import type { ObjectVersion, ObjectVersions } from '../../../../src/checkpoints/storage.ts';
import type { Report } from './findings.ts';
import { readAhead, signedCheckpoint } from './log-leaves.ts';
import type { ExpectedRoot, Log } from './log-leaves.ts';
import { ahead } from './streams.ts';

/**
 * Examines all versions of all objects of a log. Only `checkpoint` may have more than one version,
 * and delete markers are not allowed. The function that signs never makes others, so they are what
 * is left of a log that was hidden or written again. Gives the roots of all versions of
 * `checkpoint`, each of which is a witness; null if the storage keeps no versions.
 */
export async function examineVersions({ storage, keys }: Log, report: Report): Promise<ExpectedRoot[] | null> {
  const { versions } = storage;
  if (versions === null) return null;
  const read = async ({ name, id }: ObjectVersion) => ({ id, bytes: await versions.get(name, id) });
  const roots: ExpectedRoot[] = [];
  for await (const { id, bytes } of ahead(versionsOfLatest(versions, report), readAhead, read)) {
    const root = signedCheckpoint(bytes.toString(), keys, `version ${id} of ${latestCheckpoint}`, report);
    if (root !== null) roots.push(root);
  }
  return roots;
}

/** The versions of `checkpoint`, while what is wrong with other objects is reported. */
async function* versionsOfLatest(versions: ObjectVersions, report: Report): AsyncGenerator<ObjectVersion> {
  let last: string | null = null;
  for await (const version of versions.list()) {
    const { name, id, isMarker } = version;
    if (isMarker) report('HIDDEN', `${name} has a delete marker, version ${id}: it was hidden, or is.`);
    else if (name === latestCheckpoint) yield version;
    else if (name === last) report('REPLACED', `${name} has a further version, ${id}: it was written again.`);
    if (!isMarker) last = name;
  }
}
