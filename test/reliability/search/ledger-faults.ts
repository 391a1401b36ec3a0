import type { Fault } from '../../support/fault-proxy.ts';
import type { ScenarioStore } from './store.ts';

/** Returns a random whole number below `bound`. */
export type Random = (bound: number) => number;

/** Creates a linear congruential generator: the same seed gives the same numbers. */
export function randomFrom(seed: number): Random {
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

/** Few of these faults throttle, because the client then pauses for half a second. */
const ofEvery: readonly Fault[] = [
  ...Array.from({ length: 18 }, (): Fault => ({ kind: 'lost-answer' })),
  { kind: 'answer', exception: 'ProvisionedThroughputExceededException' },
  { kind: 'answer', exception: 'ThrottlingException' },
];

/** Faults that the ledger's client must recover from, by the kind of request. */
const ofTransaction: readonly Fault[] = [
  ...ofEvery,
  ...threeOfEach(
    cancelled('TransactionConflict', 'None'),
    cancelled('None', 'TransactionConflict'),
    cancelled('ThrottlingError', 'None'),
    { kind: 'answer', exception: 'TransactionInProgressException' },
    // The transaction was applied, but the retry is told that it is still running.
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

/** Longest run of calls without a fault, so that even a short scenario meets one. */
const maxCalm = 16;

/** One in this many faulty calls meets two faults. */
const ofThemTwice = 16;

/**
 * Wraps a ledger so that its DynamoDB requests meet random faults, as many as its client must recover from. `met`
 * returns the number of injected faults. Calls run one after the other, so that each meets the faults that are meant for it.
 */
export function withFaults(
  ledger: ScenarioStore,
  faults: Fault[],
  random: Random,
): ScenarioStore & { readonly met: () => number } {
  let met = 0;
  let calm = random(maxCalm);
  let last: Promise<unknown> = Promise.resolve();
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
      const result = last.then(() => {
        meet(of);
        return call(...given);
      });
      last = result.catch(() => undefined);
      return result;
    };
  return {
    commit: behind(ofTransaction, ledger.commit),
    appendEntry: behind(ofPut, ledger.appendEntry),
    getRecord: behind(ofEvery, ledger.getRecord),
    getEntry: behind(ofEvery, ledger.getEntry),
    findClaimOfCreated: behind(ofEvery, ledger.findClaimOfCreated),
    operationEntries: behind(ofEvery, ledger.operationEntries),
    readTrail: behind(ofEvery, ledger.readTrail),
    expiredLeases: behind(ofEvery, ledger.expiredLeases),
    getRecordAndApproval: behind(ofEvery, ledger.getRecordAndApproval),
    getApproval: behind(ofEvery, ledger.getApproval),
    putApproval: behind(ofTransaction, ledger.putApproval),
    listApprovals: behind(ofEvery, ledger.listApprovals),
    limitReached: behind(ofEvery, ledger.limitReached),
    withdrawApproval: behind(ofTransaction, ledger.withdrawApproval),
    getApprovals: behind(ofEvery, ledger.getApprovals),
    openApprovalsOf: behind(ofEvery, ledger.openApprovalsOf),
    getLocks: behind(ofEvery, ledger.getLocks),
    getClusterScan: behind(ofEvery, ledger.getClusterScan),
    getAssociationState: behind(ofEvery, ledger.getAssociationState),
    statesOfCluster: behind(ofEvery, ledger.statesOfCluster),
    dueExpiries: behind(ofEvery, ledger.dueExpiries),
    // Without an entry and a version, it is no transaction, and meets the faults of a put.
    observeAssociation: (revision, change, entry) =>
      behind(entry || change.version ? ofTransaction : ofPut, ledger.observeAssociation)(revision, change, entry),
    repairAssociation: behind(ofTransaction, ledger.repairAssociation),
    putAccountReads: behind(ofPut, ledger.putAccountReads),
    erasePersonalData: behind(ofEvery, ledger.erasePersonalData),
    readVersions: behind(ofEvery, ledger.readVersions),
    putLocks: behind(ofTransaction, ledger.putLocks),
    getCursorKeys: behind(ofEvery, ledger.getCursorKeys),
    putCursorKeys: behind(ofTransaction, ledger.putCursorKeys),
    close: ledger.close,
    met: () => met,
  };
}
