import type { EnsureDetailsFragment } from '../generated/operations.ts';
import type { Association, InProgress, Refused, Warning } from './result.ts';
import type { Attempt } from './retry.ts';

/** A change that a desired state needed; a later gateway may have more. */
export type EnsureChange = NonNullable<EnsureDetailsFragment['change']>;

/** What all results of a desired state have. */
interface Ensured {
  /** The change of the last request; null if it was refused before one was chosen. */
  readonly change: EnsureChange | null;
  /** The changes that were made, in order; also of a request before the last one. */
  readonly changes: readonly EnsureChange[];
  /** Where the association that was read last differs from what is desired. */
  readonly differences: EnsureDetailsFragment['differences'];
  /** The token of the last change, which the gateway derived; null without one. */
  readonly clientRequestToken: string | null;
  /** Id of the operation of the last change in the audit trail; null without one. */
  readonly operationId: string | null;
  /** Id of the last audit entry; null if the last request wrote none. */
  readonly auditEntryId: string | null;
}

/** The association is as desired; or, with `isSettled: false`, something still differed when the requests ended. */
export interface EnsureSucceeded extends Ensured {
  readonly kind: 'succeeded';
  readonly isSettled: boolean;
  /** As it is now; null if there is none, as desired. */
  readonly association: Association | null;
  /** When it ends; null if it does not end by itself. */
  readonly expiresAt: string | null;
  readonly warnings: readonly Warning[];
}

/** The last request was refused; `changes` were made before. */
export interface EnsureRefused extends Ensured, Pick<Refused, 'kind' | 'refusal' | 'retryAfterSeconds'> {}

/** The result was not known when the retries ended: send the desired state again. */
export interface EnsureInProgress extends Ensured, Pick<InProgress, 'kind' | 'status' | 'retryAfterSeconds'> {}

/** What came of a desired state. */
export type EnsureResult = EnsureSucceeded | EnsureRefused | EnsureInProgress;

/** One request makes one change, and a desired state needs three at most: settings, tags to set, tags to remove. */
const maxChanges = 4;

/** What each answer to the requests of one desired state means. */
export function ensureAttempts(): (payload: EnsureDetailsFragment) => Attempt<EnsureResult> {
  const changes: EnsureChange[] = [];
  return (payload) => {
    const { status, change, retryAfterSeconds, refusal } = payload;
    if (status === 'SUCCEEDED' && change !== null && change !== 'NONE') changes.push(change);
    const result = resultOf(payload, [...changes]);
    const again = { kind: 'again', retryAfterSeconds, end: () => result } as const;
    switch (result.kind) {
      case 'succeeded':
        if (result.isSettled || changes.length >= maxChanges) return { kind: 'done', result };
        return { ...again, retryAfterSeconds: 0, reason: 'Something still differs.', mayBeDone: true };
      case 'inProgress': {
        const { operationId } = result;
        const named = operationId === null ? {} : { operationId };
        return { ...again, ...named, reason: 'The request is in progress.', mayBeDone: true };
      }
      case 'refused': {
        // People decide about an approval, not time.
        const isTransient = refusal?.retryable === true && retryAfterSeconds !== null;
        if (!isTransient || refusal.__typename === 'ApprovalRequired') return { kind: 'done', result };
        return { ...again, reason: refusal.code, mayBeDone: false };
      }
    }
  };
}

function resultOf(payload: EnsureDetailsFragment, changes: readonly EnsureChange[]): EnsureResult {
  const { status, change, isSettled, differences, clientRequestToken, retryAfterSeconds, auditEntry } = payload;
  const { operationId = null, id: auditEntryId = null } = auditEntry ?? {};
  const common = { change, changes, differences, clientRequestToken, operationId, auditEntryId };
  const { association, expiresAt, warnings, refusal } = payload;
  if (status === 'SUCCEEDED') return { kind: 'succeeded', ...common, isSettled, association, expiresAt, warnings };
  if (status === 'REFUSED' && refusal) return { kind: 'refused', ...common, refusal, retryAfterSeconds };
  return { kind: 'inProgress', ...common, status, retryAfterSeconds };
}
