import type { AssociationTarget } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';

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
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
}

/** The index keys of an entry. Throws when its target holds a `/`, which no valid target does. */
export function auditIndexKeys(entry: AuditEntry): AuditIndexKeys {
  return {
    ...(entry.target === null ? {} : targetKeys(entry.target)),
    principalId: entry.principal.id,
    ...(entry.associationArn === null ? {} : { associationArn: entry.associationArn }),
    day: entry.time.slice(0, 'YYYY-MM-DD'.length),
  };
}

/**
 * Joined by `/`, two different targets never share a key: no part can hold a `/`. An account is digits, a region letters,
 * digits and `-`, a cluster name letters, digits, `-` and `_` (EKS), a namespace an RFC 1123 label and a service account
 * an RFC 1123 subdomain (Kubernetes). A part that breaks this was never validated, and is refused rather than filed under
 * another target's key.
 */
function targetKeys(target: AssociationTarget) {
  const parts = [target.accountId, target.region, target.clusterName, target.namespace, target.serviceAccount];
  const odd = parts.find((part) => part.includes('/'));
  if (odd !== undefined) throw new Error(`The target of an audit entry holds a '/', so it was not validated: ${odd}`);
  return {
    clusterKey: parts.slice(0, 3).join('/'),
    namespaceKey: parts.slice(0, 4).join('/'),
    serviceAccountKey: parts.join('/'),
  };
}

/** The shards over which the index of open records is spread, so that no one partition takes every write. */
export const openShards = Array.from('0123456789abcdef');

/** The shard of an open record: the first digit of its key. Throws when the key can't be a SHA-256 in hex. */
export function openShardOf(tokenKey: string): string {
  const shard = tokenKey.slice(0, 1);
  // A record in any other shard would never be found by a search for lapsed leases.
  if (!openShards.includes(shard)) throw new Error(`A token key must be a SHA-256 in lower-case hex: ${tokenKey}`);
  return shard;
}
