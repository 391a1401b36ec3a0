import type { AssociationVersion } from './association-state.ts';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Association } from '../model/association.ts';
import { associationOfDetails, detailsOf } from './association-text.ts';
import type { AssociationDetails } from './association-text.ts';
import type { Item } from './dynamodb-item.ts';
import { formatVersion, requireSupported } from './format.ts';
import { historyKeyOf, placeOfVersionKey, targetOfPlace, versionKeyOf } from './keys.ts';

/** A version, besides what its key says. */
interface StoredVersion extends Pick<AssociationVersion, 'origin' | 'seenOtherwiseAt'> {
  readonly declaration?: string;
  readonly association: (Pick<Association, 'associationId' | 'modifiedAt'> & AssociationDetails) | null;
}

/**
 * A version as an item: in the index by cluster under the key of its history, in those by role under its roles. What it says besides is JSON text.
 * The put has no condition, so that it never keeps an outcome from being recorded: a key names one version.
 */
export function versionItem(version: AssociationVersion): Item {
  const { target, association, origin, seenOtherwiseAt, declaration } = version;
  const { roleArn, targetRoleArn } = association ?? { roleArn: null, targetRoleArn: null };
  const text: StoredVersion = {
    origin,
    seenOtherwiseAt,
    ...(declaration === null ? {} : { declaration }),
    association: association && {
      associationId: association.associationId,
      modifiedAt: association.modifiedAt,
      ...detailsOf(association),
    },
  };
  return marshall({
    v: formatVersion,
    idempotencyKey: versionKeyOf(version),
    clusterKey: historyKeyOf(target),
    ...(roleArn === null ? {} : { roleArn }),
    ...(targetRoleArn === null ? {} : { targetRoleArn }),
    version: JSON.stringify(text),
  });
}

/** The version of an item that {@link versionItem} made. Throws `UnsupportedFormat` if another version of the gateway made it. */
export function versionOfItem(item: Item): AssociationVersion {
  const key = item.idempotencyKey?.S ?? '';
  requireSupported(`version ${key}`, item.v === undefined ? undefined : Number(item.v.N));
  const target = targetOfPlace(placeOfVersionKey(key));
  const [, time = '', operationId = ''] = key.split(' ');
  // Only `versionItem` makes these texts.
  const stored = JSON.parse(item.version?.S ?? '') as StoredVersion;
  const { association, origin, seenOtherwiseAt, declaration = null } = stored;
  return {
    target,
    association: association && associationOfDetails(target, association, association),
    origin,
    operationId: operationId === 'scan' ? null : operationId,
    declaration,
    seenAt: Date.parse(time),
    seenOtherwiseAt,
  };
}
