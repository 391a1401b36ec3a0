import type { Lease } from '../../idempotency/claim.ts';
import type { Completion } from '../../idempotency/complete.ts';
import { outcomeOf } from '../../idempotency/conclusion.ts';
import type { Conclusion } from '../../idempotency/conclusion.ts';
import { retryAfterSeconds } from '../../idempotency/record.ts';
import type { IdempotencyRecord } from '../../ledger/ledger.ts';
import type { Association } from '../../model/association.ts';
import type { AuditContext, AuditEntry } from '../../model/audit.ts';
import { namedExpiries } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import type { RequestStatus } from '../../model/outcome-row.ts';
import { retryAfterSecondsOf } from '../../model/refusal.ts';
import type { Difference, Refusal } from '../../model/refusal.ts';

/** The result of a mutation. */
export interface MutationResult {
  readonly status: RequestStatus;
  /** Set exactly when SUCCEEDED. */
  readonly association: Association | null;
  /** Set exactly when REFUSED. */
  readonly refusal: Refusal | null;
  /** Whole seconds, at least 1; null where waiting does not help. */
  readonly retryAfterSeconds: number | null;
  /** True when `association` already existed, and was adopted. */
  readonly adopted: boolean;
  /**
   * Where the association that a create adopted differs from its request, in tags only; empty for
   * every other result.
   */
  readonly differences: readonly Difference[];
  /** True when the result was read from the idempotency record. */
  readonly replayed: boolean;
  /**
   * The token of the input, or the one generated for it; null when a request was refused before it
   * needed one.
   */
  readonly clientRequestToken: string | null;
  /** The last entry that this request added to the trail. */
  readonly auditEntry: AuditEntry;
}

/** What every result and every entry of one request share. */
export interface AnswerContext {
  readonly audit: AuditContext;
  readonly clientRequestToken: string | null;
}

/** What results are made with. */
interface Clock {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** The result of a lease holder: its conclusion if that is recorded, else what the record says. */
export function resultOf(
  deps: Clock,
  answer: AnswerContext,
  completion: Completion,
  conclusion: Conclusion,
): MutationResult {
  const { record, entry } = completion;
  if (completion.kind === 'superseded') return recordedResult(answer, record, entry);
  const { status } = outcomeOf(conclusion.outcome);
  if (completion.kind === 'unknown' || status === 'IN_PROGRESS') return inProgressResult(deps, answer, completion);
  const { association, refusal } = conclusion;
  const adopted = conclusion.outcome === 'ADOPTED';
  const seconds = refusal && retryAfterSecondsOf(refusal);
  return { ...resultBase(answer, status, entry), association, refusal, adopted, retryAfterSeconds: seconds };
}

/** The result that a finished record holds. */
export function recordedResult(answer: AnswerContext, record: IdempotencyRecord, entry: AuditEntry): MutationResult {
  const { association = null, refusal = null, isAdopted: adopted = false } = record.result ?? {};
  const status = association ? 'SUCCEEDED' : 'REFUSED';
  const seconds = refusal && retryAfterSecondsOf(refusal);
  const result = { association, refusal, adopted, retryAfterSeconds: seconds, replayed: true };
  return { ...resultBase(answer, status, entry), ...result };
}

/** The outcome is not known yet, or another request is working on the operation. */
export function inProgressResult(deps: Clock, answer: AnswerContext, { record, entry }: Lease): MutationResult {
  const seconds = retryAfterSeconds(record, deps.clock());
  return { ...resultBase(answer, 'IN_PROGRESS', entry), retryAfterSeconds: seconds };
}

/** The expiry that a successful request set; null if it set none, or cleared it. RFC 3339, UTC. */
export function expirySetBy({
  association,
  auditEntry,
}: Pick<MutationResult, 'association' | 'auditEntry'>): string | null {
  if (association === null || auditEntry.request === null) return null;
  return namedExpiry(auditEntry as RequestedOperation) ?? null;
}

function namedExpiry<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>) {
  return namedExpiries[operation](request);
}

/** A result without details. */
export function resultBase(
  { clientRequestToken }: Pick<AnswerContext, 'clientRequestToken'>,
  status: RequestStatus,
  auditEntry: AuditEntry,
): MutationResult {
  const details = {
    association: null,
    refusal: null,
    retryAfterSeconds: null,
    adopted: false,
    differences: [],
    replayed: false,
  };
  return { ...details, status, clientRequestToken, auditEntry };
}
