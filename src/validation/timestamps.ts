/**
 * `date-time` of RFC 3339, section 5.6, except for a leap second (`:60`): neither Unix time nor
 * JavaScript has one.
 */
const pattern =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(\d{1,9}))?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/** The canonical form, of a day that every month has: a page has thousands, which need not be parsed. */
const canonical = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/**
 * Parses an RFC 3339 timestamp into milliseconds since the epoch, with fractions of a millisecond.
 * Null when the value is not such a timestamp.
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

/**
 * The canonical form of a timestamp, UTC with milliseconds: `2026-11-24T10:00:00.000Z`. Null when
 * it has none.
 */
export function utcTimestamp(value: unknown): string | null {
  if (typeof value === 'string' && canonical.test(value)) return value;
  const milliseconds = parseTimestamp(value);
  return milliseconds === null ? null : new Date(Math.floor(milliseconds)).toISOString();
}
