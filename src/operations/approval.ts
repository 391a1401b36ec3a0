import { randomUUID } from 'node:crypto';
import { approvalKeyOf, fingerprintOf, idempotencyKeyOf } from '../idempotency/record.ts';
import { findEntry, makeEntry } from '../ledger/audit-entry.ts';
import type { ApprovalStore, PendingLimits, RecordAndApproval } from '../ledger/approvals.ts';
import { LedgerUnavailable, ledgerTimeout } from '../ledger/ledger.ts';
import type { IdempotencyRecord, Locks } from '../ledger/ledger.ts';
import { publicApprovalId } from '../model/approval.ts';
import type { Approval, ApprovalBinding } from '../model/approval.ts';
import type { ApprovalNeed } from '../model/approval-vote.ts';
import { approvalPrefix } from '../model/audit.ts';
import type { AuditContext, AuditEntry } from '../model/audit.ts';
import type { OperationKind, RequestedOperation } from '../model/operation.ts';
import type { Refusal } from '../model/refusal.ts';
import { applyApproval } from '../policy/approvals.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { count } from '../runtime/meter.ts';
import { effectDeadline } from './admission.ts';
import type { AdmittedMutation } from './admission.ts';
import { answerRefused } from './answers-without-claim.ts';
import { bindingOf } from './approval-binding.ts';
import {
  approvalEnded,
  approvalRequired,
  expiryOf,
  heldRetrySeconds,
  limitText,
  notAskedFor,
} from './approval-refusals.ts';
import { agreeFirst, rejectedTwice, rejectionsWithin, rejectionWaitSeconds } from './approval-rejections.ts';
import { approvalStep } from './approval-step.ts';
import { isAllowed, missingNeeds } from './decisions.ts';
import { requireApprovals } from './dependencies.ts';
import type { Dependencies } from './dependencies.ts';
import { execute } from './execute.ts';
import type { ExecuteDependencies } from './execute.ts';
import { uncountedVotes } from './judge-votes.ts';
import type { JudgeDependencies, JudgedApproval } from './judge-votes.ts';
import { locksFor } from './locks.ts';
import type { Operation } from './operation.ts';
import { resultBase } from './result.ts';
import type { MutationResult } from './result.ts';
import { voidVotes } from './void-votes.ts';

/** What mutations are approved and executed with. */
export type ApprovalDependencies = ExecuteDependencies &
  JudgeDependencies &
  Pick<Dependencies, 'approvals' | 'approvalLimits'>;

/** What the end of an approval is written with. */
type WriteDependencies = Pick<ApprovalDependencies, 'clock' | 'ulid'> & { readonly approvals: ApprovalStore };

/** Each round finds an approval that was written since the round before. */
const maxRounds = 5;

/** The decision, where policy asks for approvals that the request does not have; null if it asks for none. */
function openNeedsOf({ audit }: AdmittedMutation) {
  const needs = missingNeeds(audit);
  return audit.decision && needs.length > 0 ? { decision: audit.decision, needs } : null;
}

/**
 * Executes an admitted mutation, once it has the approvals that policy asks for: one more read, where it asks for any. Throws as `execute` does, also
 * if the approval changes again and again.
 */
export async function executeIfApproved<Kind extends OperationKind>(
  deps: ApprovalDependencies,
  operation: Pick<Operation<Kind>, 'effect' | 'checkPrecondition'>,
  mutation: AdmittedMutation<Kind>,
): Promise<MutationResult> {
  const open = openNeedsOf(mutation);
  // A request that is refused anyway asks no approver, and no operation begins by it.
  if (open === null || mutation.unmet) {
    const result = await execute(deps, operation, mutation, open && withoutApproval(null));
    if (result) return result;
  }
  if (open && !mutation.unmet) {
    const clientRequestToken = mutation.clientRequestToken ?? randomUUID();
    const held = heldRequest(deps, { ...mutation, clientRequestToken }, open);
    for (let round = 1; round <= maxRounds; round += 1) {
      const result = await executeHeld(deps, operation, held);
      if (result) return result;
    }
  }
  throw new LedgerUnavailable(new Error('The approval changed whenever it was read.'));
}

/** A request that needs approvals. */
interface HeldRequest<Kind extends OperationKind> {
  readonly mutation: AdmittedMutation<Kind>;
  readonly needs: readonly ApprovalNeed[];
  readonly binding: ApprovalBinding;
  readonly fingerprint: string;
  readonly idempotencyKey: string;
  readonly approvalKey: string;
  readonly store: ApprovalStore;
}

function heldRequest<Kind extends OperationKind>(
  deps: Pick<ApprovalDependencies, 'approvals'>,
  mutation: AdmittedMutation<Kind> & { readonly clientRequestToken: string },
  { decision, needs }: NonNullable<ReturnType<typeof openNeedsOf>>,
): HeldRequest<Kind> {
  const { operation, authorization, audit, request, clientRequestToken } = mutation;
  const { identity, onBehalfOf } = authorization;
  const fingerprint = fingerprintOf(request);
  return {
    ...{ mutation, needs, fingerprint, store: requireApprovals(deps) },
    binding: bindingOf(needs, decision, audit),
    idempotencyKey: idempotencyKeyOf({ identity, onBehalfOf, operation, clientRequestToken }),
    approvalKey: approvalKeyOf({ identity, onBehalfOf, operation, fingerprint }),
  };
}

/** One round. Null: the approval was written by another request since it was read, or its end was recorded; what follows is read again. */
async function executeHeld<Kind extends OperationKind>(
  deps: ApprovalDependencies,
  operation: Pick<Operation<Kind>, 'effect' | 'checkPrecondition'>,
  held: HeldRequest<Kind>,
): Promise<MutationResult | null> {
  const { mutation, store } = held;
  const reading = store.getRecordAndApproval(held.idempotencyKey, held.approvalKey);
  const read = await inTime(deps, mutation, reading);
  const { record } = read;
  const step = approvalStep({ ...held, startedAt: mutation.startedAt }, read, deps.clock());
  switch (step.kind) {
    case 'observe':
      return executeBy(deps, operation, held, read, step.approval, null);
    case 'begin': {
      const { approval } = step;
      const locks = await locksFor(deps, mutation);
      const uncounted = uncountedVotes(deps, approval, mutation.authorization.identity, locks);
      if (uncounted.length === 0) return executeBy(deps, operation, held, read, approval, locks);
      // One that an operation has used stays so: another one is asked for.
      if (approval.state !== 'APPROVED') return ask(deps, held, approval, [votesDoNotCount]);
      await inTime(deps, mutation, voidVotes({ ...deps, approvals: store }, approval, uncounted, mutation.audit));
      return null;
    }
    case 'refuse':
      return execute(deps, operation, { ...mutation, unmet: approvalEnded(step.approval) }, withoutApproval(record));
    case 'wait':
      return answerHeld(deps, held, step.approval, await requestedEntry(deps, mutation, step.approval));
    case 'expire':
      await inTime(deps, mutation, recordExpiry({ ...deps, approvals: store }, step.approval, mutation.audit));
      return null;
    case 'ask':
      return ask(deps, held, read.approval, step.changes);
  }
}

const votesDoNotCount = 'votes do not count any more';

/** Executes a request by an approval whose votes count with these locks; null: they are judged with those that it reads before an operation begins. */
function executeBy<Kind extends OperationKind>(
  deps: ApprovalDependencies,
  operation: Pick<Operation<Kind>, 'effect' | 'checkPrecondition'>,
  { mutation }: HeldRequest<Kind>,
  { record }: RecordAndApproval,
  read: Approval | null,
  locks: Locks | null,
): Promise<MutationResult | null> {
  const { audit, approval } = approvedBy(mutation.audit, read);
  const { identity } = mutation.authorization;
  const votesCount = (now: Locks) => approval !== null && uncountedVotes(deps, approval, identity, now).length === 0;
  return execute(deps, operation, { ...mutation, audit }, { record, approval, locks, votesCount });
}

/** No operation begins. */
function withoutApproval(record: IdempotencyRecord | null): JudgedApproval {
  return { record, approval: null, locks: null, votesCount: () => false };
}

function inTime<T>(
  deps: Pick<ApprovalDependencies, 'clock'>,
  mutation: AdmittedMutation,
  answer: Promise<T>,
): Promise<T> {
  return withDeadline(effectDeadline(mutation) - deps.clock(), answer, ledgerTimeout);
}

/** The audit context of a request whose approvals were given. Without the approval, if its votes are not enough for what policy asks. */
function approvedBy(audit: AuditContext, approval: Approval | null) {
  if (approval === null) return { audit, approval };
  const used = { approvalId: publicApprovalId(approval), votes: approval.votes };
  const { decision, deleteDecision } = audit;
  const approved = {
    ...audit,
    decision: decision && applyApproval(decision, used),
    ...(deleteDecision ? { deleteDecision: applyApproval(deleteDecision, used) } : {}),
  };
  return isAllowed(approved) ? { audit: approved, approval } : { audit, approval: null };
}

/**
 * Records that the time of an approval is over, which happens before anything follows from it. `conflict`: another process wrote it first. Throws
 * `LedgerUnavailable`.
 */
export async function recordExpiry(
  deps: WriteDependencies,
  approval: Approval,
  audit: AuditContext,
): Promise<Approval | null> {
  const { id, key } = approval;
  const next: Approval = { ...approval, revision: approval.revision + 1, state: 'EXPIRED' };
  const message = expiryOf(approval);
  const details = {
    operationId: id,
    event: 'APPROVAL_EXPIRED',
    fence: next.revision,
    message,
    approvalKey: key,
  } as const;
  const result = await deps.approvals.putApproval(approval, next, makeEntry(deps, audit, details), null);
  if (result === 'written') count('approvalsExpired');
  return result === 'written' ? next : null;
}

/** Asks for an approval, in place of an earlier one. Null if that changed meanwhile. */
async function ask<Kind extends OperationKind>(
  deps: Pick<ApprovalDependencies, 'ledger' | 'clock' | 'ulid' | 'approvalLimits'>,
  held: HeldRequest<Kind>,
  before: Approval | null,
  changes: readonly string[],
): Promise<MutationResult | null> {
  const { mutation, needs, approvalKey: key, store } = held;
  const now = deps.clock();
  const rejectedAt = rejectionsWithin(before, now);
  const waitSeconds = rejectionWaitSeconds(rejectedAt, now);
  if (waitSeconds > 0) {
    const answer = await answerNotAsked(deps, held, notAskedFor(needs, rejectedTwice(rejectedAt), agreeFirst));
    return { ...answer, retryAfterSeconds: waitSeconds };
  }
  const limits = pendingLimits(deps.approvalLimits, mutation);
  const id = `${approvalPrefix}${deps.ulid(now)}`;
  const { message } = approvalRequired(needs, null, changes);
  const details = { operationId: id, event: 'APPROVAL_REQUESTED', refusalCode: 'APPROVAL_REQUIRED', message } as const;
  const entry = makeEntry(deps, mutation.audit, { ...details, fence: 1, approvalKey: key });
  const asked = { ...askedApproval(deps, held, id, entry, now), ...(rejectedAt.length === 0 ? {} : { rejectedAt }) };
  const result = await inTime(deps, mutation, store.putApproval(before, asked, entry, limits));
  switch (result) {
    case 'written':
      count('approvalsRequested');
      return answerHeld(deps, held, asked, entry, changes);
    case 'conflict':
      return null;
    case 'limit-reached':
    case 'person-limit-reached':
      return answerNotAsked(
        deps,
        held,
        notAskedFor(needs, limitText(result, limits, mutation.authorization.onBehalfOf)),
      );
  }
}

/** Refuses to ask now. */
function answerNotAsked<Kind extends OperationKind>(
  deps: Pick<ApprovalDependencies, 'ledger' | 'clock' | 'ulid'>,
  { mutation }: HeldRequest<Kind>,
  refusal: Refusal,
): Promise<MutationResult> {
  const outcome = 'APPROVAL_LIMIT_REACHED';
  return answerRefused(deps, { ...mutation, kind: 'refused', outcome, refusal, associationArn: null });
}

/** A service waits for people, each of whom has a limit of their own. */
function pendingLimits(
  { maxPending, maxPendingOfService }: ApprovalDependencies['approvalLimits'],
  { authorization: { identity, onBehalfOf } }: AdmittedMutation,
): PendingLimits {
  if (identity.principal.kind !== 'SERVICE') return { ofPrincipal: maxPending, ofPerson: null };
  return { ofPrincipal: maxPendingOfService, ofPerson: onBehalfOf === null ? null : maxPending };
}

function askedApproval<Kind extends OperationKind>(
  { approvalLimits }: Pick<ApprovalDependencies, 'approvalLimits'>,
  { mutation, fingerprint, idempotencyKey, approvalKey: key, binding }: HeldRequest<Kind>,
  id: string,
  entry: AuditEntry,
  now: number,
): Approval {
  const { principal, actor, onBehalfOf, reason, declaration, target, before } = entry;
  const declared = declaration === undefined ? {} : { declaration };
  return {
    ...{ id, key, revision: 1, state: 'PENDING', operation: mutation.operation, fingerprint, idempotencyKey, binding },
    // As in the entry, which bounds what callers choose.
    requested: {
      ...{ principal, actor, onBehalfOf, reason, ...declared, target: target ?? mutation.target, before },
      ...requestOf(entry),
    },
    ...{ votes: [], requestedAt: new Date(now).toISOString(), decideUntil: now + approvalLimits.decideMs },
    ...{ useUntil: null, usedBy: null },
  };
}

/** The operation of an entry with its request: a pair that TypeScript can't see in a spread. */
function requestOf({ operation, request }: AuditEntry) {
  return { operation, request } as RequestedOperation;
}

/** The entry of the question of a pending approval: a repetition adds none. Throws `LedgerUnavailable`. */
async function requestedEntry(
  deps: Pick<ApprovalDependencies, 'ledger' | 'clock'>,
  mutation: AdmittedMutation,
  { id }: Approval,
): Promise<AuditEntry> {
  const finding = findEntry(deps.ledger, id, ({ event }) => event === 'APPROVAL_REQUESTED');
  const entry = await inTime(deps, mutation, finding);
  if (entry === null) throw new Error(`The approval ${id} has no entry of its question.`);
  return entry;
}

/** The answer while approvals are missing. */
function answerHeld<Kind extends OperationKind>(
  { clock }: Pick<ApprovalDependencies, 'clock'>,
  { mutation, needs }: HeldRequest<Kind>,
  approval: Approval,
  entry: AuditEntry,
  changes: readonly string[] = [],
): MutationResult {
  const refusal = approvalRequired(needs, approval, changes);
  return { ...resultBase(mutation, 'REFUSED', entry), refusal, retryAfterSeconds: heldRetrySeconds(approval, clock()) };
}
