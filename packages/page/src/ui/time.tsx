import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { absoluteTime, relativeTime } from './time-text.ts';

/** How times are shown: in UTC, or in the time zone of the browser. */
export const UtcContext = createContext(false);

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
  if (Number.isNaN(Date.parse(at))) return <>{at}</>;
  const [long, short] = [absoluteTime(at, isUtc), relativeTime(at, now, narrow ? 'narrow' : 'long')];
  return (
    <time dateTime={at} title={absolute ? short : long}>
      {absolute ? long : short}
    </time>
  );
}
