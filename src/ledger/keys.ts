import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { AuditPartition } from './ledger.ts';
import { dayOf, timeOf } from './trail-position.ts';

/** The hash keys of an entry in the indexes of the trail. Without a key, the entry is not in that index. */
export interface AuditIndexKeys {
  /** `<account>/<region>/<cluster>`. */
  readonly clusterKey?: string;
  /** `<account>/<region>/<cluster>/<namespace>`. */
  readonly namespaceKey?: string;
  /** `<account>/<region>/<cluster>/<namespace>/<service account>`. */
  readonly serviceAccountKey?: string;
  readonly principalId: string;
  readonly associationArn?: string;
  /** UTC day of `entryId`, `YYYY-MM-DD`. The partition `all` is read by this key, so every entry has it. */
  readonly day: string;
}

/** The index keys of an entry. Throws an Error if its target contains a `/` (no valid target does) or its id is not a ULID. */
export function auditIndexKeys(entry: AuditEntry): AuditIndexKeys {
  return {
    ...(entry.target === null ? {} : targetKeys(entry.target)),
    principalId: entry.principal.id,
    ...(entry.associationArn === null ? {} : { associationArn: entry.associationArn }),
    day: dayOf(timeOf(entry.entryId)),
  };
}

/**
 * The keys are names joined by `/`. Different targets have different keys, because no valid name contains a `/`: accounts
 * are digits, regions letters, digits and `-`, cluster names letters, digits, `-` and `_` (EKS), namespaces RFC 1123 labels
 * and service accounts RFC 1123 subdomains (Kubernetes). Any other name was not validated, and could produce the key of
 * another target.
 */
function targetKeys(target: AssociationTarget) {
  const names = [...clusterNames(target), target.namespace, target.serviceAccount];
  const invalid = names.find((name) => name.includes('/'));
  if (invalid !== undefined) {
    throw new Error(`The target of an audit entry contains a '/': ${invalid}. Validate the target before writing it.`);
  }
  return {
    clusterKey: names.slice(0, 3).join('/'),
    namespaceKey: names.slice(0, 4).join('/'),
    serviceAccountKey: names.join('/'),
  };
}

function clusterNames({ accountId, region, clusterName }: ClusterRef): string[] {
  return [accountId, region, clusterName];
}

/** The attribute that all entries of a partition share, and its value. */
export interface PartitionKey {
  readonly attribute: Exclude<keyof AuditIndexKeys, 'day'> | 'operationId';
  readonly value: string;
}

/**
 * The key of a partition; null if no entry can have it. A name with a `/` is safe here: the key then contains more slashes
 * than any stored one.
 */
export function partitionKey(partition: Exclude<AuditPartition, { kind: 'all' }>): PartitionKey | null {
  const key = keyOf(partition);
  // DynamoDB rejects a query by a key that it would reject in an item: empty, over 2,048 bytes or invalid UTF-8.
  const isValid = key.value !== '' && Buffer.byteLength(key.value) <= 2_048 && key.value.isWellFormed();
  return isValid ? key : null;
}

function keyOf(partition: Exclude<AuditPartition, { kind: 'all' }>): PartitionKey {
  switch (partition.kind) {
    case 'cluster':
      return { attribute: 'clusterKey', value: clusterNames(partition).join('/') };
    case 'namespace':
      return { attribute: 'namespaceKey', value: [...clusterNames(partition), partition.namespace].join('/') };
    case 'serviceAccount':
      return {
        attribute: 'serviceAccountKey',
        value: [...clusterNames(partition), partition.namespace, partition.serviceAccount].join('/'),
      };
    case 'principal':
      return { attribute: 'principalId', value: partition.principalId };
    case 'association':
      return { attribute: 'associationArn', value: partition.associationArn };
    case 'operation':
      return { attribute: 'operationId', value: partition.operationId };
  }
}

/** Shards of the lease index, so that its writes are spread over several DynamoDB partitions. */
export const openShards = Array.from('0123456789abcdef');

/** The shard of an open record: the first digit of its key. Throws an Error if the key is not a SHA-256 in lower-case hex. */
export function openShardOf(idempotencyKey: string): string {
  const shard = idempotencyKey.slice(0, 1);
  // The search for expired leases reads only these shards.
  if (!openShards.includes(shard)) {
    throw new Error(`An idempotencyKey must be a SHA-256 in lower-case hex, got ${JSON.stringify(idempotencyKey)}.`);
  }
  return shard;
}
