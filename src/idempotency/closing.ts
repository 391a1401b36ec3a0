import { makeEntry } from '../ledger/audit-entry.ts';
import type { EntryDependencies } from '../ledger/audit-entry.ts';
import type { IdempotencyRecord } from '../ledger/ledger.ts';
import type { AuditContext, AuditEntry } from '../model/audit.ts';
import { outcomeOf } from './conclusion.ts';
import type { Conclusion } from './conclusion.ts';
import type { ProtocolDependencies, RecordDependencies } from './dependencies.ts';
import { concluded, withOperationInDoubt } from './record.ts';

/** What is written when something is concluded about an operation, in one transaction. */
export interface Closing {
  readonly record: IdempotencyRecord;
  readonly entry: AuditEntry;
}

/** What a lease holder writes when it concluded. */
export function closing(
  deps: RecordDependencies,
  audit: AuditContext,
  leased: IdempotencyRecord,
  conclusion: Conclusion,
): Closing {
  return {
    record: recordAfter(deps, leased, conclusion),
    entry: entryOf(deps, audit, leased, conclusion, leased.fence),
  };
}

/**
 * What a request writes in place of an INTENT if it has no effect: the conclusion is the final
 * answer of its token. The entry of a refusal has no fence, since nothing began: it is not among
 * the changes of the trail. That of a success is.
 */
export function closingAtOnce(
  deps: RecordDependencies,
  audit: AuditContext,
  unused: IdempotencyRecord,
  conclusion: Conclusion,
): Closing {
  if (conclusion.refusal === null) return closing(deps, audit, unused, conclusion);
  return { record: recordAfter(deps, unused, conclusion), entry: entryOf(deps, audit, unused, conclusion) };
}

function entryOf(
  deps: EntryDependencies,
  audit: AuditContext,
  { operationId }: IdempotencyRecord,
  { outcome, message, association, associationArn, eksRequestId, expiry }: Conclusion,
  fence?: number,
): AuditEntry {
  const { event, code: refusalCode } = outcomeOf(outcome);
  const details = { operationId, event, refusalCode, message, associationArn, eksRequestId };
  // A create learns of the association that it adopts from EKS's answer.
  const context = { ...audit, ...(outcome === 'ADOPTED' ? { before: association } : {}), ...expiry };
  return makeEntry(deps, context, fence === undefined ? details : { ...details, fence });
}

function recordAfter(
  deps: Pick<ProtocolDependencies, 'clock' | 'times'>,
  leased: IdempotencyRecord,
  { outcome, association, refusal }: Conclusion,
): IdempotencyRecord {
  const now = deps.clock();
  const adopted = outcome === 'ADOPTED' ? { isAdopted: true as const } : {};
  const result = { association, refusal, ...adopted, completedAt: new Date(now).toISOString() };
  const next = concluded(leased, outcomeOf(outcome), result, now, deps.times);
  return outcome === 'NOT_DONE' ? withOperationInDoubt(next) : next;
}
