import type { TokenRecord } from '../ledger/ledger.ts';
import type { AuditEntry } from '../model/audit.ts';
import { answerBase, inProgress, recorded } from '../operations/result.ts';
import type { Answer } from '../operations/result.ts';
import { within } from '../runtime/deadline.ts';
import type { Hold } from './claim.ts';
import { rowOf } from '../operations/conclusion.ts';
import type { Conclusion } from '../operations/conclusion.ts';
import { newEntry } from '../audit/entry.ts';
import type { Requester, Subject } from '../audit/entry.ts';
import type { Parts } from '../operations/dependencies.ts';
import { concluded, withDoubt } from './record.ts';

/**
 * Writes what a holder has come to: token record and audit entry, in one transaction. The holder answers only what is
 * written: overtaken, it answers from the record; with the ledger out of reach, that it is not known yet.
 */
export async function finish(parts: Parts, who: Requester, hold: Hold, conclusion: Conclusion): Promise<Answer> {
  const entry = closingEntry(parts, who.subject, hold.record, conclusion);
  const next = recordAfter(parts, hold.record, conclusion);
  const { operationId, fence } = hold.record;
  try {
    const committing = parts.ledger.commit({ kind: 'held', operationId, fence }, next, [entry]);
    const result = await within(who.deadline - parts.clock(), committing);
    if (result.kind === 'committed') {
      noteOutcome(parts, entry);
      return answerOf(parts, who, next, conclusion, entry);
    }
    return await overtaken(parts, who, hold, conclusion, result.record);
  } catch (error) {
    // Whatever EKS did, it is recorded as intended. The settler, or the next request, finds out and closes it.
    parts.log('error', 'The outcome of an operation could not be written.', { operationId, error: String(error) });
    return inProgress(parts, who, hold.record, hold.entry);
  }
}

/** One line in the log for each outcome; a warning where the operators of the gateway may have to act. */
function noteOutcome({ log }: Parts, entry: AuditEntry): void {
  const { operationId, operation, event, refusalCode, message, apiRequestId } = entry;
  const level = refusalCode === 'GATEWAY_ACCESS_DENIED' ? 'warn' : 'info';
  const what = { apiRequestId, operationId, operation, event, refusalCode };
  log(level, 'An operation came to an outcome.', { ...what, outcome: message });
}

/** The entry that says what a holder has come to. */
export function closingEntry(parts: Parts, subject: Subject, held: TokenRecord, conclusion: Conclusion): AuditEntry {
  const { event, code: refusalCode } = rowOf(conclusion.outcome);
  const { message, associationArn, eksRequestId } = conclusion;
  const { operationId, fence } = held;
  return newEntry(parts, subject, { operationId, event, fence, refusalCode, message, associationArn, eksRequestId });
}

function recordAfter(parts: Parts, held: TokenRecord, { outcome, association, refusal }: Conclusion): TokenRecord {
  const now = parts.clock();
  const answer = { association, refusal, answeredAt: new Date(now).toISOString() };
  const next = concluded(held, rowOf(outcome), answer, now, parts.times);
  return outcome === 'NOT_DONE' ? withDoubt(next) : next;
}

function answerOf(parts: Parts, who: Requester, next: TokenRecord, conclusion: Conclusion, entry: AuditEntry): Answer {
  const { status, waitSeconds } = rowOf(conclusion.outcome);
  if (status === 'IN_PROGRESS') return inProgress(parts, who, next, entry);
  const { association, refusal } = conclusion;
  return { ...answerBase(who, status, entry), association, refusal, retryAfterSeconds: waitSeconds };
}

/** A later holder has the record: what that one wrote is the answer, not what EKS told this one. */
async function overtaken(parts: Parts, who: Requester, hold: Hold, conclusion: Conclusion, record: TokenRecord | null) {
  const entry = conclusion.outcome === 'DONE' ? await noteLate(parts, who, hold, conclusion) : hold.entry;
  const sameRequest = record?.fingerprint === hold.record.fingerprint;
  return sameRequest && record.answer
    ? recorded(who, record, entry)
    : inProgress(parts, who, record ?? hold.record, entry);
}

async function noteLate(parts: Parts, who: Requester, hold: Hold, { associationArn, eksRequestId }: Conclusion) {
  const { operationId, fence } = hold.record;
  const message = 'EKS did what it was asked, as this holder learned after another one had taken the operation over.';
  const happening = { operationId, event: 'LATE', fence, message, associationArn, eksRequestId } as const;
  const entry = newEntry(parts, who.subject, happening);
  await within(Math.max(who.deadline - parts.clock(), 1_000), parts.ledger.append(entry));
  return entry;
}
