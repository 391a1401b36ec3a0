import { randomUUID } from 'node:crypto';
import { approvalKeyOf, fingerprintOf, idempotencyKeyOf } from '../../idempotency/record.ts';
import { makeEntry } from '../../ledger/audit-entry.ts';
import type { ApprovalStore, RecordAndApproval } from '../../ledger/approvals.ts';
import { LedgerUnavailable } from '../../ledger/ledger.ts';
import type { IdempotencyRecord, Locks } from '../../ledger/ledger.ts';
import { publicApprovalId } from '../../model/approval.ts';
import type { Approval } from '../../model/approval.ts';
import type { AuditContext } from '../../model/audit.ts';
import type { OperationKind } from '../../model/operation.ts';
import { applyApproval } from '../../policy/policies/approvals.ts';
import { count } from '../../runtime/meter.ts';
import type { AdmittedMutation } from '../terms/admission.ts';
import { bindingOf } from './binding.ts';
import { approvalEnded, expiryOf } from './refusals.ts';
import { answerHeld, ask, inTime, requestedEntry } from './request.ts';
import type { HeldRequest, Round } from './request.ts';
import { approvalStep } from './step.ts';
import { isAllowed, missingNeeds } from '../terms/decisions.ts';
import { requireApprovals } from '../terms/dependencies.ts';
import type { Dependencies } from '../terms/dependencies.ts';
import { answerOf, execute } from '../flow/execute.ts';
import type { ExecuteDependencies, Execution } from '../flow/execute.ts';
import { uncountedVotes } from './judge-votes.ts';
import type { JudgeDependencies } from './judge-votes.ts';
import type { JudgedApproval } from '../terms/judged-approval.ts';
import { locksFor } from '../terms/locks.ts';
import type { Operation } from '../terms/operation.ts';
import type { MutationResult } from '../terms/result.ts';
import { voidVotes } from './void-votes.ts';

/** What mutations are approved and executed with. */
export type ApprovalDependencies = ExecuteDependencies &
  JudgeDependencies &
  Pick<Dependencies, 'approvals' | 'approvalLimits'>;

/** What the end of an approval is written with. */
type WriteDependencies = Pick<ApprovalDependencies, 'clock' | 'ulid'> & { readonly approvals: ApprovalStore };

/** Each round finds an approval that was written since the round before. */
const maxRounds = 5;

/**
 * The decision, where policy asks for approvals that the request does not have; null if it asks for
 * none.
 */
function openNeedsOf({ audit }: AdmittedMutation) {
  const needs = missingNeeds(audit);
  return audit.decision && needs.length > 0 ? { decision: audit.decision, needs } : null;
}

/**
 * Executes an admitted mutation, once it has the approvals that policy asks for: one more read,
 * where it asks for any. Throws as `execute` does, also if the approval changes again and again.
 */
export async function executeIfApproved<Kind extends OperationKind>(
  deps: ApprovalDependencies,
  operation: Pick<Operation<Kind>, 'effect' | 'checkPrecondition'>,
  mutation: AdmittedMutation<Kind>,
): Promise<MutationResult> {
  const open = openNeedsOf(mutation);
  // A request that is refused anyway asks no approver, and no operation begins by it.
  if (open === null || mutation.unmet) {
    return answerOf(await execute(deps, operation, mutation, open && withoutApproval(null)));
  }
  const clientRequestToken = mutation.clientRequestToken ?? randomUUID();
  const held = heldRequest(deps, { ...mutation, clientRequestToken }, open);
  for (let rounds = 1; rounds <= maxRounds; rounds += 1) {
    const round = await executeHeld(deps, operation, held);
    if (round.kind === 'answered') return round.result;
  }
  throw new LedgerUnavailable(new Error('The approval changed whenever it was read.'));
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
    mutation,
    needs,
    fingerprint,
    store: requireApprovals(deps),
    binding: bindingOf(needs, decision, audit),
    idempotencyKey: idempotencyKeyOf({ identity, onBehalfOf, operation, clientRequestToken }),
    approvalKey: approvalKeyOf({ identity, onBehalfOf, operation, fingerprint }),
  };
}

/** One round: reads the record and the approval, and takes the next step. */
async function executeHeld<Kind extends OperationKind>(
  deps: Omit<ApprovalDependencies, 'approvals'>,
  operation: Pick<Operation<Kind>, 'effect' | 'checkPrecondition'>,
  held: HeldRequest<Kind>,
): Promise<Round> {
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
      return { kind: 'read-again' };
    }
    case 'refuse':
      return execute(deps, operation, { ...mutation, unmet: approvalEnded(step.approval) }, withoutApproval(record));
    case 'wait': {
      const entry = await requestedEntry(deps, mutation, step.approval);
      return { kind: 'answered', result: answerHeld(deps, held, step.approval, entry) };
    }
    case 'expire':
      await inTime(deps, mutation, recordExpiry({ ...deps, approvals: store }, step.approval, mutation.audit));
      return { kind: 'read-again' };
    case 'ask':
      return ask(deps, held, read.approval, step.changes);
  }
}

const votesDoNotCount = 'votes do not count any more';

/**
 * Executes a request by an approval whose votes count with these locks; null: they are judged with
 * those that it reads before an operation begins.
 */
function executeBy<Kind extends OperationKind>(
  deps: ExecuteDependencies & JudgeDependencies,
  operation: Pick<Operation<Kind>, 'effect' | 'checkPrecondition'>,
  { mutation }: HeldRequest<Kind>,
  { record }: RecordAndApproval,
  read: Approval | null,
  locks: Locks | null,
): Promise<Execution> {
  const { audit, approval } = approvedBy(mutation.audit, read);
  const { identity } = mutation.authorization;
  const votesCount = (now: Locks) => approval !== null && uncountedVotes(deps, approval, identity, now).length === 0;
  return execute(deps, operation, { ...mutation, audit }, { record, approval, locks, votesCount });
}

/** No operation begins. */
function withoutApproval(record: IdempotencyRecord | null): JudgedApproval {
  return { record, approval: null, locks: null, votesCount: () => false };
}

/**
 * The audit context of a request whose approvals were given. Without the approval, if its votes are
 * not enough for what policy asks.
 */
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
 * Records that the time of an approval is over, which happens before anything follows from it.
 * `conflict`: another process wrote it first. Throws `LedgerUnavailable`.
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
