import type { AssociationTarget } from '../../model/association.ts';
import type { AssociationVersion, DeletedAssociation } from '../association-version.ts';
import { placeOf, targetOfPlace } from './keys.ts';

/** Begins the keys of the items of the history. */
export const historyPrefix = 'history/';

/** The key by which the versions of a service account are listed. */
export function historyKeyOf(target: AssociationTarget): string {
  return `versions/${placeOf(target)}`;
}

/** The key of a version. */
export function versionKeyOf(version: VersionKey): string {
  return `${versionPrefixOf(version.target)}${versionPlaceOf(version)}`;
}

/** How the keys of the versions of a service account begin, before their places. */
export function versionPrefixOf(target: AssociationTarget): string {
  return `${historyPrefix}${placeOf(target)} `;
}

/**
 * The place of a version in the history of its service account, which is the order in which EKS had
 * them: by when the association was created, since EKS uses no id twice; then by `modifiedAt`; a
 * deletion is the last of its id. No clock of the gateway could order them. Of the same
 * `modifiedAt`, by when they were seen.
 */
export function versionPlaceOf(version: VersionKey): string {
  const { association, seenAt, operationId, tagsSetBy, isFoundLater } = version;
  const place = placeOfVersions(associationOfVersion(version), association?.modifiedAt ?? deletion);
  const seen = isFoundLater && association ? association.createdAt : new Date(seenAt).toISOString();
  return `${place} ${seen} ${tagsSetBy ?? operationId ?? 'scan'}`;
}

/** The association that a version is of, whether it is there or gone. */
export function associationOfVersion({
  association,
  deleted,
}: Pick<VersionKey, 'association' | 'deleted'>): DeletedAssociation {
  const of = association ?? deleted;
  if (!of) throw new Error('A version is of an association, or of one that is gone.');
  return of;
}

/**
 * Where the versions of an association begin that have this `modifiedAt`; without one, where those
 * of the association do.
 */
export function placeOfVersions({ createdAt, associationId }: DeletedAssociation, modifiedAt = ''): string {
  return `${createdAt} ${associationId} ${modifiedAt}`;
}

/** In place of `modifiedAt`: after every time. */
const deletion = '~';

/** What identifies a version. */
type VersionKey = Pick<
  AssociationVersion,
  'target' | 'association' | 'deleted' | 'seenAt' | 'operationId' | 'tagsSetBy' | 'isFoundLater'
>;

/** What the key of a version says of it. */
export function partsOfVersionKey(key: string) {
  const [place = '', createdAt = '', associationId = '', modifiedAt = '', seenAt = '', operationId = ''] =
    key.split(' ');
  return {
    target: targetOfPlace(place.slice(historyPrefix.length)),
    createdAt,
    associationId,
    modifiedAt: modifiedAt === deletion ? null : modifiedAt,
    seenAt: Date.parse(seenAt),
    operationId: operationId === 'scan' ? null : operationId,
  };
}

/** The place of the service account of a key that {@link versionKeyOf} made. */
export function placeOfVersionKey(key: string): string {
  return key.slice(historyPrefix.length).split(' ')[0] ?? '';
}
