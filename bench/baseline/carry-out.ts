import { answerBase } from '../../src/associations/answer.ts';
import type { Answer } from '../../src/associations/answer.ts';
import { newEntry } from '../../src/associations/journal.ts';
import type { Happening, Subject } from '../../src/associations/journal.ts';
import type { Association, MutationRequest } from '../../src/model/association.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { outcomes } from '../../src/model/outcome.ts';
import type { Refusal } from '../../src/model/refusal.ts';
import type { Along, Changed } from './eks.ts';
import { NotKept } from './once.ts';
import type { BaselineParts } from './parts.ts';
import { changedRefusal, notFoundRefusal, refusalByEks } from './refusals.ts';

/** What one execution works on. */
export interface Work<Request extends MutationRequest> {
  readonly subject: Subject;
  readonly request: Request;
  /** The association that the request names, as it was when it was read; null for a create, and where there is none. */
  readonly before: Association | null;
  readonly clientRequestToken: string;
  /** Aborts the wait for EKS while there is still time to say so in the trail. */
  readonly signal: AbortSignal;
  readonly change: (request: Request, along: Along) => Promise<Changed>;
}

/**
 * What Powertools does once for a token: the intent, EKS, the outcome. Throws `NotKept` with an answer that is not final,
 * and whatever leaves open what EKS did; Powertools forgets the token then.
 */
export async function carryOut<Request extends MutationRequest>(
  parts: BaselineParts,
  work: Work<Request>,
): Promise<Answer> {
  const { request, before, clientRequestToken, signal } = work;
  const operationId = parts.ulid(parts.clock());
  const entryOf = (happening: Omit<Happening, 'operationId'>) =>
    newEntry(parts, work.subject, { ...happening, operationId });

  const unmet = unmetOf(request, before);
  if (unmet) {
    const entry = entryOf({ event: 'REFUSED', refusalCode: unmet.code, message: unmet.message });
    await parts.append(entry, clientRequestToken);
    return answer(work, entry, { refusal: unmet });
  }
  // Without a record of what is intended, EKS is not asked.
  const intent = entryOf({ event: 'INTENT' });
  await parts.append(intent, clientRequestToken);
  const close = closer(parts, intent, clientRequestToken);

  let changed: Changed;
  try {
    changed = await work.change(request, { clientRequestToken, operationId, signal });
  } catch (error) {
    const message = `EKS gave no answer that tells whether it did what it was asked (${String(error)}).`;
    await close(entryOf({ event: 'UNKNOWN', message }));
    throw error;
  }
  if (changed.kind === 'refused') {
    const refusal = refusalByEks(changed.outcome, changed.error);
    const { event, waitSeconds } = outcomes[changed.outcome];
    const { code: refusalCode, message } = refusal;
    const entry = await close(entryOf({ event, refusalCode, message, eksRequestId: changed.error.requestId }));
    const refused = answer(work, entry, { refusal, retryAfterSeconds: waitSeconds });
    // Powertools keeps whatever is returned for seven days, a passing throttling too.
    if (refusal.retryable) throw new NotKept(refused);
    return refused;
  }
  const { association, requestId: eksRequestId } = changed;
  const { associationArn } = association;
  return answer(work, await close(entryOf({ event: 'SUCCEEDED', associationArn, eksRequestId })), { association });
}

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
function closer(parts: BaselineParts, intent: AuditEntry, clientRequestToken: string) {
  return async (entry: AuditEntry): Promise<AuditEntry> => {
    try {
      await parts.append(entry, clientRequestToken);
      return entry;
    } catch (error) {
      parts.log('error', 'An entry of the trail could not be written.', { entry, error: String(error) });
      return intent;
    }
  };
}

function answer<Request extends MutationRequest>(
  { subject, clientRequestToken }: Work<Request>,
  entry: AuditEntry,
  particulars: Partial<Pick<Answer, 'association' | 'refusal' | 'retryAfterSeconds'>>,
): Answer {
  const status = particulars.association ? 'SUCCEEDED' : 'REFUSED';
  return { ...answerBase({ subject, clientRequestToken, deadline: 0 }, status, entry), ...particulars };
}
