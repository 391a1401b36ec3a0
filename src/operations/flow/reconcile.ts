import { isDue } from '../../idempotency/defer.ts';
import type { IdempotencyRecord } from '../../ledger/ledger.ts';
import { countReadFailures, operationMs, reconcileOperation } from './reconcile-operation.ts';
import type { ReconcilePorts, Reconciled } from './reconcile-operation.ts';

/**
 * What one run did, and what it left. Every operation that it found is in exactly one of the
 * counts.
 */
export interface ReconciliationResult extends Record<Reconciled, number> {
  /** Operations that were closed. */
  closed: number;
  /** Operations that were examined, and whose outcome is not known yet. */
  open: number;
  /** Operations that a request took over first. */
  superseded: number;
  /** Operations that could not be examined because of an error; the log says why. */
  failed: number;
  /** Operations that can't be examined until operators act: see `Deferral.parked`. */
  parked: number;
  /**
   * Operations that are examined later: because of a back-off, or because the time of the run was
   * over.
   */
  waiting: number;
  /**
   * Age of the oldest operation that stays open, without parked ones; 0 without one. Whole seconds.
   */
  oldestOpenSeconds: number;
}

/** How many operations one run reads at most: those that were examined the longest time ago. */
const maxOperations = 5_000;

/** How many operations are examined at the same time, so that EKS does not throttle requests. */
export const concurrency = 4;

/**
 * Completes abandoned operations: observes the effect of each one with an expired lease at EKS, and
 * records what is certain. It never sends a change: the caller no longer waits, and credentials
 * must not be handed to pods late. Operations without a result are examined again after a wait, so
 * that they never keep others open. `deadline` is when the run must end, in milliseconds since the
 * epoch; `runId` names the run in the trail. Throws `LedgerUnavailable`.
 */
export async function reconcile(ports: ReconcilePorts, runId: string, deadline: number): Promise<ReconciliationResult> {
  const result = { closed: 0, open: 0, superseded: 0, failed: 0, parked: 0, waiting: 0, oldestOpenSeconds: 0 };
  const startedAt = ports.clock();
  const failures = countReadFailures();
  const count = (record: IdempotencyRecord, reconciled: Reconciled | 'waiting') => {
    result[reconciled] += 1;
    if (!['open', 'failed', 'waiting'].includes(reconciled)) return;
    const age = Math.floor((startedAt - record.startedAt) / 1_000);
    result.oldestOpenSeconds = Math.max(result.oldestOpenSeconds, age);
  };

  const queue = (await ports.ledger.expiredLeases(startedAt, maxOperations)).values();
  const worker = async () => {
    for (const record of queue) {
      const hasTime = ports.clock() <= deadline - operationMs;
      if (hasTime && isDue(record, startedAt)) {
        count(record, await reconcileOperation(ports, failures, record, runId));
      } else {
        count(record, record.deferral?.parked ? 'parked' : 'waiting');
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return result;
}
