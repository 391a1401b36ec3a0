import { noFilters } from '../../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import { deliveredEvents } from '../../../../src/events/event-types.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';

/** Entries per page. */
const pageSize = 250;

/**
 * How many entries a slice should have; its time is doubled or halved until it has about as many.
 */
const sliceSize = 500;

/** Bounds of the time of a slice, in milliseconds. */
const [firstMs, leastMs, mostMs] = [60_000, 1_000, 30 * 86_400_000];

/** A range of time: milliseconds since the epoch, `since` inclusive, `until` exclusive. */
export interface TimeRange {
  readonly since: number;
  readonly until: number;
}

/**
 * The entries of a range that can become events, oldest first, in slices: the trail is read newest
 * first, so that only the entries of a short time are kept. Throws `LedgerUnavailable` and
 * `UnsupportedFormat`.
 */
export async function* slicesOf(
  ledger: Pick<Ledger, 'readTrail'>,
  { since, until }: TimeRange,
): AsyncGenerator<AuditEntry[]> {
  let sliceMs = firstMs;
  for (let from = since; from < until;) {
    const to = Math.min(from + sliceMs, until);
    const entries = await entriesIn(ledger, { since: from, until: to });
    if (entries.length > 0) yield entries;
    if (entries.length < sliceSize) sliceMs = Math.min(sliceMs * 2, mostMs);
    else sliceMs = Math.max(sliceMs / 2, leastMs);
    from = to;
  }
}

/** The entries of a range that can become events, oldest first. */
export async function entriesIn(ledger: Pick<Ledger, 'readTrail'>, range: TimeRange): Promise<AuditEntry[]> {
  const query = {
    partition: { kind: 'all' },
    ...noFilters,
    ...range,
    events: deliveredEvents,
    limit: pageSize,
  } as const;
  const entries: AuditEntry[] = [];
  let before: string | null = null;
  do {
    const page = await ledger.readTrail({ ...query, before });
    entries.push(...page.entries);
    before = page.next;
  } while (before !== null);
  return entries.reverse();
}
