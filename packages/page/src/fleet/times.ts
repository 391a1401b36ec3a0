import { zoneName } from '../ui/time-text.ts';
import type { Row } from './rows.ts';

/** When something happened: after one time, and not later than another. ISO 8601. */
export interface Between {
  /** Null: it is not known how long before. */
  readonly after: string | null;
  readonly by: string;
}

/** When an association was seen, and otherwise. */
export type Seen = Pick<
  Row,
  'operationId' | 'seenOtherwiseBefore' | 'firstSeenAt' | 'observedAt' | 'seenOtherwiseAfter'
>;

/**
 * Between which times an association came to be as it was seen, and between which it ended; null if
 * it was not seen otherwise since.
 */
export function intervalOf(row: Seen): { readonly began: Between; readonly ended: Between | null } {
  const { operationId, seenOtherwiseBefore, firstSeenAt, observedAt, seenOtherwiseAfter } = row;
  return {
    // The outcome of an operation is known to the moment.
    began: { after: operationId === null ? seenOtherwiseBefore : firstSeenAt, by: firstSeenAt },
    ended: seenOtherwiseAfter === null ? null : { after: observedAt, by: seenOtherwiseAfter },
  };
}

/**
 * In a line of the list, to the minute: e.g. "before 27 Nov 2026, 23:05 UTC", or "27 Nov 2026,
 * 23:05 – 23:35 UTC".
 */
export function shortInterval({ after, by }: Between, isUtc: boolean): string {
  const zone = isUtc ? { timeZone: 'UTC' } : {};
  const suffix = ` ${zoneName(isUtc)}`;
  const day = (at: string) => new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', ...zone }).format(new Date(at));
  const time = (at: string) => new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', ...zone }).format(new Date(at));
  const late = `${day(by)}, ${time(by)}`;
  if (after === null) return `before ${late}${suffix}`;
  const early = `${day(after)}, ${time(after)}`;
  if (early === late) return `${late}${suffix}`;
  return `${early} – ${day(after) === day(by) ? time(by) : late}${suffix}`;
}
