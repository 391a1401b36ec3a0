import { auditContextOfReconciler, findIntent } from '../ledger/audit-entry.ts';
import { takeOver } from '../idempotency/claim.ts';
import { complete } from '../idempotency/complete.ts';
import { notDone } from '../idempotency/conclusion.ts';
import type { Conclusion } from '../idempotency/conclusion.ts';
import type { IdempotencyRecord } from '../ledger/ledger.ts';
import { isClosing } from '../model/audit-event.ts';
import type { Association } from '../model/association.ts';
import type { OperationKind, RequestedOperation } from '../model/operation.ts';
import type { Dependencies } from './dependencies.ts';
import { operationOf } from './operations.ts';

/** Counts of one run. */
export interface ReconciliationResult {
  /** Operations that were closed. */
  closed: number;
  /** Operations whose outcome is not known yet. */
  open: number;
  /** Operations that a request took over first. */
  superseded: number;
  /** Operations that could not be examined; the log says why. */
  failed: number;
}

/** How many operations one run examines at most; the next run continues. */
const maxOperations = 100;

/** How many operations are examined at the same time, so that EKS does not throttle requests. */
const concurrency = 4;

/** How long one operation may take. Milliseconds. */
const operationMs = 10_000;

/**
 * Completes abandoned operations: takes over each expired lease, observes EKS, and records what is certain. It never
 * sends a change: the caller no longer waits, and credentials must not be handed to pods late. `deadline` is when the run
 * must end, in milliseconds since the epoch; `runId` names the run in the trail.
 */
export async function reconcile(deps: Dependencies, runId: string, deadline: number): Promise<ReconciliationResult> {
  const result: ReconciliationResult = { closed: 0, open: 0, superseded: 0, failed: 0 };
  const records = await deps.ledger.expiredLeases(deps.clock(), maxOperations);
  const queue = records.values();
  const unresolved = new Set(records);
  const worker = async () => {
    for (const record of queue) {
      if (deps.clock() > deadline - operationMs) return;
      const kind = await reconcileSafely(deps, record, runId);
      result[kind]++;
      if (kind === 'closed' || kind === 'superseded') unresolved.delete(record);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  logUnresolved(deps, unresolved);
  return result;
}

/** Logs what the run leaves open, for the alarm on the oldest; with 0 when nothing is left, so that the alarm ends. */
function logUnresolved({ clock, log }: Dependencies, unresolved: ReadonlySet<IdempotencyRecord>): void {
  const now = clock();
  const ages = [...unresolved].map(({ startedAt }) => Math.round((now - startedAt) / 1000));
  log('info', 'Unresolved operations counted.', {
    count: unresolved.size,
    oldestUnresolvedSeconds: Math.max(0, ...ages),
  });
}

async function reconcileSafely(
  deps: Dependencies,
  record: IdempotencyRecord,
  runId: string,
): Promise<keyof ReconciliationResult> {
  try {
    return await reconcileOne(deps, record, runId);
  } catch (error) {
    // One operation that can't be examined must not keep the others open.
    const { operationId } = record;
    deps.log('error', 'An operation could not be reconciled.', { operationId, error: String(error) });
    return 'failed';
  }
}

async function reconcileOne(
  deps: Dependencies,
  record: IdempotencyRecord,
  runId: string,
): Promise<keyof ReconciliationResult> {
  const { operationId } = record;
  const intent = await findIntent(deps.ledger, operationId);
  if (!intent?.request) throw new Error(`Operation ${operationId} has no INTENT with a request.`);
  // Throws for a cluster that is no longer served, before the lease is taken over in vain.
  deps.eksFor(intent.request);
  const deadline = deps.clock() + operationMs;
  const audit = auditContextOfReconciler(intent, runId);
  const lease = await takeOver(deps, record, audit, 'The lease expired; the reconciler took the operation over.');
  if (lease === null) return 'superseded';

  const conclusion = await observeEffect(deps, intent, intent.before, lease.record, deps.clock() + operationMs / 2);
  const { entry } = await complete(deps, { audit, deadline }, lease, conclusion ?? notDone);
  return isClosing(entry.event) ? 'closed' : 'open';
}

function observeEffect<Kind extends OperationKind>(
  deps: Dependencies,
  { operation, request }: RequestedOperation<Kind>,
  before: Association | null,
  record: IdempotencyRecord,
  deadline: number,
): Promise<Conclusion | null> {
  const { effect } = operationOf<Kind>(operation);
  return effect.observe(deps, { eks: deps.eksFor(request), request, record, before, deadline });
}
