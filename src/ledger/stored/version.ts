import type { Tag } from '../../model/association.ts';
import type { AssociationVersion } from '../association-version.ts';
import { associationOfDetails, detailsOf } from './association-text.ts';
import type { AssociationDetails } from './association-text.ts';
import { textIn } from './items.ts';
import type { Item } from './items.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { historyKeyOf, partsOfVersionKey, versionKeyOf } from './version-keys.ts';

/** A version, besides what its key says. */
interface StoredVersion extends Pick<AssociationVersion, 'origin' | 'seenOtherwiseAt' | 'isRead'> {
  readonly declaration?: string;
  /** Null: it is gone. */
  readonly association: AssociationDetails | null;
  /** Of the association that is gone. */
  readonly modifiedAt?: string;
  /** Of a version whose key does not say when it was seen. Milliseconds since the epoch. */
  readonly seenAt?: number;
  /** Who made the version whose tags the operation of the key changed; absent for others. */
  readonly tagsOf?: { readonly operationId: string | null; readonly before: readonly Tag[] };
}

/**
 * A version as an item: in the index by cluster under the key of its history, in those by role
 * under its roles. What it says besides is JSON text.
 */
export function versionItem(version: AssociationVersion): Item {
  const { target, association, deleted, origin, seenOtherwiseAt, declaration, isRead, tagsSetBy, isFoundLater } =
    version;
  const { tagsBefore = [] } = version;
  const { roleArn, targetRoleArn } = association ?? { roleArn: null, targetRoleArn: null };
  const text: StoredVersion = {
    origin,
    seenOtherwiseAt,
    ...(declaration === null ? {} : { declaration }),
    ...(isRead ? { isRead } : {}),
    association: association && withoutCreatedAt(detailsOf(association)),
    ...(deleted ? { modifiedAt: deleted.modifiedAt } : {}),
    ...(isFoundLater ? { seenAt: version.seenAt } : {}),
    ...(tagsSetBy === undefined ? {} : { tagsOf: { operationId: version.operationId, before: tagsBefore } }),
  };
  return {
    v: formatVersion,
    idempotencyKey: versionKeyOf(version),
    clusterKey: historyKeyOf(target),
    ...(roleArn === null ? {} : { roleArn }),
    ...(targetRoleArn === null ? {} : { targetRoleArn }),
    version: JSON.stringify(text),
  };
}

function withoutCreatedAt({ createdAt: _, ...details }: AssociationDetails): AssociationDetails {
  return details;
}

/**
 * The version of an item that {@link versionItem} made. Throws `UnsupportedFormat` if another
 * version of the gateway made it.
 */
export function versionOfItem(item: Item): AssociationVersion {
  const key = textIn(item, 'idempotencyKey');
  requireSupported(`version ${key}`, item.v);
  const { target, createdAt, associationId, modifiedAt, seenAt, operationId } = partsOfVersionKey(key);
  // Only `versionItem` makes these texts.
  const stored = JSON.parse(textIn(item, 'version')) as StoredVersion;
  const { association, origin, seenOtherwiseAt, declaration = null, isRead, tagsOf } = stored;
  const seen = { associationId, createdAt, modifiedAt: modifiedAt ?? stored.modifiedAt ?? createdAt };
  return {
    target,
    association: association && associationOfDetails(target, seen, { ...association, createdAt }),
    ...(association ? {} : { deleted: seen }),
    origin,
    operationId: tagsOf ? tagsOf.operationId : operationId,
    declaration,
    seenAt: stored.seenAt ?? seenAt,
    seenOtherwiseAt,
    ...(isRead ? { isRead } : {}),
    ...(stored.seenAt === undefined ? {} : { isFoundLater: true }),
    ...(tagsOf && operationId !== null ? { tagsSetBy: operationId, tagsBefore: tagsOf.before } : {}),
  };
}
