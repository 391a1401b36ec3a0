import { isClosing } from './attribution.ts';
import { expiriesSet } from './expiries.ts';
import type { Facts, TrailEntry } from './facts.ts';

/**
 * Personal data that were erased without a record, or while an open operation or the expiry of an
 * association needed them; one line each. Empty without erasures.
 */
export function neededErasures({ erasures, entries }: Facts): string[] {
  if (!erasures) return [];
  const recorded = new Set(erasures.recorded.flatMap(({ erased }) => erased));
  return [
    ...erasures.gone.filter((id) => !recorded.has(id)).map((id) => `${id} was erased without a record`),
    ...erasures.recorded.flatMap(({ time, erased }) => erased.flatMap((id) => neededAt(entries, id, time))),
  ];
}

/** Why an entry was needed at a time; empty if it was not. Entries without a fence are of no operation. */
function neededAt(entries: readonly TrailEntry[], id: string, time: number): string[] {
  const entry = entries.find(({ operationId, entryId }) => `${operationId}.${entryId}` === id);
  if (typeof entry?.fence !== 'number') return [];
  const { operationId } = entry;
  const ofOne = entries.filter((one) => one.operationId === operationId);
  const hasBegun = ofOne.some(({ event }) => event === 'INTENT');
  const isClosed = ofOne.some((one) => isClosing(one) && one.time <= time);
  return [
    ...(hasBegun && !isClosed ? [`${id} was erased while its operation was open`] : []),
    ...(setsExpiryAt(entries, operationId, time) ? [`${id} was erased, whose operation set an expiry`] : []),
  ];
}

/** Whether an operation had set the expiry of an association that a delete had not ended by then. */
function setsExpiryAt(entries: readonly TrailEntry[], operationId: string, time: number): boolean {
  const expiries = expiriesSet(entries).filter((one) => one.time <= time);
  const own = expiries.find((one) => one.operationId === operationId);
  const last = expiries.findLast(({ associationArn }) => associationArn === own?.associationArn);
  if (!own || last !== own || own.at === null) return false;
  return !entries.some(
    ({ event, kind, associationArn, time: at }) =>
      event === 'SUCCEEDED' && kind === 'delete' && associationArn === own.associationArn && at <= time,
  );
}
