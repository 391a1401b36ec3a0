import { decodeTime } from 'ulid';
import { noFilters } from '../../ledger/ledger.ts';
import type { TrailPage, TrailQuery } from '../../ledger/ledger.ts';
import type { Times } from '../../idempotency/times.ts';
import { closingEvents, isClosing, openEvents } from '../../model/audit-event.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait } from '../../model/operation.ts';
import type { Dependencies } from '../../operations/terms/dependencies.ts';

/** The recorded changes of one association. */
export interface ChangeHistory {
  /** The newest entry; null without one. */
  readonly last: AuditEntry | null;
  /**
   * The entry of each change that EKS made, and of each adoption, newest first: in the order in
   * which they left their state, which they need not be recorded in. A delete is first, since
   * nothing follows it, and a create last.
   */
  readonly effects: readonly AuditEntry[];
  /** The newest entry of each operation that can still take effect. */
  readonly open: readonly AuditEntry[];
  /** False if the trail has more entries than were examined. */
  readonly isComplete: boolean;
}

/** Entries of the trail that were read, newest first. */
interface EntriesRead {
  readonly entries: readonly AuditEntry[];
  /** False if more follow. */
  readonly isComplete: boolean;
}

/**
 * What reading a history needs. `deadline`: when reading must end, in milliseconds since the epoch.
 */
export type HistoryReader = Pick<Dependencies, 'ledger' | 'clock' | 'times'> & { readonly deadline: number };

/**
 * Most associations have fewer entries than this, so that one small page contains their whole
 * history.
 */
const firstPageSize = 50;

/** Size of every further page: as many as the ledger examines for one. */
const pageSize = 1_000;

/**
 * Pages per association: about 9,000 entries of changes. A principal that may change an association
 * can make its history longer; what is behind this limit is reported as not examined.
 */
const maxPages = 10;

/** The changes of an association. Throws `LedgerUnavailable`. */
export async function readHistory(reader: HistoryReader, associationArn: string): Promise<ChangeHistory> {
  const partition = { kind: 'association', associationArn } as const;
  const { entries, isComplete } = await readEntries(reader, { ...noFilters, partition });
  const closed = operationsWith(entries, isClosing);
  const succeeded = operationsWith(entries, (event) => event === 'SUCCEEDED');
  // A late success is an effect that nothing else records, unless another lease holder found it.
  const effects = entries.filter(
    ({ event, operationId }) => event === 'SUCCEEDED' || (event === 'LATE_SUCCESS' && !succeeded.has(operationId)),
  );
  const open = new Map<string, AuditEntry>();
  for (const entry of entries) {
    const { event, operationId } = entry;
    if (openEvents.includes(event) && !closed.has(operationId) && !open.has(operationId)) open.set(operationId, entry);
  }
  return { last: entries[0] ?? null, effects: inOrder(effects, reader.times), open: [...open.values()], isComplete };
}

/**
 * The entries that say how an operation began and ended, newest first. Strongly consistent. Throws
 * `LedgerUnavailable`.
 */
export function readOutcome(reader: HistoryReader, operationId: string): Promise<EntriesRead> {
  const partition = { kind: 'operation', operationId } as const;
  const events = ['INTENT', 'LATE_SUCCESS', ...closingEvents] as const;
  return readEntries(reader, { ...noFilters, partition, events });
}

function inOrder(effects: readonly AuditEntry[], times: Times): readonly AuditEntry[] {
  const positionOf = (entry: AuditEntry) => (isAdoption(entry) ? adoptedAt(entry, times) : Date.parse(entry.time));
  const changes = effects.filter((entry) => !isCreate(entry) && !isDelete(entry));
  return [
    ...effects.filter(isDelete),
    ...changes.toSorted(
      (one, other) => positionOf(other) - positionOf(one) || Number(isAdoption(one)) - Number(isAdoption(other)),
    ),
    ...effects.filter(isCreate),
  ];
}

/**
 * The time of an adoption in the order of effects. What was recorded before it is a part of the
 * adopted state for certain: this state is younger, or the read was begun so much later that it
 * can't have been stale. Ids of one process never go back, so that of an operation can be later
 * than its beginning, by no more than a request may last. Milliseconds since the epoch.
 */
function adoptedAt({ operationId, before }: AuditEntry, { requestMs, listLagMs, clockErrorMs }: Times): number {
  return Math.max(Date.parse(before?.modifiedAt ?? ''), decodeTime(operationId) - requestMs - listLagMs) - clockErrorMs;
}

function isCreate(entry: AuditEntry): boolean {
  return entry.request !== null && hasTrait('creates', entry) && !isAdoption(entry);
}

/** Whether an entry is of an operation that leaves no association. */
export function isDelete(entry: AuditEntry): boolean {
  return entry.request !== null && hasTrait('deletes', entry);
}

/**
 * Whether an entry is of an operation that changed nothing at EKS, an adoption or a create that
 * adopted what existed: then `before` is also the state that it left.
 */
export function isAdoption(entry: AuditEntry): boolean {
  const { request, event, before } = entry;
  if (request === null) return false;
  return !hasTrait('sendsChange', entry) || (hasTrait('creates', entry) && event === 'SUCCEEDED' && before !== null);
}

function operationsWith(entries: readonly AuditEntry[], matches: (event: AuditEntry['event']) => boolean) {
  return new Set(entries.filter(({ event }) => matches(event)).map(({ operationId }) => operationId));
}

/** Reads page by page to the end, within the limits. */
async function readEntries(
  { ledger, clock, deadline }: HistoryReader,
  query: Omit<TrailQuery, 'limit' | 'before'>,
): Promise<EntriesRead> {
  const entries: AuditEntry[] = [];
  let before: string | null = null;
  for (let pages = 0; pages < maxPages && (pages === 0 || clock() < deadline); pages += 1) {
    const limit = pages === 0 ? firstPageSize : pageSize;
    const page: TrailPage = await ledger.readTrail({ ...query, limit, before });
    entries.push(...page.entries);
    if (page.next === null) return { entries, isComplete: true };
    before = page.next;
  }
  return { entries, isComplete: false };
}
