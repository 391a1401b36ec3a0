import { useContext } from 'preact/hooks';
import { UtcContext, absoluteTime } from '../ui/time.tsx';
import { intervalOf } from './times.ts';
import type { Between as Interval } from './times.ts';
import type { Row } from './rows.ts';

/** E.g. "between 10:00 and 11:00": the time of a change that was seen afterwards. */
export function Between({ at: { after, by } }: { readonly at: Interval }) {
  const isUtc = useContext(UtcContext);
  const [late, early] = [absoluteTime(by, isUtc), after === null ? null : absoluteTime(after, isUtc)];
  if (early === null) return <>before {late}, when it was first seen</>;
  return early === late ? (
    <>{late}</>
  ) : (
    <>
      between {early} and {late}
    </>
  );
}

/** Since when, and until when, an association was as it is shown, as far as that is known. */
export function InForce({ row }: { readonly row: Parameters<typeof intervalOf>[0] & Pick<Row, 'operationId'> }) {
  const { began, ended } = intervalOf(row);
  // The outcome of an operation is known to the moment.
  const isExact = row.operationId !== null;
  return (
    <>
      since <Between at={isExact ? { after: began.by, by: began.by } : began} />
      {ended && (
        <>
          , until <Between at={ended} />
        </>
      )}
    </>
  );
}
