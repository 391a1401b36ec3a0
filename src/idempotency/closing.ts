import { makeEntry } from '../ledger/audit-entry.ts';
import type { Stamps } from '../ledger/audit-entry.ts';
import type { IdempotencyRecord } from '../ledger/ledger.ts';
import { hasTrait } from '../model/operation.ts';
import type { AuditContext, AuditEntry } from '../model/audit.ts';
import { outcomeOf } from './conclusion.ts';
import type { Conclusion } from './conclusion.ts';
import type { RecordStamps } from './protocol.ts';
import { concluded, isReleasedBy, withOperationInDoubt } from './record.ts';

/** What is written when something is concluded about an operation, in one transaction. */
export interface Closing {
  readonly record: IdempotencyRecord;
  readonly entry: AuditEntry;
}

/** What a lease holder writes when it concluded. */
export function closing(
  stamps: RecordStamps,
  audit: AuditContext,
  leased: IdempotencyRecord,
  conclusion: Conclusion,
): Closing {
  return {
    record: recordAfter(stamps, leased, conclusion),
    entry: entryOf(stamps, audit, leased, conclusion, leased.fence),
  };
}

/**
 * What a request writes in place of an INTENT if it has no effect: the conclusion is the final
 * answer of its token. The entry of a refusal has no fence, since nothing began: it is not among
 * the changes of the trail. That of a success is.
 */
export function closingAtOnce(
  stamps: RecordStamps,
  audit: AuditContext,
  unused: IdempotencyRecord,
  conclusion: Conclusion,
): Closing {
  if (conclusion.refusal === null) return closing(stamps, audit, unused, conclusion);
  return { record: recordAfter(stamps, unused, conclusion), entry: entryOf(stamps, audit, unused, conclusion) };
}

function entryOf(
  stamps: Stamps,
  audit: AuditContext,
  record: IdempotencyRecord,
  { outcome, message, association, associationArn, eksRequestId, expiry }: Conclusion,
  fence?: number,
): AuditEntry {
  const row = outcomeOf(outcome);
  const { operationId } = record;
  // Where nothing began, nothing is released.
  const event = fence !== undefined && isReleasedBy(record, row) ? 'RELEASED' : row.event;
  const { code: refusalCode } = row;
  const details = { operationId, event, refusalCode, message, associationArn, eksRequestId };
  // A create learns of the association that it adopts from EKS's answer.
  const context = { ...audit, ...(outcome === 'ADOPTED' ? { before: association } : {}), ...expiry };
  return makeEntry(stamps, context, fence === undefined ? details : { ...details, fence });
}

function recordAfter(
  { clock, times }: RecordStamps,
  leased: IdempotencyRecord,
  { outcome, association, refusal }: Conclusion,
): IdempotencyRecord {
  const now = clock();
  const adopted = outcome === 'ADOPTED' ? { isAdopted: true as const } : {};
  const shownFrom = now + times.listLagMs + times.clockErrorMs;
  const shown = association && hasTrait('changesTags', leased) ? { shownFrom } : {};
  const result = { association, refusal, ...adopted, ...shown, completedAt: new Date(now).toISOString() };
  const next = concluded(leased, outcomeOf(outcome), result, now, times);
  return outcome === 'NOT_DONE' ? withOperationInDoubt(next) : next;
}
