import { findEntry, makeEntry } from '../../ledger/audit-entry.ts';
import type { ApprovalStore, PendingLimits } from '../../ledger/approvals.ts';
import type { TrailWriter } from '../../ledger/audit-entry.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { OperationReader } from '../../ledger/trail.ts';
import type { Approval, ApprovalBinding } from '../../model/approval.ts';
import type { ApprovalNeed } from '../../model/approval-vote.ts';
import { approvalPrefix } from '../../model/audit.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import type { Refusal } from '../../model/refusal.ts';
import type { Clock } from '../../runtime/clock.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { count } from '../../runtime/meter.ts';
import { effectDeadline } from '../terms/admission.ts';
import type { AdmittedMutation } from '../terms/admission.ts';
import { answerRefused } from '../terms/answers-without-claim.ts';
import { approvalRequired, heldRetrySeconds, limitText, notAskedFor } from './refusals.ts';
import type { Execution } from '../flow/execute.ts';
import { agreeFirst, rejectedTwice, rejectionsWithin, rejectionWaitSeconds } from './rejections.ts';
import type { ApprovalLimits } from '../terms/dependencies.ts';
import { resultBase } from '../terms/result.ts';
import type { MutationResult } from '../terms/result.ts';

/** A request that needs approvals. */
export interface HeldRequest<Kind extends OperationKind> {
  readonly mutation: AdmittedMutation<Kind> & { readonly clientRequestToken: string };
  readonly needs: readonly ApprovalNeed[];
  readonly binding: ApprovalBinding;
  readonly fingerprint: string;
  readonly idempotencyKey: string;
  readonly approvalKey: string;
  readonly store: ApprovalStore;
  readonly limits: ApprovalLimits;
}

/**
 * What the ledger answers, before the request has to go on. Throws `LedgerUnavailable` after that.
 */
export function inTime<T>(clock: Clock, mutation: AdmittedMutation, answer: Promise<T>): Promise<T> {
  return withDeadline(effectDeadline(mutation) - clock(), answer, ledgerTimeout);
}

/** The end of one round of a request that needs approvals. */
export type Round =
  | Execution
  /** The approval, or its end, was written since it was read: what follows is read again. */
  | { readonly kind: 'read-again' };

/**
 * Asks for an approval, in place of an earlier one: within the limits, and unless `answerSettled`
 * answers the request without one.
 */
export async function ask<Kind extends OperationKind>(
  trail: TrailWriter,
  held: HeldRequest<Kind>,
  before: Approval | null,
  changes: readonly string[],
  answerSettled: () => Promise<Round | null>,
): Promise<Round> {
  const { mutation, needs, store } = held;
  const now = trail.clock();
  const rejectedAt = rejectionsWithin(before, now);
  const waitSeconds = rejectionWaitSeconds(rejectedAt, now);
  if (waitSeconds > 0) {
    const answer = await answerNotAsked(trail, held, notAskedFor(needs, rejectedTwice(rejectedAt), agreeFirst));
    return { kind: 'answered', result: { ...answer, retryAfterSeconds: waitSeconds } };
  }
  const limits = pendingLimits(held.limits, mutation);
  const reached = await inTime(
    trail.clock,
    mutation,
    store.limitReached(questionOf(trail, held, rejectedAt, changes).asked, limits),
  );
  const settled = reached === null ? await answerSettled() : null;
  if (settled) return settled;
  // Approvers have their time from now on, not from before these reads.
  const { asked, entry } = questionOf(trail, held, rejectedAt, changes);
  const putting = reached ?? store.putApproval(before, asked, entry, limits);
  const result = await inTime(trail.clock, mutation, Promise.resolve(putting));
  switch (result) {
    case 'written':
      count('approvalsRequested');
      return { kind: 'answered', result: answerHeld(trail.clock, held, asked, entry, changes) };
    case 'conflict':
      return { kind: 'read-again' };
    case 'limit-reached':
    case 'person-limit-reached': {
      const refusal = notAskedFor(needs, limitText(result, limits, mutation.authorization.onBehalfOf));
      return { kind: 'answered', result: await answerNotAsked(trail, held, refusal) };
    }
  }
}

/** The approval that is asked for now, with its entry. */
function questionOf<Kind extends OperationKind>(
  trail: TrailWriter,
  held: HeldRequest<Kind>,
  rejectedAt: readonly string[],
  changes: readonly string[],
) {
  const { mutation, needs, approvalKey: key, binding } = held;
  const now = trail.clock();
  const id = `${approvalPrefix}${trail.ulid(now)}`;
  const { message } = approvalRequired(needs, null, changes);
  const details = { operationId: id, event: 'APPROVAL_REQUESTED', refusalCode: 'APPROVAL_REQUIRED', message } as const;
  const approval = { key, binding, decideUntil: now + held.limits.decideMs, useUntil: null };
  const entry = makeEntry(trail, mutation.audit, { ...details, fence: 1, approval });
  const asked = { ...askedApproval(held, id, entry, now), ...(rejectedAt.length === 0 ? {} : { rejectedAt }) };
  return { asked, entry };
}

/** Refuses to ask now. */
function answerNotAsked<Kind extends OperationKind>(
  trail: TrailWriter,
  { mutation }: HeldRequest<Kind>,
  refusal: Refusal,
): Promise<MutationResult> {
  const outcome = 'APPROVAL_LIMIT_REACHED';
  return answerRefused(trail, { ...mutation, kind: 'refused', outcome, refusal, associationArn: null });
}

/** A service waits for people, each of whom has a limit of their own. */
function pendingLimits(
  { maxPending, maxPendingOfService }: ApprovalLimits,
  { authorization: { identity, onBehalfOf } }: AdmittedMutation,
): PendingLimits {
  if (identity.principal.kind !== 'SERVICE') return { ofPrincipal: maxPending, ofPerson: null };
  return { ofPrincipal: maxPendingOfService, ofPerson: onBehalfOf === null ? null : maxPending };
}

function askedApproval<Kind extends OperationKind>(
  { mutation, fingerprint, idempotencyKey, approvalKey: key, binding, limits }: HeldRequest<Kind>,
  id: string,
  entry: AuditEntry,
  now: number,
): Approval {
  const { principal, actor, onBehalfOf, reason, declaration, target, before } = entry;
  const declared = declaration === undefined ? {} : { declaration };
  return {
    id,
    key,
    revision: 1,
    state: 'PENDING',
    operation: mutation.operation,
    fingerprint,
    idempotencyKey,
    binding,
    // As in the entry, which bounds what callers choose.
    requested: {
      principal,
      actor,
      onBehalfOf,
      reason,
      ...declared,
      target: target ?? mutation.target,
      before,
      ...requestOf(entry),
    },
    votes: [],
    requestedAt: new Date(now).toISOString(),
    decideUntil: now + limits.decideMs,
    useUntil: null,
    usedBy: null,
    clientRequestToken: mutation.clientRequestToken,
  };
}

/** The operation of an entry with its request: a pair that TypeScript can't see in a spread. */
function requestOf({ operation, request }: AuditEntry) {
  return { operation, request } as RequestedOperation;
}

/**
 * The entry of the question of a pending approval: a repetition adds none. Throws
 * `LedgerUnavailable`.
 */
export async function requestedEntry(
  { ledger, clock }: { readonly ledger: OperationReader; readonly clock: Clock },
  mutation: AdmittedMutation,
  { id }: Approval,
): Promise<AuditEntry> {
  const finding = findEntry(ledger, id, ({ event }) => event === 'APPROVAL_REQUESTED');
  const entry = await inTime(clock, mutation, finding);
  if (entry === null) throw new Error(`The approval ${id} has no entry of its question.`);
  return entry;
}

/** The answer while approvals are missing. */
export function answerHeld<Kind extends OperationKind>(
  clock: Clock,
  { mutation, needs }: HeldRequest<Kind>,
  approval: Approval,
  entry: AuditEntry,
  changes: readonly string[] = [],
): MutationResult {
  const refusal = approvalRequired(needs, approval, changes);
  return { ...resultBase(mutation, 'REFUSED', entry), refusal, retryAfterSeconds: heldRetrySeconds(approval, clock()) };
}
