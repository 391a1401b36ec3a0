import type { Finding } from '../model/refusal.ts';
import { quote } from './text-rules.ts';

/**
 * `date-time` of RFC 3339 (section 5.6). A second of 60 is left out: the clocks of Unix and JavaScript don't have it.
 */
const pattern =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(\d{1,9}))?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/**
 * The instant that a text tells, in milliseconds since the epoch, with what it has of less than a millisecond. Null when it
 * tells none: `unknown`, because GraphQL holds values of this scalar to no rule.
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

/** Rules of an instant that may be left out. */
export function timestampFindings(path: string, value: unknown): Finding[] {
  if (value === null || value === undefined || parseTimestamp(value) !== null) return [];
  const shown = quote(typeof value === 'string' ? value : JSON.stringify(value));
  const message = `${path} ${shown} is no instant of RFC 3339.`;
  const advice = 'Give date, time and offset, e.g. "2026-11-24T10:00:00Z" or "2026-11-24T11:00:00.000+01:00".';
  return [{ path, rule: 'instant', message, advice }];
}
