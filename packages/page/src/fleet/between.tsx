import { useContext } from 'preact/hooks';
import { State } from '../ui/state.tsx';
import { absoluteTime } from '../ui/time-text.ts';
import { Time, UtcContext } from '../ui/time.tsx';
import { intervalOf, shortInterval } from './times.ts';
import type { Between, Seen } from './times.ts';

/** E.g. "between 10:00 and 11:00": the time of a change that was seen afterwards. */
function textOf({ after, by }: Between, isUtc: boolean): string {
  const late = absoluteTime(by, isUtc);
  if (after === null) return `before ${late}, when it was first seen`;
  const early = absoluteTime(after, isUtc);
  return early === late ? late : `between ${early} and ${late}`;
}

/**
 * When an association came to be as it is shown, and when it ended, as far as that is known; in a
 * line, with all of it on hover.
 */
export function InForce({ row, isShort = false }: { readonly row: Seen; readonly isShort?: boolean }) {
  const isUtc = useContext(UtcContext);
  const { began, ended } = intervalOf(row);
  const text = `began ${textOf(began, isUtc)}${ended === null ? '' : `, ended ${textOf(ended, isUtc)}`}`;
  if (!isShort) return <>{text}</>;
  return (
    <span title={text}>
      {shortInterval(began, isUtc)}
      {ended && `, ended ${shortInterval(ended, isUtc)}`}
    </span>
  );
}

/** When an association ends, if it does. */
export function Ends({ at, word = '' }: { readonly at: string | null; readonly word?: string }) {
  if (at === null) return null;
  return (
    <State name="expiring">
      {word}
      <Time at={at} />
    </State>
  );
}
