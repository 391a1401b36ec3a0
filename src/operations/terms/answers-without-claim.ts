import { recordEntry } from '../../ledger/audit-entry.ts';
import type { TrailWriter } from '../../ledger/audit-entry.ts';
import type { IdempotencyRecord } from '../../ledger/ledger.ts';
import { outcomes } from '../../model/outcome.ts';
import { refusalFields, retryAfterSecondsOf } from '../../model/refusal.ts';
import type { Refusal } from '../../model/refusal.ts';
import type { RefusedAdmission } from './admission.ts';
import { inProgressResult, recordedResult, resultBase } from './result.ts';
import type { AnswerContext, MutationResult } from './result.ts';

// Answers to requests that hold no lease: each appends one audit entry and changes nothing else.
// All throw `LedgerUnavailable`.

/**
 * The request was not admitted. Its token is not claimed: once the cause is fixed, it can be used.
 */
export async function answerRefused(trail: TrailWriter, refused: RefusedAdmission): Promise<MutationResult> {
  const { outcome, refusal, associationArn, audit, denial, hidden = null } = refused;
  const entry = await recordEntry(trail, audit, {
    operationId: trail.ulid(trail.clock()),
    event: outcomes[outcome].event,
    refusalCode: refusal.code,
    message: refusal.message,
    associationArn,
    isBrief: denial() !== null,
    hidden,
  });
  return { ...resultBase(refused, 'REFUSED', entry), refusal, retryAfterSeconds: retryAfterSecondsOf(refusal) };
}

/** The token belongs to an earlier request of the same principal with different input. */
export async function answerTokenReused(
  trail: TrailWriter,
  answer: AnswerContext,
  { operationId }: IdempotencyRecord,
): Promise<MutationResult> {
  const outcome = 'TOKEN_REUSED_WITH_DIFFERENT_INPUT';
  const message = 'This clientRequestToken belongs to an earlier request of yours with different input.';
  const fields = refusalFields(outcome, message);
  const refusal: Refusal = { ...fields, kind: 'TokenReused', originalOperationId: operationId };
  const details = { operationId, event: outcomes[outcome].event, refusalCode: fields.code, message };
  return { ...resultBase(answer, 'REFUSED', await recordEntry(trail, answer.audit, details)), refusal };
}

/** Another request holds the lease. */
export async function answerContended(
  trail: TrailWriter,
  answer: AnswerContext,
  record: IdempotencyRecord,
): Promise<MutationResult> {
  const message = 'Another request with this clientRequestToken is in progress.';
  const details = { operationId: record.operationId, event: outcomes.CONTENDED.event, message };
  return inProgressResult(trail.clock, answer, { record, entry: await recordEntry(trail, answer.audit, details) });
}

/**
 * The recorded result, returned again: what was answered then, whatever has happened at EKS since.
 */
export async function answerReplay(
  trail: TrailWriter,
  answer: AnswerContext,
  record: IdempotencyRecord,
): Promise<MutationResult> {
  const { operationId, result } = record;
  const entry = await recordEntry(trail, answer.audit, {
    operationId,
    event: 'REPLAYED',
    message: `The result of ${result?.completedAt} was returned again.`,
    refusalCode: result?.refusal?.code ?? null,
    associationArn: result?.association?.associationArn ?? null,
  });
  return recordedResult(answer, record, entry);
}
