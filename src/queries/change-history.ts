import { noFilters } from '../ledger/ledger.ts';
import type { TrailPage, TrailQuery } from '../ledger/ledger.ts';
import { closingEvents, isClosing, openEvents } from '../model/audit-event.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { operationOf } from '../operations/operations.ts';

/** What the trail says about the changes of one association. */
export interface ChangeHistory {
  /** The newest entry; null without one. */
  readonly last: AuditEntry | null;
  /** The entry of each change that EKS made, newest first, back to the create. */
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

/** The changes of an association, back to its create. Throws `LedgerUnavailable`. */
export async function readHistory(reader: HistoryReader, associationArn: string): Promise<ChangeHistory> {
  const partition = { kind: 'association', associationArn } as const;
  const { entries, isComplete } = await readEntries(reader, { ...noFilters, partition }, isCreate);
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
  return { last: entries[0] ?? null, effects, open: [...open.values()], isComplete };
}

/**
 * The entries that say how an operation began and ended, newest first. Strongly consistent. Throws `LedgerUnavailable`.
 */
export function readOutcome(reader: HistoryReader, operationId: string): Promise<EntriesRead> {
  const partition = { kind: 'operation', operationId } as const;
  const events = ['INTENT', 'LATE_SUCCESS', ...closingEvents] as const;
  return readEntries(reader, { ...noFilters, partition, events }, () => false);
}

/** Whether an entry records a create that EKS made. */
function isCreate({ event, operation, request }: AuditEntry): boolean {
  const isEffect = event === 'SUCCEEDED' || event === 'LATE_SUCCESS';
  return isEffect && request !== null && operationOf(operation).activity === 'Create';
}

function operationsWith(entries: readonly AuditEntry[], matches: (event: AuditEntry['event']) => boolean) {
  return new Set(entries.filter(({ event }) => matches(event)).map(({ operationId }) => operationId));
}

/** Reads page by page to the end, or to an entry that `isLast`, within the limits. */
async function readEntries(
  { ledger, clock, deadline }: HistoryReader,
  query: Omit<TrailQuery, 'limit' | 'before'>,
  isLast: (entry: AuditEntry) => boolean,
): Promise<EntriesRead> {
  const entries: AuditEntry[] = [];
  let before: string | null = null;
  for (let pages = 0; pages < maxPages && (pages === 0 || clock() < deadline); pages += 1) {
    const limit = pages === 0 ? firstPageSize : pageSize;
    const page: TrailPage = await ledger.readTrail({ ...query, limit, before });
    const end = page.entries.findIndex(isLast);
    entries.push(...(end === -1 ? page.entries : page.entries.slice(0, end + 1)));
    if (end !== -1 || page.next === null) return { entries, isComplete: true };
    before = page.next;
  }
  return { entries, isComplete: false };
}
