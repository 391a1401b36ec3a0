import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';

/** How times are shown: in UTC, or in the time zone of the browser. */
export const UtcContext = createContext(false);

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

/**
 * E.g. "3 minutes ago" or "in 2 hours"; narrow, for columns: "3min ago". `now` in milliseconds
 * since the epoch.
 */
function relativeTime(at: string, now: number, style: keyof typeof formats = 'long'): string {
  const difference = Date.parse(at) - now;
  const [unit, length] = units.find(([, ms]) => Math.abs(difference) >= ms) ?? ['second', 1_000];
  return formats[style].format(Math.trunc(difference / length), unit);
}

/** E.g. "27 Nov 2026, 22:15:03 UTC". */
export function absoluteTime(at: string, isUtc: boolean): string {
  return new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'medium',
    ...(isUtc && { timeZone: 'UTC' }),
  })
    .format(new Date(at))
    .concat(isUtc ? ' UTC' : '');
}

const everyMs = 20_000;

/** The present, some times a minute. Milliseconds since the epoch. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}

interface TimeProps {
  readonly at: string;
  readonly absolute?: boolean;
  /** As short as a column needs it. */
  readonly narrow?: boolean;
}

/** A time: relative, and absolute on hover; the other way round with `absolute`. */
export function Time({ at, absolute = false, narrow = false }: TimeProps) {
  const [isUtc, now] = [useContext(UtcContext), useNow()];
  const [long, short] = [absoluteTime(at, isUtc), relativeTime(at, now, narrow ? 'narrow' : 'long')];
  return (
    <time dateTime={at} title={absolute ? short : long}>
      {absolute ? long : short}
    </time>
  );
}
