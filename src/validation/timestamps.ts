import type { Finding } from '../model/refusal.ts';
import { canonicalJson } from './invalid-input.ts';
import { quote } from './text-rules.ts';

/**
 * `date-time` of RFC 3339, section 5.6, except for a leap second (`:60`): neither Unix time nor JavaScript has one.
 */
const pattern =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(\d{1,9}))?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/**
 * Parses an RFC 3339 timestamp into milliseconds since the epoch, with fractions of a millisecond. Null when the value is
 * not such a timestamp. The parameter is `unknown` because GraphQL does not check values of this scalar.
 */
export function parseTimestamp(value: unknown): number | null {
  const match = typeof value === 'string' ? pattern.exec(value) : null;
  if (match === null) return null;
  const [text, year = '', month = '', day = '', , fraction] = match;
  const daysOfMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(day) > daysOfMonth) return null;
  const wholeSeconds = fraction === undefined ? text : text.replace(`.${fraction}`, '');
  return Date.parse(wholeSeconds.toUpperCase()) + (fraction === undefined ? 0 : Number(`0.${fraction}`) * 1_000);
}

/** The canonical form of a timestamp, UTC with milliseconds: `2026-11-24T10:00:00.000Z`. Null when it has none. */
export function utcTimestamp(value: unknown): string | null {
  const milliseconds = parseTimestamp(value);
  return milliseconds === null ? null : new Date(Math.floor(milliseconds)).toISOString();
}

/** Findings on an optional timestamp. */
export function timestampFindings(path: string, value: unknown): Finding[] {
  if (value === null || value === undefined || parseTimestamp(value) !== null) return [];
  const shown = quote(typeof value === 'string' ? value : canonicalJson(value));
  const message = `${path} ${shown} is not an RFC 3339 timestamp.`;
  const advice = 'Give date, time and offset, e.g. "2026-11-24T10:00:00Z" or "2026-11-24T11:00:00.000+01:00".';
  return [{ path, rule: 'timestamp', message, advice }];
}
