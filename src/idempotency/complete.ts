import type { IdempotencyRecord } from '../ledger/ledger.ts';
import type { AuditEntry } from '../model/audit.ts';
import { resultBase, inProgress, recorded } from '../operations/result.ts';
import type { MutationResult } from '../operations/result.ts';
import { withDeadline } from '../runtime/deadline.ts';
import type { Hold } from './claim.ts';
import { outcomeOf } from '../operations/conclusion.ts';
import type { Conclusion } from '../operations/conclusion.ts';
import { createEntry } from '../audit/entry.ts';
import type { Requester, AuditContext } from '../audit/entry.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { concluded, withDoubt } from './record.ts';

/**
 * Writes what a holder has come to: token record and audit entry, in one transaction. The holder answers only what is
 * written: overtaken, it answers from the record; with the ledger out of reach, that it is not known yet.
 */
export async function finish(
  deps: Dependencies,
  who: Requester,
  hold: Hold,
  conclusion: Conclusion,
): Promise<MutationResult> {
  const entry = closingEntry(deps, who.subject, hold.record, conclusion);
  const next = recordAfter(deps, hold.record, conclusion);
  const { operationId, fence } = hold.record;
  try {
    const committing = deps.ledger.commit({ kind: 'leased', operationId, fence }, next, [entry]);
    const result = await withDeadline(who.deadline - deps.clock(), committing);
    if (result.kind === 'committed') {
      noteOutcome(deps, entry);
      return answerOf(deps, who, next, conclusion, entry);
    }
    return await overtaken(deps, who, hold, conclusion, result.record);
  } catch (error) {
    // Whatever EKS did, it is recorded as intended. The reconciler, or the next request, finds out and closes it.
    deps.log('error', 'The outcome of an operation could not be written.', { operationId, error: String(error) });
    return inProgress(deps, who, hold.record, hold.entry);
  }
}

/** One line in the log for each outcome; a warning where the operators of the gateway may have to act. */
function noteOutcome({ log }: Dependencies, entry: AuditEntry): void {
  const { operationId, operation, event, refusalCode, message, apiRequestId } = entry;
  const level = refusalCode === 'GATEWAY_ACCESS_DENIED' ? 'warn' : 'info';
  const what = { apiRequestId, operationId, operation, event, refusalCode };
  log(level, 'An operation came to an outcome.', { ...what, outcome: message });
}

/** The entry that says what a holder has come to. */
export function closingEntry(
  deps: Dependencies,
  subject: AuditContext,
  held: IdempotencyRecord,
  conclusion: Conclusion,
): AuditEntry {
  const { event, code: refusalCode } = outcomeOf(conclusion.outcome);
  const { message, associationArn, eksRequestId } = conclusion;
  const { operationId, fence } = held;
  return createEntry(deps, subject, { operationId, event, fence, refusalCode, message, associationArn, eksRequestId });
}

function recordAfter(
  deps: Dependencies,
  held: IdempotencyRecord,
  { outcome, association, refusal }: Conclusion,
): IdempotencyRecord {
  const now = deps.clock();
  const answer = { association, refusal, completedAt: new Date(now).toISOString() };
  const next = concluded(held, outcomeOf(outcome), answer, now, deps.times);
  return outcome === 'NOT_DONE' ? withDoubt(next) : next;
}

function answerOf(
  deps: Dependencies,
  who: Requester,
  next: IdempotencyRecord,
  conclusion: Conclusion,
  entry: AuditEntry,
): MutationResult {
  const { status, waitSeconds } = outcomeOf(conclusion.outcome);
  if (status === 'IN_PROGRESS') return inProgress(deps, who, next, entry);
  const { association, refusal } = conclusion;
  return { ...resultBase(who, status, entry), association, refusal, retryAfterSeconds: waitSeconds };
}

/** A later holder has the record: what that one wrote is the answer, not what EKS told this one. */
async function overtaken(
  deps: Dependencies,
  who: Requester,
  hold: Hold,
  conclusion: Conclusion,
  record: IdempotencyRecord | null,
) {
  const entry = conclusion.outcome === 'DONE' ? await noteLate(deps, who, hold, conclusion) : hold.entry;
  const sameRequest = record?.fingerprint === hold.record.fingerprint;
  return sameRequest && record.result
    ? recorded(who, record, entry)
    : inProgress(deps, who, record ?? hold.record, entry);
}

async function noteLate(deps: Dependencies, who: Requester, hold: Hold, { associationArn, eksRequestId }: Conclusion) {
  const { operationId, fence } = hold.record;
  const message = 'EKS did what it was asked, as this holder learned after another one had taken the operation over.';
  const details = { operationId, event: 'LATE', fence, message, associationArn, eksRequestId } as const;
  const entry = createEntry(deps, who.subject, details);
  await withDeadline(Math.max(who.deadline - deps.clock(), 1_000), deps.ledger.appendEntry(entry));
  return entry;
}
