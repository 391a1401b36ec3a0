import { encodeTime, MIN_ULID } from 'ulid';
import type { TrailQuery } from './ledger.ts';

/** The latest time that a ULID can contain, in milliseconds since the epoch. */
export const maxTime = 2 ** 48 - 1;

/**
 * ULID: 48 bits of time and 80 random bits in Crockford's base 32. Source:
 * https://github.com/ulid/spec.
 */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ulidPattern = new RegExp(`^[0-7][${digits}]{25}$`);

/** What a text begins with that an id can begin with, too. */
const prefixPattern = new RegExp(`^[0-7][${digits}]{0,25}`);

/** Entry ids from `low` to `high`, both inclusive. */
export interface IdRange {
  readonly low: string;
  readonly high: string;
}

/**
 * Whether a text is a position in the trail: any ULID, whether or not an entry has it. `readTrail`
 * throws for others.
 */
export function isTrailPosition(text: string): boolean {
  return ulidPattern.test(text);
}

/** The value of the last digit of an id, 0 to 31. Throws an Error if it is not a ULID. */
export function lastDigitOf(entryId: string): number {
  if (!isTrailPosition(entryId)) throw new Error(`An entryId must be a ULID, got ${JSON.stringify(entryId)}.`);
  return digits.indexOf(entryId.slice(-1));
}

/** The lowest id that an entry of this millisecond can have. */
export function firstIdOf(time: number): string {
  return encodeTime(time) + MIN_ULID.slice(10);
}

/** The highest id that an entry of this millisecond can have. */
export function lastIdOf(time: number): string {
  return encodeTime(time) + 'Z'.repeat(16);
}

/**
 * The ids that match the time range and the position of a query; null if none can. Throws an Error
 * if `limit` is not a positive integer or `before` is not a position.
 */
export function idRange(query: TrailQuery): IdRange | null {
  const { since, until, limit, before } = query;
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new Error(`The limit of a trail query must be a positive integer, got ${limit}.`);
  }
  if (before !== null && !isTrailPosition(before)) {
    throw new Error(`A position in the trail must be a ULID, got ${JSON.stringify(before)}.`);
  }
  // Entries have whole milliseconds, so a fractional bound rounds up.
  const from = since === null ? 0 : Math.max(Math.ceil(since), 0);
  const to = until === null ? maxTime : Math.min(Math.ceil(until) - 1, maxTime);
  if (from > to || before === MIN_ULID) return null;
  const low = firstIdOf(from);
  const last = lastIdOf(to);
  const high = before === null || last < before ? last : precedingId(before);
  return low > high ? null : { low, high };
}

/**
 * The lowest position that is not below a text between two positions: what was examined down to the
 * text continues there.
 */
export function positionFrom(text: string): string {
  const [same = ''] = prefixPattern.exec(text) ?? [];
  if (same === text) return padded(same);
  const rest = text.charAt(same.length);
  const next = same.length < MIN_ULID.length ? Array.from(digits).find((digit) => digit > rest) : undefined;
  if (next !== undefined) return padded(`${same}${next}`);
  const significant = same.replace(/Z+$/, '');
  return padded(`${significant.slice(0, -1)}${digits.charAt(digits.indexOf(significant.slice(-1)) + 1)}`);
}

/** The lowest id that begins so. */
function padded(prefix: string): string {
  return prefix.padEnd(MIN_ULID.length, '0');
}

/** The next lower id. `id` must not be the lowest one. */
function precedingId(id: string): string {
  const significant = id.replace(/0+$/, '');
  const digit = digits.indexOf(significant.slice(-1));
  return significant.slice(0, -1) + digits.charAt(digit - 1) + 'Z'.repeat(id.length - significant.length);
}
