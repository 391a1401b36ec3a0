import { asAnswered, isHidden } from '../../ledger/hidden-entry.ts';
import type { AuditPartition, TrailQuery } from '../../ledger/ledger.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { Violation } from '../../model/decision.ts';
import type { Principal, RequestIdentity } from '../../model/principal.ts';
import type { TrailScope } from '../../policy/policy.ts';
import { parseAssociationArn } from '../../validation/associations.ts';
import type { AuthorizeRead } from '../terms/authorize-read.ts';

/**
 * The scope for policy of a partition, where the partition alone determines it. Null where its
 * entries must be read first: an ARN does not contain the namespace, an operation id nothing, and a
 * principal id not the kind of principal.
 */
export function scopeOf(partition: AuditPartition, { principal }: RequestIdentity): TrailScope | null {
  switch (partition.kind) {
    case 'cluster':
    case 'namespace':
      return partition;
    case 'serviceAccount':
      return { ...partition, kind: 'namespace' };
    case 'principal':
      return partition.principalId === principal.id ? { kind: 'principal', principal } : null;
    case 'association':
    case 'operation':
      return null;
    case 'all':
      return { kind: 'gateway' };
  }
}

/** Why a principal may not read a scope; empty if permitted. */
export function scopeViolations(authorizeRead: AuthorizeRead, scope: TrailScope): readonly Violation[] {
  return authorizeRead({ action: 'ReadAuditTrail', scope }).violations;
}

/**
 * Why a principal may not read entries of a partition that had to be read first; empty if
 * permitted. Each entry must be in a scope that the principal may read. A denial is explained by
 * the partition alone, so that it does not disclose whether there are entries.
 */
export function entriesViolations(
  authorizeRead: AuthorizeRead,
  partition: AuditPartition,
  entries: readonly AuditEntry[],
): readonly Violation[] {
  const ofPartition = partitionScope(partition, entries);
  const isAllowed =
    entries.length === 0
      ? mayReadAny(authorizeRead, [ofPartition, { kind: 'gateway' }])
      : entries.every((entry) => mayReadAny(authorizeRead, entryScopes(partition, entry)));
  if (isAllowed) return [];
  const violations = scopeViolations(authorizeRead, ofPartition);
  return violations.length > 0 ? violations : scopeViolations(authorizeRead, { kind: 'gateway' });
}

/**
 * The entries that a principal may read one by one: each in any scope that contains it, as
 * {@link shownEntry}.
 */
export function readableEntries(authorizeRead: AuthorizeRead, entries: readonly AuditEntry[]): AuditEntry[] {
  return entries
    .filter((entry) => mayReadAny(authorizeRead, scopesOf(entry)))
    .map((entry) => shownEntry(authorizeRead, entry));
}

/**
 * A readable entry as far as a principal may see it: what it hides is shown to readers of the
 * namespace or of the gateway.
 */
export function shownEntry(authorizeRead: AuthorizeRead, entry: AuditEntry): AuditEntry {
  const [, ...others] = scopesOf(entry);
  return isHidden(entry) && !mayReadAny(authorizeRead, others) ? asAnswered(entry) : entry;
}

/**
 * Whether a query must compare events as they were answered: otherwise, which entries match would
 * disclose what they hide.
 */
export function filtersAsAnswered(authorizeRead: AuthorizeRead, { partition: { kind }, events }: TrailQuery): boolean {
  const mayHide = events !== null && (kind === 'principal' || kind === 'operation');
  return mayHide && !mayReadAny(authorizeRead, [{ kind: 'gateway' }]);
}

function mayReadAny(authorizeRead: AuthorizeRead, scopes: readonly TrailScope[]): boolean {
  return scopes.some((scope) => authorizeRead({ action: 'ReadAuditTrail', scope }).allowed);
}

/** The scopes of an entry on a page of a partition; permission for any one of them is enough. */
function entryScopes(partition: AuditPartition, entry: AuditEntry): TrailScope[] {
  const [ofPrincipal, ...others] = scopesOf(entry);
  if (partition.kind === 'principal') return [ofPrincipal];
  // For an association, one's own entries don't count: pages would be readable or not by whose
  // entries are on them.
  return partition.kind === 'operation' ? [ofPrincipal, ...others] : others;
}

/** The scopes that contain an entry. */
function scopesOf({ principal, target, cluster }: AuditEntry): [TrailScope, ...TrailScope[]] {
  const ofNamespace: TrailScope[] = target === null ? [] : [namespaceScope(target)];
  const ofCluster: TrailScope[] = cluster === undefined ? [] : [{ kind: 'cluster', ...cluster }];
  return [{ kind: 'principal', principal }, ...ofNamespace, ...ofCluster, { kind: 'gateway' }];
}

function namespaceScope({ accountId, region, clusterName, namespace }: NonNullable<AuditEntry['target']>): TrailScope {
  return { kind: 'namespace', accountId, region, clusterName, namespace };
}

/** The scope that the partition's own name allows to ask for. */
function partitionScope(partition: AuditPartition, entries: readonly AuditEntry[]): TrailScope {
  if (partition.kind === 'principal') {
    return { kind: 'principal', principal: principalOf(partition.principalId, entries) };
  }
  // Stryker disable next-line ConditionalExpression: without the check, the absent ARN of another
  // partition is malformed too
  const arn = partition.kind === 'association' ? parseAssociationArn(partition.associationArn) : null;
  if (arn === null) return { kind: 'gateway' };
  const { accountId, region, clusterName } = arn;
  return { kind: 'cluster', accountId, region, clusterName };
}

/**
 * The principal as the trail recorded it. Without entries there is nothing to disclose, whatever
 * kind is assumed.
 */
function principalOf(id: string, [entry]: readonly AuditEntry[]): Principal {
  return entry?.principal ?? { id, kind: 'USER', groups: [], sessionName: null };
}
