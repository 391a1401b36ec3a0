import type { EksFor } from '../../eks/eks.ts';
import type { Times } from '../../idempotency/times.ts';
import { findIntent } from '../../ledger/audit-entry.ts';
import type { AssociationReads } from '../../ledger/association-history.ts';
import { noFilters } from '../../ledger/ledger.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { isTrailPosition } from '../../ledger/trail-position.ts';
import type { AssociationTarget } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait } from '../../model/operation.ts';
import type { ListScope } from '../../policy/policy.ts';
import type { Clock } from '../../runtime/clock.ts';
import { clusterEndedAt } from './cluster-end.ts';
import type { AssociationDrift } from './drift-in.ts';
import { driftOf, statesOf, targetOf, unobserved } from './live-drift.ts';
import { readChanges } from './recorded-changes.ts';
import { describeAll } from '../terms/describer.ts';
import type { Describer } from '../terms/describer.ts';
import { listPosition, readList } from '../terms/list-pages.ts';
import type { ListPosition } from '../terms/list-pages.ts';
import { tooManyToDescribe } from '../associations/list.ts';
import type { QueryFailure, QueryResult } from '../terms/query-result.ts';

/** Where a page of drift begins: in EKS's list or, after its end, in the trail. */
export type DriftPosition =
  /** After an association; null: at the first one. */
  | { readonly phase: 'list'; readonly after: ListPosition | null }
  /** Before an entry; null: at the newest one. */
  | { readonly phase: 'trail'; readonly before: string | null };

/** A part of a page, and where to continue; null at the end. */
export interface DriftPart {
  readonly items: readonly { readonly drift: AssociationDrift; readonly position: DriftPosition }[];
  readonly next: DriftPosition | null;
}

/** What is compared. */
export interface DriftQuery {
  readonly scope: ListScope;
  readonly namespace: string | null;
  /** How many associations a page compares. */
  readonly limit: number;
}

/** How drift is read. */
export interface DriftBounds {
  readonly describer: Describer;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

/** Deletions are found for associations whose last success is not older. Milliseconds. */
const lookBackMs = 90 * 24 * 3_600_000;

/** Time kept back for the answer, so that a page ends early rather than fails. Milliseconds. */
const answerMs = 1_000;

/** More than the quota of a cluster, 5,000, so that one read covers the whole list. */
const maxAssociations = 10_000;

/** Parses the content of a cursor; null if it is not a position. */
export function driftPosition(value: unknown): DriftPosition | null {
  if (typeof value !== 'object' || value === null) return null;
  const { phase, after, before } = value as Readonly<Record<string, unknown>>;
  if (phase === 'list') {
    const position = listPosition(after);
    return position && { phase, after: position };
  }
  const isEntry = before === null || (typeof before === 'string' && isTrailPosition(before));
  return phase === 'trail' && isEntry ? { phase, before } : null;
}

/** How EKS and the trail are read. */
export interface LiveReads {
  readonly eksFor: EksFor;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly times: Times;
}

/** What drift is found with. */
export interface DriftReads extends LiveReads {
  readonly associations: AssociationReads;
}

/**
 * Compares associations of EKS's list with what the gateway left, from a position on. Ends early if
 * the time runs out; then at least one association was compared.
 */
export async function compare(
  reads: DriftReads,
  { scope, namespace, limit }: DriftQuery,
  start: ListPosition | null,
  { describer, deadline }: DriftBounds,
): Promise<QueryResult<DriftPart>> {
  const range = { namespace, serviceAccount: null, start, limit };
  const listed = await readList(reads.eksFor(scope), range, { deadline }, reads.clock);
  if (listed.kind !== 'read') return failureOf(listed);
  const findings = tooManyToDescribe(describer, listed.found.length, deadline - reads.clock());
  if (findings.length > 0) return { kind: 'invalid', findings };
  const summaries = listed.found.map(({ summary }) => summary);
  const targets = summaries.map(targetOf);
  const known = await statesOf(reads.associations, targets);
  const readAt = reads.clock();
  const described = await describeAll(describer, summaries, deadline);
  if (described.kind === 'failed') return { kind: 'eks-failed', error: described.error };

  const states = await statesOf(reads.associations, targets);
  const reader = { ...reads, deadline: deadline - answerMs };

  const items: DriftPart['items'][number][] = [];
  for (const [index, { position: after }] of listed.found.entries()) {
    const association = described.associations[index] ?? null;
    const position = { phase: 'list', after } as const;
    const [knownRevision, state] = [known[index]?.revision ?? 0, states[index] ?? null];
    const drift = association && (await driftOf(reader, { knownRevision, readAt, association, state }));
    if (drift) items.push({ drift, position });
    const isLast = index === listed.found.length - 1;
    if (!isLast && reads.clock() > deadline - answerMs) return { kind: 'ok', value: { items, next: position } };
  }
  return { kind: 'ok', value: { items, next: listed.next && { phase: 'list', after: listed.next } } };
}

/**
 * Associations that should exist by a page of the trail and that EKS does not list, except those
 * that ended with a former cluster of the same name. `before` is the position in the trail. Ends
 * early if the time runs out.
 */
export async function findDeleted(
  reads: DriftReads,
  { scope, namespace }: DriftQuery,
  before: string | null,
  { deadline }: DriftBounds,
): Promise<QueryResult<DriftPart>> {
  const listedAt = reads.clock();
  const range = { namespace, serviceAccount: null, start: null, limit: maxAssociations };
  const listed = await readList(reads.eksFor(scope), range, { deadline }, reads.clock);
  if (listed.kind !== 'read') return failureOf(listed);
  const existing = new Set(listed.found.map(({ summary }) => summary.associationArn));
  const since = listedAt - lookBackMs;
  const filters = { ...noFilters, since, events: ['SUCCEEDED', 'LATE_SUCCESS'] } as const;
  const page = await reads.ledger.readTrail({ partition: scope, ...filters, limit: 1_000, before });

  // EKS's list may lag: changes from just before it was read need not be in it.
  const visibleBefore = listedAt - reads.times.listLagMs;
  const items: DriftPart['items'][number][] = [];
  let endedAt: number | null = null;
  for (const entry of page.entries) {
    const position = { phase: 'trail', before: entry.entryId } as const;
    const { associationArn } = entry;
    const isMissing =
      associationArn !== null && !existing.has(associationArn) && Date.parse(entry.time) < visibleBefore;
    if (isMissing && leavesAssociation(entry)) {
      endedAt ??= (await clusterEndedAt({ ...reads, deadline: deadline - answerMs }, scope, page.entries)) ?? 0;
      const hasEnded = Date.parse(entry.time) < endedAt;
      const kind = hasEnded ? null : await absenceOf(reads, deadline - answerMs, associationArn, entry);
      const found = { association: null, associationArn, differences: [], lastEntry: entry, ...unobserved };
      const drift = kind && { kind, ...found };
      if (drift) items.push({ drift, position });
    }
    if (reads.clock() > deadline - answerMs) return { kind: 'ok', value: { items, next: position } };
  }
  return { kind: 'ok', value: { items, next: page.next === null ? null : { phase: 'trail', before: page.next } } };
}

/** The failure of a list that could not be read. */
function failureOf(listed: Exclude<Awaited<ReturnType<typeof readList>>, { kind: 'read' }>): QueryFailure {
  if (listed.kind === 'invalid') return { kind: 'invalid', findings: [listed.finding] };
  return { kind: 'eks-failed', error: listed.error };
}

function leavesAssociation(entry: AuditEntry): boolean {
  return entry.request !== null && !hasTrait('deletes', entry);
}

/**
 * What the absence of an association means, if an entry is of the newest change that EKS made to
 * it: of an earlier change, a later page must not contradict an earlier one. Null: the gateway
 * deleted it, or may have done so.
 */
async function absenceOf(
  reads: DriftReads,
  deadline: number,
  associationArn: string,
  { entryId, target }: AuditEntry,
): Promise<AssociationDrift['kind'] | null> {
  const { effects, isComplete } = await readChanges({ ...reads, deadline }, associationArn);
  const [newest] = effects;
  if (newest === undefined && !isComplete) return 'NOT_EXAMINED';
  if (newest?.entryId !== entryId || effects.some((effect) => hasTrait('deletes', effect))) return null;
  return target && (await isBeingDeleted(reads, target, associationArn)) ? null : 'DELETED';
}

/** Whether an operation that can still act deletes the association. */
async function isBeingDeleted(
  { ledger, associations }: DriftReads,
  target: AssociationTarget,
  associationArn: string,
): Promise<boolean> {
  const [state] = await associations.getAssociationStates([targetOf(target)]);
  const deletes = state?.openOperations.filter((one) => hasTrait('deletes', one) && one.closedAt === null) ?? [];
  const intents = await Promise.all(deletes.map(({ operationId }) => findIntent(ledger, operationId)));
  return intents.some((intent) => intent?.associationArn === associationArn);
}
