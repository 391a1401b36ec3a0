import { resultBase } from '../../../src/operations/terms/result.ts';
import type { MutationResult } from '../../../src/operations/terms/result.ts';
import { makeEntry } from '../../../src/ledger/audit-entry.ts';
import type { AuditEventDetails } from '../../../src/ledger/audit-entry.ts';
import type { AuditContext } from '../../../src/model/audit.ts';
import type { Association } from '../../../src/model/association.ts';
import type { MutationRequest } from '../../../src/model/operation.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import { outcomes } from '../../../src/model/outcome.ts';
import type { Refusal } from '../../../src/model/refusal.ts';
import type { ChangeOptions, EksChangeResult } from './eks.ts';
import type { ExecutionResult } from './idempotent.ts';
import type { BaselineDependencies } from './dependencies.ts';
import { changedRefusal, notFoundRefusal, refusalByEks } from './refusals.ts';

/** The input of one execution. */
export interface Execution<Request extends MutationRequest> {
  readonly audit: AuditContext;
  readonly request: Request;
  /**
   * The association named in the request, as it was read; null for a create, or if it does not
   * exist.
   */
  readonly before: Association | null;
  readonly clientRequestToken: string;
  /** Aborts the wait for EKS while there is time left to record the outcome. */
  readonly signal: AbortSignal;
  readonly change: (request: Request, options: ChangeOptions) => Promise<EksChangeResult>;
}

/**
 * Suggested wait before a retry, in seconds. Powertools does not report the remaining time of a
 * record in progress.
 */
export const waitSeconds = 5;

/**
 * Runs once per token: records the intent, calls EKS, records the outcome. Throws
 * `LedgerUnavailable` if the intent can't be recorded; no request is sent to EKS then.
 */
export async function execute<Request extends MutationRequest>(
  deps: BaselineDependencies,
  execution: Execution<Request>,
): Promise<ExecutionResult> {
  const { audit, request, before, clientRequestToken, signal } = execution;
  const operationId = deps.ulid(deps.clock());
  const entryOf = (details: Omit<AuditEventDetails, 'operationId'>) =>
    makeEntry(deps, audit, { ...details, operationId });

  const failed = failedPrecondition(request, before);
  if (failed) {
    const entry = entryOf({ event: 'REFUSED', refusalCode: failed.code, message: failed.message });
    await deps.append(entry, clientRequestToken);
    return { answer: { ...answerOf(execution, 'REFUSED', entry), refusal: failed }, isFinal: true };
  }
  const intent = entryOf({ event: 'INTENT', fence });
  await deps.append(intent, clientRequestToken);
  const close = (details: Omit<AuditEventDetails, 'operationId' | 'fence'>) =>
    recordOutcome(deps, intent, entryOf({ ...details, fence }), clientRequestToken);

  let result: EksChangeResult;
  try {
    result = await execution.change(request, { clientRequestToken, before, operationId, signal });
  } catch (error) {
    deps.log('warn', 'The outcome at EKS is unknown.', { operationId, error: String(error) });
    const message = `The response of EKS does not show whether the change was applied (${String(error)}).`;
    const entry = await close({ event: 'UNKNOWN', message });
    return { answer: { ...answerOf(execution, 'IN_PROGRESS', entry), retryAfterSeconds: waitSeconds }, isFinal: false };
  }
  if (result.kind === 'done') {
    const { association, requestId: eksRequestId } = result;
    const { associationArn } = association;
    const entry = await close({ event: 'SUCCEEDED', associationArn, eksRequestId });
    return { answer: { ...answerOf(execution, 'SUCCEEDED', entry), association }, isFinal: true };
  }
  const refusal = refusalByEks(result.outcome, result.error);
  const { event, retryAfterSeconds } = outcomes[result.outcome];
  const { code: refusalCode, message } = refusal;
  const entry = await close({ event, refusalCode, message, eksRequestId: result.error.requestId });
  const answer = { ...answerOf(execution, 'REFUSED', entry), refusal, retryAfterSeconds };
  return { answer, isFinal: !refusal.retryable };
}

/** Each execution is a new operation with one holder. Powertools has no fencing tokens. */
const fence = 1;

/**
 * The refusal of a change to an association that does not exist or was modified; null if the change
 * may be sent.
 */
function failedPrecondition(request: MutationRequest, before: Association | null): Refusal | null {
  if (!('associationId' in request)) return null;
  if (!before) return notFoundRefusal(request);
  const { expectedModifiedAt } = request;
  if (expectedModifiedAt === null || Date.parse(expectedModifiedAt) === Date.parse(before.modifiedAt)) return null;
  return changedRefusal(before, expectedModifiedAt);
}

/**
 * Records the outcome. If this write fails, EKS has still applied the change, and an error would
 * make the caller repeat it. The log then contains the missing entry, and the answer names the
 * intent.
 */
async function recordOutcome(
  deps: BaselineDependencies,
  intent: AuditEntry,
  entry: AuditEntry,
  clientRequestToken: string,
) {
  try {
    await deps.append(entry, clientRequestToken);
    return entry;
  } catch (error) {
    deps.log('error', 'Could not write an audit entry.', { entry, error: String(error) });
    return intent;
  }
}

function answerOf(
  execution: Pick<Execution<MutationRequest>, 'clientRequestToken'>,
  status: MutationResult['status'],
  entry: AuditEntry,
) {
  return resultBase(execution, status, entry);
}
