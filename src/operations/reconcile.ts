import type { IdempotencyRecord } from '../ledger/ledger.ts';
import type { MutationRequest } from '../model/association.ts';
import { isClosing } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import { notDone } from './conclusion.ts';
import type { Conclusion } from './conclusion.ts';
import { createEffect } from './create.ts';
import { deleteEffect } from './delete.ts';
import { finish } from '../idempotency/complete.ts';
import { createEntry, subjectOfSettler } from '../audit/entry.ts';
import type { Dependencies } from './dependencies.ts';
import { takenOver } from '../idempotency/record.ts';
import { updateEffect } from './update.ts';

/** What a run of the reconciler came to, counted. */
export interface ReconciliationResult {
  /** Operations that were closed. */
  closed: number;
  /** Operations of which nothing is certain yet. */
  open: number;
  /** Operations that a request took over first. */
  overtaken: number;
  /** Operations that could not be looked into; the log says why. */
  failed: number;
}

/** How many operations one run looks into at most; the next run goes on. */
const maxOperations = 100;

/** How many it looks into at a time, so that EKS does not throttle the requests of callers. */
const width = 4;

/**
 * Closes the operations whose holders did not: takes each over, looks at EKS, and writes what is certain. It never
 * asks EKS for a change: nobody waits for the answer any more, and no credentials are handed out late. `deadline` is when it must
 * stop, milliseconds since the epoch; `requestId` names this run in the trail.
 */
export async function reconcile(
  deps: Dependencies,
  requestId: string,
  deadline: number,
): Promise<ReconciliationResult> {
  const settled: ReconciliationResult = { closed: 0, open: 0, overtaken: 0, failed: 0 };
  const records = await deps.ledger.expiredLeases(deps.clock(), maxOperations);
  const queue = records.values();
  const worker = async () => {
    for (const record of queue) {
      if (deps.clock() > deadline - settleOneMs) return;
      settled[await settleSafely(deps, record, requestId)]++;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return settled;
}

/** How long one operation may take. */
const settleOneMs = 10_000;

async function settleSafely(
  deps: Dependencies,
  record: IdempotencyRecord,
  requestId: string,
): Promise<keyof ReconciliationResult> {
  try {
    return await settleOne(deps, record, requestId);
  } catch (error) {
    // One operation that can't be looked into must not keep the others open.
    const { operationId } = record;
    deps.log('error', 'An operation could not be settled.', { operationId, error: String(error) });
    return 'failed';
  }
}

async function settleOne(
  deps: Dependencies,
  record: IdempotencyRecord,
  requestId: string,
): Promise<keyof ReconciliationResult> {
  const entries = await deps.ledger.operationEntries(record.operationId);
  const intent = entries.find(({ event }) => event === 'INTENT');
  if (!intent?.request) throw new Error(`Operation ${record.operationId} has no INTENT with a request.`);
  // A cluster that is served no more throws here, before the operation is taken over in vain.
  deps.eksFor(intent.request);
  const subject = subjectOfSettler(intent, requestId);
  const requester = { subject, clientRequestToken: null, deadline: deps.clock() + settleOneMs };

  const { operationId, fence } = record;
  const now = deps.clock();
  const held = takenOver(record, now, deps.times);
  const message = 'The holder of this operation did not finish it; the reconciler took it over.';
  const entry = createEntry(deps, subject, { operationId, event: 'TAKEN_OVER', fence: held.fence, message });
  const claimed = await deps.ledger.commit({ kind: 'lease-expired', operationId, fence, now }, held, [entry]);
  if (claimed.kind === 'conflict') return 'overtaken';

  const conclusion = (await lookAgain(deps, intent.request, intent, held, deps.clock() + settleOneMs / 2)) ?? notDone;
  const { auditEntry } = await finish(deps, requester, { record: held, entry }, conclusion);
  return isClosing(auditEntry.event) ? 'closed' : 'open';
}

/** What the operation's own look says, over what its intent recorded. */
function lookAgain(
  deps: Dependencies,
  request: MutationRequest,
  { before }: AuditEntry,
  record: IdempotencyRecord,
  deadline: number,
): Promise<Conclusion | null> {
  const work = { eks: deps.eksFor(request), record, before, deadline };
  if ('changes' in request) return updateEffect.look(deps, { ...work, request });
  if ('associationId' in request) return deleteEffect.look(deps, { ...work, request });
  return createEffect.look(deps, { ...work, request });
}
