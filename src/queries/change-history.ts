import { noFilters } from '../ledger/ledger.ts';
import type { TrailPage, TrailQuery } from '../ledger/ledger.ts';
import { closingEvents, isClosing, openEvents } from '../model/audit-event.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { operationOf } from '../operations/operations.ts';

/** The recorded changes of one association. */
export interface ChangeHistory {
  /** The newest entry; null without one. */
  readonly last: AuditEntry | null;
  /** The entry of each change that EKS made, newest first; that of the create last, since it may be recorded after others. */
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

/** What reading a history needs. `deadline`: when reading must end, in milliseconds since the epoch. */
export type HistoryReader = Pick<Dependencies, 'ledger' | 'clock'> & { readonly deadline: number };

/** Most associations have fewer entries than this, so that one small page contains their whole history. */
const firstPageSize = 50;

/** Size of every further page: as many as the ledger examines for one. */
const pageSize = 1_000;

/**
 * Pages per association: about 9,000 entries of changes. A principal that may change an association can make its history longer;
 * what is behind this limit is reported as not examined.
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
  const inOrder = [...effects.filter((entry) => !isCreate(entry)), ...effects.filter(isCreate)];
  return { last: entries[0] ?? null, effects: inOrder, open: [...open.values()], isComplete };
}

/**
 * The entries that say how an operation began and ended, newest first. Strongly consistent. Throws `LedgerUnavailable`.
 */
export function readOutcome(reader: HistoryReader, operationId: string): Promise<EntriesRead> {
  const partition = { kind: 'operation', operationId } as const;
  const events = ['INTENT', 'LATE_SUCCESS', ...closingEvents] as const;
  return readEntries(reader, { ...noFilters, partition, events });
}

function isCreate({ operation, request }: AuditEntry): boolean {
  return request !== null && operationOf(operation).creates;
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
