import type { Row } from './rows.ts';

/** When something happened: after one time, and not later than another. ISO 8601. */
export interface Between {
  /** Null: it is not known how long before. */
  readonly after: string | null;
  readonly by: string;
}

/** Between which times an association came to be as it was seen, and between which it ended; null if it was not seen otherwise since. */
export function intervalOf(
  row: Pick<Row, 'seenOtherwiseBefore' | 'firstSeenAt' | 'observedAt' | 'seenOtherwiseAfter'>,
): { readonly began: Between; readonly ended: Between | null } {
  const { seenOtherwiseBefore, firstSeenAt, observedAt, seenOtherwiseAfter } = row;
  return {
    began: { after: seenOtherwiseBefore, by: firstSeenAt },
    ended: seenOtherwiseAfter === null ? null : { after: observedAt, by: seenOtherwiseAfter },
  };
}

/** A time as the value of `<input type="datetime-local">`, to the minute. */
export function inputOfTime(at: string | null, isUtc: boolean): string {
  if (at === null || Number.isNaN(Date.parse(at))) return '';
  const date = new Date(at);
  const shift = isUtc ? 0 : date.getTimezoneOffset() * 60_000;
  return new Date(date.getTime() - shift).toISOString().slice(0, 16);
}

/** Reads what {@link inputOfTime} wrote, or a person; null if it is no time. */
export function timeOfInput(text: string, isUtc: boolean): string | null {
  const date = new Date(isUtc ? `${text}Z` : text);
  return text === '' || Number.isNaN(date.getTime()) ? null : date.toISOString();
}
