const units = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

const formats = {
  long: new Intl.RelativeTimeFormat('en', { numeric: 'auto' }),
  narrow: new Intl.RelativeTimeFormat('en', { style: 'narrow' }),
};

/** How long a relative time is. */
export type TimeStyle = keyof typeof formats;

/**
 * E.g. "3 minutes ago" or "in 2 hours"; narrow, for columns: "3min ago". `now` in milliseconds
 * since the epoch.
 */
export function relativeTime(at: string, now: number, style: TimeStyle = 'long'): string {
  const difference = Date.parse(at) - now;
  const [unit, length] = units.find(([, ms]) => Math.abs(difference) >= ms) ?? ['second', 1_000];
  return formats[style].format(Math.trunc(difference / length), unit);
}

/** E.g. "27 Nov 2026, 22:15:03 UTC", or with the zone of the browser. */
export function absoluteTime(at: string, isUtc: boolean): string {
  const zone = isUtc ? { timeZone: 'UTC' } : {};
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long', ...zone }).format(new Date(at));
}

/** The zone in which times are shown, e.g. "UTC" or "CET". */
export function zoneName(isUtc: boolean): string {
  if (isUtc) return 'UTC';
  const parts = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts(new Date());
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/**
 * The value of an input of type `datetime-local` for a time, in UTC or in the time zone of the
 * browser; empty without one.
 */
export function toInput(at: string | null, isUtc: boolean): string {
  if (at === null || Number.isNaN(Date.parse(at))) return '';
  const time = Date.parse(at);
  const shifted = isUtc ? time : time - new Date(time).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 16);
}

/** The time of an input of type `datetime-local`; null if it is empty. */
export function fromInput(value: string, isUtc: boolean): string | null {
  const time = Date.parse(isUtc ? `${value}Z` : value);
  return value === '' || Number.isNaN(time) ? null : new Date(time).toISOString();
}
