import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { Fault } from '../../support/fault-proxy.ts';

/** A number at random, below `bound`. */
export type Random = (bound: number) => number;

/** The same numbers for the same seed, by a linear congruential generator. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const cancelled = (...codes: string[]): Fault => ({
  kind: 'answer',
  exception: 'TransactionCanceledException',
  fields: { CancellationReasons: codes.map((Code) => ({ Code })) },
});

/** Few of them throttle: after that the client pauses for half a second. */
const ofEvery: readonly Fault[] = [
  ...Array.from({ length: 18 }, (): Fault => ({ kind: 'lost-answer' })),
  { kind: 'answer', exception: 'ProvisionedThroughputExceededException' },
  { kind: 'answer', exception: 'ThrottlingException' },
];

/** Faults that the ledger's client must get over, by the kind of request that meets them. */
const ofTransaction: readonly Fault[] = [
  ...ofEvery,
  ...threeOfEach(
    cancelled('TransactionConflict', 'None'),
    cancelled('None', 'TransactionConflict'),
    cancelled('ThrottlingError', 'None'),
    { kind: 'answer', exception: 'TransactionInProgressException' },
    // It was done, and the one who asks again is told that it is still being done.
    { kind: 'other-answer', exception: 'TransactionInProgressException' },
  ),
];
const ofPut: readonly Fault[] = [
  ...ofEvery,
  ...threeOfEach({ kind: 'answer', exception: 'TransactionConflictException' }),
];

function threeOfEach(...faults: readonly Fault[]): Fault[] {
  return [...faults, ...faults, ...faults];
}

/** At most so many calls go by between two that meet a fault, so that however few there are, some meet one. */
const maxCalm = 16;

/** One of so many of these calls meets two. */
const ofThemTwice = 16;

/** A ledger on whose way to DynamoDB requests meet faults at random: as many as its client must get over. */
export function behindFaults(ledger: Ledger, faults: Fault[], random: Random): Ledger & { readonly met: () => number } {
  let met = 0;
  let calm = random(maxCalm);
  const meet = (of: readonly Fault[]) => {
    calm -= 1;
    if (calm >= 0) return;
    calm = random(maxCalm);
    for (let left = random(ofThemTwice) === 0 ? 2 : 1; left > 0; left -= 1) {
      const fault = of[random(of.length)];
      if (fault) faults.push(fault);
      met += 1;
    }
  };
  const behind =
    <Arguments extends unknown[], Result>(of: readonly Fault[], call: (...given: Arguments) => Promise<Result>) =>
    (...given: Arguments): Promise<Result> => {
      meet(of);
      return call(...given);
    };
  return {
    commit: behind(ofTransaction, ledger.commit),
    appendEntry: behind(ofPut, ledger.appendEntry),
    getRecord: behind(ofEvery, ledger.getRecord),
    getEntry: behind(ofEvery, ledger.getEntry),
    operationEntries: behind(ofEvery, ledger.operationEntries),
    readTrail: behind(ofEvery, ledger.readTrail),
    expiredLeases: behind(ofEvery, ledger.expiredLeases),
    close: ledger.close,
    met: () => met,
  };
}
