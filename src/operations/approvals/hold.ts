import { randomUUID } from 'node:crypto';
import { approvalKeyOf, fingerprintOf, idempotencyKeyOf, isExpired } from '../../idempotency/record.ts';
import type { ApprovalStore } from '../../ledger/approvals.ts';
import type { TrailWriter } from '../../ledger/audit-entry.ts';
import { LedgerUnavailable } from '../../ledger/ledger.ts';
import type { IdempotencyRecord, Locks } from '../../ledger/ledger.ts';
import type { Approval } from '../../model/approval.ts';
import type { OperationKind } from '../../model/operation.ts';
import type { AdmittedMutation } from '../terms/admission.ts';
import { approvedBy } from './approved-by.ts';
import { nothingToChange, settledBefore } from './before-asking.ts';
import type { BeforeAskingPorts } from './before-asking.ts';
import { bindingOf } from './binding.ts';
import { approvalEnded } from './refusals.ts';
import { answerHeld, ask, inTime, requestedEntry } from './request.ts';
import type { HeldRequest, Round } from './request.ts';
import { approvalStep } from './step.ts';
import { missingNeeds } from '../terms/decisions.ts';
import { requireApprovals } from '../terms/dependencies.ts';
import type { ApprovalLimits } from '../terms/dependencies.ts';
import { answerOf, execute, refusedByLock } from '../flow/execute.ts';
import type { ExecutionPorts, Execution } from '../flow/execute.ts';
import { uncountedVotes } from './judge-votes.ts';
import type { VotePolicy } from './judge-votes.ts';
import type { JudgedApproval } from '../terms/judged-approval.ts';
import { lockOn, locksFor } from '../terms/locks.ts';
import { answerRefused } from '../terms/answers-without-claim.ts';
import { changeOf } from '../terms/operation.ts';
import type { Operation } from '../terms/operation.ts';
import type { MutationResult } from '../terms/result.ts';
import { recordExpiry } from './approval-writes.ts';
import { voidVotes } from './approval-writes.ts';

/** What mutations are approved and executed with. */
export interface ApprovalPorts extends ExecutionPorts, Pick<BeforeAskingPorts, 'associations'>, VotePolicy {
  /** Null in a function that answers no requests. */
  readonly approvals: ApprovalStore | null;
  readonly approvalLimits: ApprovalLimits;
}

/** Executes mutations of one operation, by the approval that each one has; null: it needs none. */
type Execute<Kind extends OperationKind> = (
  mutation: AdmittedMutation<Kind>,
  approval: JudgedApproval | null,
) => Promise<Execution>;

/** What is used of an operation that can be held. */
type HoldableOperation<Kind extends OperationKind> = Pick<
  Operation<Kind>,
  'effect' | 'checkPrecondition' | 'foresee' | 'differences'
>;

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
  ports: ApprovalPorts,
  operation: HoldableOperation<Kind>,
  mutation: AdmittedMutation<Kind>,
): Promise<MutationResult> {
  const executeOne: Execute<Kind> = (...call) => execute(ports, operation, ...call);
  const open = openNeedsOf(mutation);
  // A request that is refused anyway asks no approver, and no operation begins by it.
  if (open === null || mutation.unmet) {
    return answerOf(await executeOne(mutation, open && withoutApproval(null)));
  }
  const clientRequestToken = mutation.clientRequestToken ?? randomUUID();
  const held = heldRequest(ports, { ...mutation, clientRequestToken }, open);
  for (let rounds = 1; rounds <= maxRounds; rounds += 1) {
    const round = await executeHeld(ports, operation, executeOne, held);
    if (round.kind === 'answered') return round.result;
  }
  throw new LedgerUnavailable(new Error('The approval changed whenever it was read.'));
}

function heldRequest<Kind extends OperationKind>(
  { approvals, approvalLimits }: ApprovalPorts,
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
    store: requireApprovals(approvals),
    limits: approvalLimits,
    binding: bindingOf(needs, decision, audit),
    idempotencyKey: idempotencyKeyOf({ identity, onBehalfOf, operation, clientRequestToken }),
    approvalKey: approvalKeyOf({ identity, onBehalfOf, operation, fingerprint }),
  };
}

/** One round: reads the record and the approval, and takes the next step. */
async function executeHeld<Kind extends OperationKind>(
  ports: ApprovalPorts,
  operation: HoldableOperation<Kind>,
  executeOne: Execute<Kind>,
  held: HeldRequest<Kind>,
): Promise<Round> {
  const { mutation, store } = held;
  const { clock, ulid } = ports;
  const writer = { approvals: store, clock, ulid };
  const reading = store.getRecordAndApproval(held.idempotencyKey, held.approvalKey);
  const read = await inTime(clock, mutation, reading);
  const { record } = read;
  const step = approvalStep({ ...held, startedAt: mutation.startedAt }, read, clock());
  const answerSettledOne = () => answerSettled(ports, operation, executeOne, held, record);
  switch (step.kind) {
    case 'observe':
      return executeOne(...executionBy(ports, mutation, record, step.approval, null));
    case 'begin': {
      const { approval } = step;
      const locks = await locksFor(ports, mutation);
      const uncounted = uncountedVotes(ports, approval, mutation.authorization.identity, locks);
      if (uncounted.length === 0) return executeOne(...executionBy(ports, mutation, record, approval, locks));
      const locked = await answerLocked(ports, mutation, locks);
      if (locked) return locked;
      // One that an operation has used stays so: another one is asked for.
      if (approval.state !== 'APPROVED') return ask(ports, held, approval, [votesDoNotCount], answerSettledOne);
      await inTime(clock, mutation, voidVotes(writer, approval, uncounted, mutation.audit));
      return { kind: 'read-again' };
    }
    case 'refuse':
      return executeOne({ ...mutation, unmet: approvalEnded(step.approval) }, withoutApproval(record));
    case 'wait': {
      const entry = await requestedEntry(ports, mutation, step.approval);
      return { kind: 'answered', result: answerHeld(clock, held, step.approval, entry) };
    }
    case 'expire':
      await inTime(clock, mutation, recordExpiry(writer, step.approval, mutation.audit));
      return { kind: 'read-again' };
    case 'ask':
      return (
        (await answerLocked(ports, mutation, read.locks)) ??
        ask(ports, held, read.approval, step.changes, answerSettledOne)
      );
  }
}

/**
 * Refuses a request that a lock stops, so that a locked principal can't reach approvers; null: none
 * does. Its token is not claimed.
 */
async function answerLocked<Kind extends OperationKind>(
  trail: TrailWriter,
  mutation: HeldRequest<Kind>['mutation'],
  locks: Locks,
): Promise<Round | null> {
  const lock = lockOn(locks, mutation);
  if (lock === null) return null;
  const refused = refusedByLock(mutation, mutation.clientRequestToken, lock);
  return { kind: 'answered', result: await answerRefused(trail, refused) };
}

/**
 * Answers a request for which nobody has to be asked; null: it changes something. What exists is
 * answered as after a 409 of EKS.
 */
async function answerSettled<Kind extends OperationKind>(
  ports: ApprovalPorts,
  operation: HoldableOperation<Kind>,
  executeOne: Execute<Kind>,
  { mutation, needs }: HeldRequest<Kind>,
  record: IdempotencyRecord | null,
): Promise<Round | null> {
  // What exists may be the effect of an earlier operation of the token: the next one finds out.
  if (record && !isExpired(record, mutation.startedAt)) return null;
  const settled = await settledBefore(ports, operation, mutation);
  switch (settled?.kind) {
    case undefined:
      return null;
    case 'refused':
      return executeOne({ ...mutation, unmet: settled.conclusion }, withoutApproval(record));
    case 'adopted': {
      const { conclusion } = settled;
      // It is recorded with the claim. A create is sent in no case, since no approval was given.
      const perform = () => Promise.resolve(conclusion);
      const effect = { ...changeOf(operation.effect), successWithoutEffect: () => conclusion, perform };
      return execute(ports, { ...operation, effect }, mutation, null);
    }
    case 'unchanged': {
      const refusal = nothingToChange(needs);
      const { associationArn = null } = mutation.before ?? {};
      const refused = { ...mutation, kind: 'refused', outcome: 'NOTHING_TO_CHANGE', refusal, associationArn } as const;
      return { kind: 'answered', result: await answerRefused(ports, refused) };
    }
  }
}

const votesDoNotCount = 'votes do not count any more';

/**
 * What a request is executed with by an approval whose votes count with these locks; null: they are
 * judged with those that it reads before an operation begins.
 */
function executionBy<Kind extends OperationKind>(
  policy: VotePolicy,
  mutation: AdmittedMutation<Kind>,
  record: IdempotencyRecord | null,
  read: Approval | null,
  locks: Locks | null,
): Parameters<Execute<Kind>> {
  const { audit, approval } = approvedBy(mutation.audit, read);
  const { identity } = mutation.authorization;
  const votesCount = (now: Locks) => approval !== null && uncountedVotes(policy, approval, identity, now).length === 0;
  return [
    { ...mutation, audit },
    { record, approval, locks, votesCount },
  ];
}

/** No operation begins. */
function withoutApproval(record: IdempotencyRecord | null): JudgedApproval {
  return { record, approval: null, locks: null, votesCount: () => false };
}
