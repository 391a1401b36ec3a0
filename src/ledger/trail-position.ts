import { decodeTime, encodeTime, MIN_ULID } from 'ulid';
import type { TrailQuery } from './ledger.ts';

/** Milliseconds of a day, UTC. */
export const dayMs = 86_400_000;

/** The last millisecond of a day that `YYYY-MM-DD` can name. */
const maxTime = Date.UTC(10_000, 0, 1) - 1;

/** ULID: 48 bits of time and 80 of chance in Crockford's base 32. Source: https://github.com/ulid/spec. */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ulidPattern = new RegExp(`^[0-7][${digits}]{25}$`);

/** Entry ids from `low` to `high`, both included. */
export interface IdRange {
  readonly low: string;
  readonly high: string;
}

/**
 * Whether a text can be a position in the trail: a ULID, be it that of an entry or the first one of a day. Anything else
 * makes `trail` throw.
 */
export function isTrailPosition(text: string): boolean {
  return ulidPattern.test(text);
}

/** The instant of an entry, in milliseconds. Throws when its id is no ULID. */
export function timeOf(entryId: string): number {
  return decodeTime(entryId);
}

/** The day of an instant, `YYYY-MM-DD`, UTC. */
export function dayOf(time: number): string {
  return new Date(Math.min(time, maxTime)).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** The first id that an entry of this millisecond can have. */
export function firstIdOf(time: number): string {
  return encodeTime(time) + MIN_ULID.slice(10);
}

/** The last id that an entry of this millisecond can have. */
export function lastIdOf(time: number): string {
  return encodeTime(time) + 'Z'.repeat(16);
}

/**
 * The ids that a query asks for; null where there can be none. Throws where its `limit` or its position is none.
 *
 * @param latest instant after which there are no entries, in milliseconds
 */
export function idRange(query: TrailQuery, latest = maxTime): IdRange | null {
  const { since, until, limit, before } = query;
  if (!Number.isSafeInteger(limit) || limit < 1) throw new Error(`A page of the trail can't have ${limit} entries.`);
  if (before !== null && !isTrailPosition(before)) throw new Error(`No position in the trail: ${before}`);
  // An entry has whole milliseconds: one between two of them is the later one, for an entry at or after it.
  const from = since === null ? 0 : Math.max(Math.ceil(since), 0);
  const to = Math.min(until === null ? maxTime : Math.ceil(until) - 1, latest);
  if (from > to || before === MIN_ULID) return null;
  const low = firstIdOf(from);
  const last = lastIdOf(to);
  const high = before === null || last < before ? last : precedingId(before);
  return low > high ? null : { low, high };
}

/** The id just below another one, which is not the lowest. */
function precedingId(id: string): string {
  const kept = id.replace(/0+$/, '');
  const digit = digits.indexOf(kept.slice(-1));
  return kept.slice(0, -1) + digits.charAt(digit - 1) + 'Z'.repeat(id.length - kept.length);
}
