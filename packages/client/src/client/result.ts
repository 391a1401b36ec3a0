import type {
  AssociationFragment,
  PayloadFragment,
  RefusalDetailsFragment,
  WarningDetailsFragment,
} from '../generated/operations.ts';
import type { Attempt } from './retry.ts';

/** An association, with its tags as a list. */
export type Association = AssociationFragment;

/**
 * Why a request was refused. `__typename` tells the details apart; a type that this version does
 * not know has at least `code`, `message`, `advice` and `retryable`.
 */
export type Refusal = RefusalDetailsFragment;

/** What people should know beside a result; `code` can be one that this version does not know. */
export type Warning = WarningDetailsFragment;

/** What all results of a mutation have. */
interface Finished {
  /**
   * Send the same input with this token to get the result again; null for an input that is not
   * valid.
   */
  readonly clientRequestToken: string | null;
  /** Id of the operation in the audit trail. */
  readonly operationId: string;
  /** Id of the last audit entry that the request wrote. */
  readonly auditEntryId: string;
  /** Whether this is the recorded answer of an earlier request with the same token. */
  readonly replayed: boolean;
}

/** The change is done. */
export interface Succeeded extends Finished {
  readonly kind: 'succeeded';
  /** As EKS returned it when the operation completed. */
  readonly association: Association;
  /**
   * Whether a create found the association and adopted it, as its `ifExists` asks; false for every
   * other mutation.
   */
  readonly adopted: boolean;
  /** What can keep pods from using it, and what they need now. */
  readonly warnings: readonly Warning[];
}

/**
 * The change is not done, and will not be done by this request; with `OUTCOME_UNDETERMINED`, it may
 * have been done and replaced.
 */
export interface Refused extends Finished {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  /**
   * Seconds to wait before the same request with the same token is sent again; null when waiting
   * does not help.
   */
  readonly retryAfterSeconds: number | null;
}

/**
 * The result was not known when the retries ended: the change may be done, or may still be made.
 */
export interface InProgress extends Finished {
  readonly kind: 'inProgress';
  /** IN_PROGRESS, or a status that a later version of the gateway added. */
  readonly status: string;
  readonly retryAfterSeconds: number | null;
}

/** The result of a mutation. */
export type MutationResult = Succeeded | Refused | InProgress;

/**
 * The result of a payload. A status that is not known counts as in progress, as the schema asks.
 */
export function resultOf(payload: PayloadFragment): MutationResult {
  const { status, association, refusal, warnings, retryAfterSeconds, replayed, clientRequestToken, auditEntry } =
    payload;
  const finished = { clientRequestToken, operationId: auditEntry.operationId, auditEntryId: auditEntry.id, replayed };
  const adopted = 'adopted' in payload && payload.adopted;
  if (status === 'SUCCEEDED' && association) return { kind: 'succeeded', association, adopted, warnings, ...finished };
  if (status === 'REFUSED' && refusal) return { kind: 'refused', refusal, retryAfterSeconds, ...finished };
  return { kind: 'inProgress', status, retryAfterSeconds, ...finished };
}

/**
 * Whether the request is to be sent again: while it is in progress, and when waiting alone helps
 * against a refusal.
 */
export function attemptOf(result: MutationResult): Attempt<MutationResult> {
  if (result.kind === 'succeeded') return { kind: 'done', result };
  const { retryAfterSeconds } = result;
  const again = { kind: 'again', retryAfterSeconds, end: () => result } as const;
  if (result.kind === 'inProgress') {
    return { ...again, reason: 'The request is in progress.', operationId: result.operationId, mayBeDone: true };
  }
  const { retryable, code, __typename } = result.refusal;
  // People decide about it, not time.
  if (__typename === 'ApprovalRequired') return { kind: 'done', result };
  return retryable && retryAfterSeconds !== null
    ? { ...again, reason: code, mayBeDone: false }
    : { kind: 'done', result };
}
