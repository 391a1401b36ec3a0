import type { QueryAuditTrailArgs } from '../../generated/types.ts';
import type { AuditPartition, TrailQuery } from '../../ledger/ledger.ts';
import { isTrailPosition } from '../../ledger/trail-position.ts';
import { clusterEvents, otherEvents } from '../../model/audit-event.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { Finding } from '../../model/refusal.ts';
import { firstFindings, firstOf, invalidCursor } from '../../validation/paging.ts';
import type { Filters } from '../../validation/paging.ts';
import { roleArnFindings } from '../../validation/role-arns.ts';
import { maxLength, requiredText, wellFormed } from '../../validation/text-rules.ts';
import { parseTimestamp } from '../../validation/timestamps.ts';
import type { Cursors } from '../terms/cursors.ts';
import type { QueryFailure } from '../terms/query-result.ts';

/** A query of the ledger, and the name that distinguishes it in cursors. */
export interface ValidTrailQuery {
  readonly kind: 'valid';
  readonly query: TrailQuery;
  readonly name: string;
}

/** Times in milliseconds since the epoch. */
type TrailFilters = Filters<Omit<QueryAuditTrailArgs, 'scope' | 'since' | 'until'>> & {
  readonly since: number | null;
  readonly until: number | null;
};

/** The filters and the page of a query, or what is wrong with them. */
export async function validateTrailQuery(
  cursors: Cursors,
  input: Omit<QueryAuditTrailArgs, 'scope'>,
  partition: AuditPartition,
): Promise<ValidTrailQuery | Extract<QueryFailure, { kind: 'invalid' }>> {
  const filters: TrailFilters = {
    since: parseTimestamp(input.since),
    until: parseTimestamp(input.until),
    events: input.events ?? null,
    operationKinds: input.operationKinds ?? null,
    refusalCodes: input.refusalCodes ?? null,
    roleArn: input.roleArn ?? null,
    policyId: input.policyId ?? null,
  };
  const { operationKinds: operations, ...named } = filters;
  // A filter that the ledger does not know does not compile.
  const others: { readonly [Name in keyof typeof named]: TrailQuery[Name] } = named;
  const { since, until, events, roleArn, policyId } = others;
  const name = JSON.stringify(['auditTrail', partition, ...Object.values(filters).map(canonical)]);
  const cursor = await cursors.open(name, input.after);
  const before = cursor?.kind === 'position' && isPosition(cursor.position) ? cursor.position : null;
  const broken = cursor?.kind === 'position' && before === null ? invalidCursor : cursor;
  const findings = [
    ...(since !== null && until !== null && since >= until ? [emptyRange] : []),
    ...eventFindings(partition, events ?? []),
    ...(roleArn === null ? [] : roleArnFindings(roleArn)),
    ...(policyId === null ? [] : requiredText('policyId', policyId, policyIdRules, 'owners-create')),
    ...firstFindings(input),
    ...(broken?.kind === 'invalid' ? [broken.finding] : []),
  ];
  if (findings.length > 0) return { kind: 'invalid', findings };
  return { kind: 'valid', name, query: { partition, ...others, operations, limit: firstOf(input), before } };
}

/** The names of a list, in any order and repeated, mean the same. */
function canonical(value: unknown): unknown {
  return Array.isArray(value) ? [...new Set(value)].sort() : value;
}

function isPosition(position: unknown): position is string {
  return typeof position === 'string' && isTrailPosition(position);
}

const policyIdRules = [maxLength(256, 'Give the @id of a policy, as violations and decisions name it.'), wellFormed];

/**
 * The events that a partition does not contain, which the answer names: an empty one could be taken
 * for proof that there were none. A namespace has DENIED if the query names it.
 */
export function omittedEvents({ kind }: AuditPartition, events: readonly AuditEvent[] | null): readonly AuditEvent[] {
  if (kind === 'all' || kind === 'principal' || kind === 'operation') return [];
  if (kind === 'cluster') return otherEvents;
  const hasDenied = kind === 'namespace' && (events ?? []).includes('DENIED');
  return [...otherEvents, ...clusterEvents].filter((event) => !(hasDenied && event === 'DENIED'));
}

/** Events that a partition never contains are rejected, for the same reason. */
function eventFindings(partition: AuditPartition, events: readonly AuditEvent[]): Finding[] {
  const omitted = omittedEvents(partition, events);
  const missing = events.filter((event) => omitted.includes(event));
  if (missing.length === 0) return [];
  const message = `events names ${[...new Set(missing)].join(', ')}, which this scope does not contain.`;
  const denied = missing.includes('DENIED') ? 'a namespace (for DENIED), ' : '';
  const ofCluster = missing.includes('CLUSTER_GONE') ? 'the cluster (for CLUSTER_GONE), ' : '';
  const advice = `Leave them out, or read the scope of ${denied}${ofCluster}a principal, an operation, or all.`;
  return [{ path: 'events', rule: 'events-of-scope', message, advice }];
}

const emptyRange: Finding = {
  path: 'until',
  rule: 'after-since',
  message: 'until is not later than since, so the range is empty.',
  advice: 'Change until to a time later than since, or leave one of them out.',
};
