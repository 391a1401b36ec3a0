import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { AuditPartition } from './ledger.ts';
import { dayOf, timeOf } from './trail-position.ts';

/** The keys under which the indexes of the trail find an entry; an absent one leaves the entry out of that index. */
export interface AuditIndexKeys {
  /** `<account>/<region>/<cluster>`. */
  readonly clusterKey?: string;
  /** `<account>/<region>/<cluster>/<namespace>`. */
  readonly namespaceKey?: string;
  /** `<account>/<region>/<cluster>/<namespace>/<service account>`. */
  readonly serviceAccountKey?: string;
  readonly principalId: string;
  readonly associationArn?: string;
  /** `YYYY-MM-DD`, UTC: the day of `entryId`, by which the whole trail is read, so that no entry is left out. */
  readonly day: string;
}

/**
 * The index keys of an entry. Throws when its target holds a `/`, which no valid target does, or when its id is no ULID.
 */
export function auditIndexKeys(entry: AuditEntry): AuditIndexKeys {
  return {
    ...(entry.target === null ? {} : targetKeys(entry.target)),
    principalId: entry.principal.id,
    ...(entry.associationArn === null ? {} : { associationArn: entry.associationArn }),
    day: dayOf(timeOf(entry.entryId)),
  };
}

/**
 * Joined by `/`, two different targets never share a key: no part can hold a `/`. An account is digits, a region letters,
 * digits and `-`, a cluster name letters, digits, `-` and `_` (EKS), a namespace an RFC 1123 label and a service account
 * an RFC 1123 subdomain (Kubernetes). A part that breaks this was never validated, and is refused rather than filed under
 * another target's key.
 */
function targetKeys(target: AssociationTarget) {
  const parts = [...clusterParts(target), target.namespace, target.serviceAccount];
  const odd = parts.find((part) => part.includes('/'));
  if (odd !== undefined) throw new Error(`The target of an audit entry holds a '/', so it was not validated: ${odd}`);
  return {
    clusterKey: parts.slice(0, 3).join('/'),
    namespaceKey: parts.slice(0, 4).join('/'),
    serviceAccountKey: parts.join('/'),
  };
}

function clusterParts({ accountId, region, clusterName }: ClusterRef): string[] {
  return [accountId, region, clusterName];
}

/** Where the entries of a section stand: the attribute that they share, and its value. */
export interface PartitionKey {
  readonly attribute: Exclude<keyof AuditIndexKeys, 'day'> | 'operationId';
  readonly value: string;
}

/**
 * The key of a section; null where no entry can have it. A `/` in a part of a target needs no care here: with it, the key
 * has more of them than any that was written.
 */
export function partitionKey(section: Exclude<AuditPartition, { kind: 'all' }>): PartitionKey | null {
  const key = keyOf(section);
  // DynamoDB refuses a query for a key that it would refuse in an item: empty, over 2,048 bytes, or no valid UTF-8.
  const canBe = key.value !== '' && Buffer.byteLength(key.value) <= 2_048 && key.value.isWellFormed();
  return canBe ? key : null;
}

function keyOf(section: Exclude<AuditPartition, { kind: 'all' }>): PartitionKey {
  switch (section.kind) {
    case 'cluster':
      return { attribute: 'clusterKey', value: clusterParts(section).join('/') };
    case 'namespace':
      return { attribute: 'namespaceKey', value: [...clusterParts(section), section.namespace].join('/') };
    case 'serviceAccount':
      return {
        attribute: 'serviceAccountKey',
        value: [...clusterParts(section), section.namespace, section.serviceAccount].join('/'),
      };
    case 'principal':
      return { attribute: 'principalId', value: section.principalId };
    case 'association':
      return { attribute: 'associationArn', value: section.associationArn };
    case 'operation':
      return { attribute: 'operationId', value: section.operationId };
  }
}

/** The shards over which the index of open records is spread, so that no one partition takes every write. */
export const openShards = Array.from('0123456789abcdef');

/** The shard of an open record: the first digit of its key. Throws when the key can't be a SHA-256 in hex. */
export function openShardOf(idempotencyKey: string): string {
  const shard = idempotencyKey.slice(0, 1);
  // A record in any other shard would never be found by a search for lapsed leases.
  if (!openShards.includes(shard))
    throw new Error(`A token key must be a SHA-256 in lower-case hex: ${idempotencyKey}`);
  return shard;
}
