import { resultBase } from '../../src/operations/result.ts';
import type { MutationResult } from '../../src/operations/result.ts';
import { createEntry } from '../../src/ledger/audit-entry.ts';
import type { AuditEventDetails, AuditContext } from '../../src/ledger/audit-entry.ts';
import type { Association } from '../../src/model/association.ts';
import type { MutationRequest } from '../../src/model/operation.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { outcomes } from '../../src/model/outcome.ts';
import type { Refusal } from '../../src/model/refusal.ts';
import type { Along, Changed } from './eks.ts';
import type { Worked } from './once.ts';
import type { BaselineParts } from './parts.ts';
import { changedRefusal, notFoundRefusal, refusalByEks } from './refusals.ts';

/** What one execution works on. */
export interface Work<Request extends MutationRequest> {
  readonly subject: AuditContext;
  readonly request: Request;
  /** The association that the request names, as it was when it was read; null for a create, and where there is none. */
  readonly before: Association | null;
  readonly clientRequestToken: string;
  /** Aborts the wait for EKS while there is still time to say so in the trail. */
  readonly signal: AbortSignal;
  readonly change: (request: Request, along: Along) => Promise<Changed>;
}

/** After how many seconds it is worth asking again. Powertools doesn't tell how long another holder of a token still has. */
export const waitSeconds = 5;

/**
 * What is done once for a token: the intent, EKS, the outcome. Throws `LedgerUnavailable` where the intent could not be
 * recorded; EKS is not asked then.
 */
export async function carryOut<Request extends MutationRequest>(
  parts: BaselineParts,
  work: Work<Request>,
): Promise<Worked> {
  const { subject, request, before, clientRequestToken, signal } = work;
  const operationId = parts.ulid(parts.clock());
  const entryOf = (details: Omit<AuditEventDetails, 'operationId'>) =>
    createEntry(parts, subject, { ...details, operationId });

  const unmet = unmetOf(request, before);
  if (unmet) {
    const entry = entryOf({ event: 'REFUSED', refusalCode: unmet.code, message: unmet.message });
    await parts.append(entry, clientRequestToken);
    return { answer: { ...answerOf(work, 'REFUSED', entry), refusal: unmet }, isFinal: true };
  }
  const intent = entryOf({ event: 'INTENT', fence });
  await parts.append(intent, clientRequestToken);
  const close = (details: Omit<AuditEventDetails, 'operationId' | 'fence'>) =>
    closed(parts, intent, entryOf({ ...details, fence }), clientRequestToken);

  let changed: Changed;
  try {
    changed = await work.change(request, { clientRequestToken, before, operationId, signal });
  } catch (error) {
    parts.log('warn', 'EKS gave no certain answer.', { operationId, error: String(error) });
    const message = `EKS gave no answer that tells whether it did what it was asked (${String(error)}).`;
    const entry = await close({ event: 'UNKNOWN', message });
    return { answer: { ...answerOf(work, 'IN_PROGRESS', entry), retryAfterSeconds: waitSeconds }, isFinal: false };
  }
  if (changed.kind === 'done') {
    const { association, requestId: eksRequestId } = changed;
    const { associationArn } = association;
    const entry = await close({ event: 'SUCCEEDED', associationArn, eksRequestId });
    return { answer: { ...answerOf(work, 'SUCCEEDED', entry), association }, isFinal: true };
  }
  const refusal = refusalByEks(changed.outcome, changed.error);
  const { event, waitSeconds: retryAfterSeconds } = outcomes[changed.outcome];
  const { code: refusalCode, message } = refusal;
  const entry = await close({ event, refusalCode, message, eksRequestId: changed.error.requestId });
  const answer = { ...answerOf(work, 'REFUSED', entry), refusal, retryAfterSeconds };
  return { answer, isFinal: !refusal.retryable };
}

/** Each execution is an operation of its own, so that none has more than one holder. Powertools does not number them. */
const fence = 1;

/** What keeps a change of an existing association from being asked for at all. */
function unmetOf(request: MutationRequest, before: Association | null): Refusal | null {
  if (!('associationId' in request)) return null;
  if (!before) return notFoundRefusal(request);
  const { expectedModifiedAt } = request;
  if (expectedModifiedAt === null || Date.parse(expectedModifiedAt) === Date.parse(before.modifiedAt)) return null;
  return changedRefusal(before, expectedModifiedAt);
}

/**
 * Adds the entry after EKS. What EKS did is done: a trail that can't be written does not make it undone, and an error to
 * the caller would only have it asked for again. So the log has what the trail lacks, and the answer names the last entry that
 * is there.
 */
async function closed(parts: BaselineParts, intent: AuditEntry, entry: AuditEntry, clientRequestToken: string) {
  try {
    await parts.append(entry, clientRequestToken);
    return entry;
  } catch (error) {
    parts.log('error', 'An entry of the trail could not be written.', { entry, error: String(error) });
    return intent;
  }
}

function answerOf(
  work: Pick<Work<MutationRequest>, 'subject' | 'clientRequestToken'>,
  status: MutationResult['status'],
  entry: AuditEntry,
) {
  return resultBase({ ...work, deadline: 0 }, status, entry);
}
