import { createHash } from 'node:crypto';
import type { AssociationTarget, ClusterRef } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { AuditPartition, TrailQuery } from '../ledger.ts';
import { lastDigitOf } from '../trail-position.ts';

/**
 * The hash keys of an entry in the indexes of the trail. Without a key, the entry is not in that
 * index.
 */
export interface AuditIndexKeys {
  /** `<account>/<region>/<cluster>`; only of changes. */
  readonly clusterKey?: string;
  /** `<account>/<region>/<cluster>/<namespace>`; only of changes. */
  readonly namespaceKey?: string;
  /** `<account>/<region>/<cluster>/<namespace>/<service account>`; only of changes. */
  readonly serviceAccountKey?: string;
  /** Only of changes. */
  readonly associationArn?: string;
  /** `<account>/<region>/<cluster>/<namespace>`; only of denied requests. */
  readonly deniedNamespaceKey?: string;
  readonly principalId: string;
}

/**
 * The index keys of an entry. Only entries of changes, that is, those that a lease holder wrote,
 * are in the indexes of what can be changed: otherwise a caller in a loop, permitted or not, could
 * bury the changes of others under entries that changed nothing. Denied requests have an index of
 * their own for the owners of the namespace. Throws an Error if a target contains a `/` (no valid
 * target does).
 */
export function auditIndexKeys(entry: AuditEntry): AuditIndexKeys {
  const { target, cluster, fence, event, associationArn, principal } = entry;
  const keys = target === null ? null : targetKeys(target);
  const isChange = fence !== null;
  return {
    ...(isChange ? keys : null),
    ...(isChange && cluster ? { clusterKey: clusterKeyOf(cluster) } : {}),
    ...(isChange && associationArn !== null ? { associationArn } : {}),
    ...(event === 'DENIED' && keys ? { deniedNamespaceKey: keys.namespaceKey } : {}),
    principalId: principal.id,
  };
}

/**
 * The keys are names joined by `/`. Different targets have different keys, because no valid name
 * contains a `/`: accounts are digits, regions letters, digits and `-`, cluster names letters,
 * digits, `-` and `_` (EKS), namespaces RFC 1123 labels and service accounts RFC 1123 subdomains
 * (Kubernetes). Any other name was not validated, and could produce the key of another target.
 */
function keyOf(names: readonly string[]): string {
  const invalid = names.find((name) => name.includes('/'));
  if (invalid === undefined) return names.join('/');
  throw new Error(`A name in the key of an item contains a '/': ${invalid}. Validate it before writing the item.`);
}

function targetKeys(target: AssociationTarget) {
  return {
    clusterKey: clusterKeyOf(target),
    serviceAccountKey: placeOf(target),
    namespaceKey: keyOf([...clusterNames(target), target.namespace]),
  };
}

function clusterNames({ accountId, region, clusterName }: ClusterRef): string[] {
  return [accountId, region, clusterName];
}

/** The attribute that entries of a partition share, and its value. */
export interface PartitionKey {
  readonly attribute: keyof AuditIndexKeys | 'operationId';
  readonly value: string;
}

/**
 * The keys of the entries with these events in a partition; none if no entry can have it. A name
 * with a `/` is safe here: the key then contains more slashes than any stored one.
 */
export function partitionKeys(
  partition: Exclude<AuditPartition, { kind: 'all' }>,
  events: TrailQuery['events'],
): PartitionKey[] {
  // DynamoDB rejects a query by a key that it would reject in an item: empty, over 2,048 bytes or
  // invalid UTF-8.
  return keysOf(partition, events).filter(
    ({ value }) => value !== '' && Buffer.byteLength(value) <= 2_048 && value.isWellFormed(),
  );
}

function keysOf(partition: Exclude<AuditPartition, { kind: 'all' }>, events: TrailQuery['events']): PartitionKey[] {
  switch (partition.kind) {
    case 'cluster':
      return [{ attribute: 'clusterKey', value: clusterNames(partition).join('/') }];
    case 'namespace':
      return namespaceKeys([...clusterNames(partition), partition.namespace].join('/'), events);
    case 'serviceAccount': {
      const value = [...clusterNames(partition), partition.namespace, partition.serviceAccount].join('/');
      return [{ attribute: 'serviceAccountKey', value }];
    }
    case 'principal':
      return [{ attribute: 'principalId', value: partition.principalId }];
    case 'association':
      return [{ attribute: 'associationArn', value: partition.associationArn }];
    case 'operation':
      return [{ attribute: 'operationId', value: partition.operationId }];
  }
}

/** Denied requests are read only where they are asked for. */
function namespaceKeys(value: string, events: TrailQuery['events']): PartitionKey[] {
  const changes = events === null || events.some((event) => event !== 'DENIED');
  return [
    ...(changes ? [{ attribute: 'namespaceKey', value } as const] : []),
    ...(events?.includes('DENIED') ? [{ attribute: 'deniedNamespaceKey', value } as const] : []),
  ];
}

/**
 * Shards of the index of the whole trail. A DynamoDB partition accepts 1,000 write units a second:
 * eight carry bursts of 200 requests a second with two entries each, even if every entry has the
 * largest size. A page costs one query for each.
 */
export const trailShards = Array.from('01234567');

/**
 * The shard of an entry, from the last digit of its id, which is random or counts up. Throws an
 * Error if it is not a ULID.
 */
export function trailShardOf(entryId: string): string {
  return String(lastDigitOf(entryId) % trailShards.length);
}

/** Shards of the lease index, so that its writes are spread over several DynamoDB partitions. */
export const openShards = Array.from('0123456789abcdef');

/**
 * The shard of an open record: the first digit of its key. Throws an Error if the key is not a
 * SHA-256 in lower-case hex.
 */
export function openShardOf(idempotencyKey: string): string {
  const shard = idempotencyKey.slice(0, 1);
  // The search for expired leases reads only these shards.
  if (!openShards.includes(shard)) {
    throw new Error(`An idempotencyKey must be a SHA-256 in lower-case hex, got ${JSON.stringify(idempotencyKey)}.`);
  }
  return shard;
}

/** Key of the item with the keys of cursors. IAM policies name it. */
export const cursorKeysKey = 'cursor-keys';

/**
 * Begins the key of the item with what is known of the association of a service account. No key of
 * a record begins so: those are hashes.
 */
export const associationPrefix = 'association/';

/** The key of the item of a service account. Throws an Error if a name contains a `/`. */
export function associationKeyOf(target: AssociationTarget): string {
  return `${associationPrefix}${placeOf(target)}`;
}

/** The key by which the items of a cluster are listed. Throws an Error if a name contains a `/`. */
export function clusterKeyOf(cluster: ClusterRef): string {
  return keyOf(clusterNames(cluster));
}

/** The service account of a key that {@link associationKeyOf} made. */
export function targetOfAssociationKey(key: string): AssociationTarget {
  const [accountId = '', region = '', clusterName = '', namespace = '', serviceAccount = ''] = key
    .slice(associationPrefix.length)
    .split('/');
  return { accountId, region, clusterName, namespace, serviceAccount };
}

/**
 * The place of a service account in the order of lists of states and of the history. A place ends
 * before the next one at its text and `!`, because no name has a character below `-`.
 */
export function placeOf(target: AssociationTarget): string {
  return keyOf([...clusterNames(target), target.namespace, target.serviceAccount]);
}

/** The service account at a place. */
export function targetOfPlace(place: string): AssociationTarget {
  return targetOfAssociationKey(`${associationPrefix}${place}`);
}

/**
 * Key of the item with the progress of the scans of a cluster. Throws an Error if a name contains a
 * `/`.
 */
export function scanKeyOf(cluster: ClusterRef): string {
  return `scan/${clusterKeyOf(cluster)}`;
}

/** Key of the item with the lease of an account and region: a part of the keys of their scans. */
export function accountReadsKeyOf({ accountId, region }: Omit<ClusterRef, 'clusterName'>): string {
  return `scan/${accountId}/${region}`;
}

/**
 * The key of the item of an approval. Throws an Error if the key is not a SHA-256 in lower-case
 * hex.
 */
export function approvalItemKeyOf(key: string): string {
  if (!/^[0-9a-f]{64}$/.test(key))
    throw new Error(`The key of an approval must be a SHA-256 in lower-case hex, got ${JSON.stringify(key)}.`);
  return `${approvalItemPrefix}${key}`;
}

/** Begins the keys of the items of approvals. IAM policies name it. */
export const approvalItemPrefix = 'approval/';

/**
 * The key of the item with the pending approvals of a principal, whose id can have any characters.
 * IAM policies name its beginning.
 */
export function pendingApprovalsKeyOf(principalId: string): string {
  return `pending-approvals/${createHash('sha256').update(principalId).digest('hex')}`;
}

/**
 * The key by which the approvals of a cluster are listed in the lease index. No shard of open
 * records begins so.
 */
export function approvalsKeyOf(cluster: ClusterRef): string {
  return `approvals/${clusterKeyOf(cluster)}`;
}

/**
 * The keys that approvals of a state share in the index by cluster, until they end. The key of a
 * cluster contains a `/`.
 */
export const livePartitions = { PENDING: 'pending-approvals', APPROVED: 'approved-approvals' } as const;

/** The shard of the lease index with the scans. No open record is in it: see {@link openShards}. */
export const scanShard = 'scans';

/**
 * The shards of the lease index with the expiries of associations: those that were not warned of,
 * and the others. One shard each is enough, since an item changes only with an outcome, an
 * observation or an examination of its service account.
 */
export const expiryShards = { toWarn: 'endings-to-warn', warned: 'endings' } as const;
