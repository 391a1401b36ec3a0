/**
 * Whether a value is the name of a time zone in the IANA database, such as `Europe/Berlin`, that
 * this Node.js knows.
 */
export function isTimeZone(value: string): boolean {
  if (value === 'UTC') return true;
  // Intl also accepts offsets such as +02:00, which ignore daylight saving time.
  if (!/^[A-Za-z]/.test(value)) return false;
  try {
    formatterOf(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * The day of the week, `Monday` to `Sunday`, and the hour, 0 to 23, at a time in a time zone.
 * Throws on an unknown time zone, and on a time that `Date` can't represent.
 *
 * @param now milliseconds since the epoch
 */
export function calendarTime(now: number, timeZone: string): { readonly weekday: string; readonly hour: number } {
  if (timeZone === 'UTC') return utcTime(new Date(now));
  const parts = formatterOf(timeZone).formatToParts(now);
  const valueOf = (type: 'weekday' | 'hour') => parts.find((part) => part.type === type)?.value ?? '';
  return { weekday: valueOf('weekday'), hour: Number(valueOf('hour')) };
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Without Intl, whose first use takes a tenth of a cold start. */
function utcTime(date: Date): ReturnType<typeof calendarTime> {
  const weekday = weekdays[date.getUTCDay()];
  if (weekday === undefined) throw new RangeError('Invalid time value');
  return { weekday, hour: date.getUTCHours() };
}

/** By time zone: creating one takes 200 times as long as using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Throws a RangeError on an unknown time zone. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const formatter =
    formatters.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'long', hour: 'numeric', hourCycle: 'h23' });
  formatters.set(timeZone, formatter);
  return formatter;
}
