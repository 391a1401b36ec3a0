import { noFilters } from '../../ledger/ledger.ts';
import { isTrailPosition } from '../../ledger/trail-position.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { Dependencies } from '../../operations/terms/dependencies.ts';
import type { ListScope } from '../../policy/policy.ts';
import { driftOf, unobserved } from './association-drift.ts';
import type { AssociationDrift } from './association-drift.ts';
import { isDelete, readHistory } from './change-history.ts';
import type { HistoryReader } from './change-history.ts';
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

/** What drift is found with. */
export type DriftReads = Pick<Dependencies, 'eksFor' | 'ledger' | 'clock' | 'times'>;

/**
 * Compares associations of EKS's list with the trail, from a position on. Ends early if the time
 * runs out; then at least one association was compared.
 */
export async function compare(
  deps: DriftReads,
  { scope, namespace, limit }: DriftQuery,
  start: ListPosition | null,
  { describer, deadline }: DriftBounds,
): Promise<QueryResult<DriftPart>> {
  const range = { namespace, serviceAccount: null, start, limit };
  const listed = await readList(deps.eksFor(scope), range, { deadline }, deps.clock);
  if (listed.kind !== 'read') return failureOf(listed);
  const findings = tooManyToDescribe(describer, listed.found.length, deadline - deps.clock());
  if (findings.length > 0) return { kind: 'invalid', findings };
  const summaries = listed.found.map(({ summary }) => summary);
  const described = await describeAll(describer, summaries, deadline);
  if (described.kind === 'failed') return { kind: 'eks-failed', error: described.error };

  const items: DriftPart['items'][number][] = [];
  for (const [index, { position: after }] of listed.found.entries()) {
    const association = described.associations[index] ?? null;
    const position = { phase: 'list', after } as const;
    const drift = association && (await driftOf(deps, association, deadline - answerMs));
    if (drift) items.push({ drift, position });
    const isLast = index === listed.found.length - 1;
    if (!isLast && deps.clock() > deadline - answerMs) return { kind: 'ok', value: { items, next: position } };
  }
  return { kind: 'ok', value: { items, next: listed.next && { phase: 'list', after: listed.next } } };
}

/**
 * Associations that should exist by a page of the trail and that EKS does not list. `before` is the
 * position in the trail. Ends early if the time runs out.
 */
export async function findDeleted(
  deps: DriftReads,
  { scope, namespace }: DriftQuery,
  before: string | null,
  { deadline }: DriftBounds,
): Promise<QueryResult<DriftPart>> {
  const listedAt = deps.clock();
  const range = { namespace, serviceAccount: null, start: null, limit: maxAssociations };
  const listed = await readList(deps.eksFor(scope), range, { deadline }, deps.clock);
  if (listed.kind !== 'read') return failureOf(listed);
  const existing = new Set(listed.found.map(({ summary }) => summary.associationArn));
  const since = listedAt - lookBackMs;
  const filters = { ...noFilters, since, events: ['SUCCEEDED', 'LATE_SUCCESS'] } as const;
  const page = await deps.ledger.readTrail({ partition: scope, ...filters, limit: 1_000, before });

  // EKS's list may lag: changes from just before it was read need not be in it.
  const visibleBefore = listedAt - deps.times.listLagMs;
  const items: DriftPart['items'][number][] = [];
  for (const entry of page.entries) {
    const position = { phase: 'trail', before: entry.entryId } as const;
    const { associationArn } = entry;
    const isMissing =
      associationArn !== null && !existing.has(associationArn) && Date.parse(entry.time) < visibleBefore;
    if (isMissing && leavesAssociation(entry)) {
      const kind = await absenceOf({ ...deps, deadline: deadline - answerMs }, associationArn, entry);
      const found = { association: null, associationArn, differences: [], lastEntry: entry, ...unobserved };
      const drift = kind && { kind, ...found };
      if (drift) items.push({ drift, position });
    }
    if (deps.clock() > deadline - answerMs) return { kind: 'ok', value: { items, next: position } };
  }
  return { kind: 'ok', value: { items, next: page.next === null ? null : { phase: 'trail', before: page.next } } };
}

/** The failure of a list that could not be read. */
function failureOf(listed: Exclude<Awaited<ReturnType<typeof readList>>, { kind: 'read' }>): QueryFailure {
  if (listed.kind === 'invalid') return { kind: 'invalid', findings: [listed.finding] };
  return { kind: 'eks-failed', error: listed.error };
}

function leavesAssociation(entry: AuditEntry): boolean {
  return entry.request !== null && !isDelete(entry);
}

/**
 * What the absence of an association means, if an entry is of the latest change that EKS made to
 * it: of an earlier change, a later page must not contradict an earlier one. Null: the gateway
 * deleted it, or may have done so.
 */
async function absenceOf(
  reader: HistoryReader,
  associationArn: string,
  { entryId }: AuditEntry,
): Promise<AssociationDrift['kind'] | null> {
  const { effects, open, isComplete } = await readHistory(reader, associationArn);
  const [last] = effects;
  if (last === undefined && !isComplete) return 'NOT_EXAMINED';
  if (last?.entryId !== entryId || open.some(isDelete)) {
    return null;
  }
  return 'DELETED';
}
