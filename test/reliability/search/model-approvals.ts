import { isDeepStrictEqual } from 'node:util';
import type { ApprovalUse, ApprovalVersion } from '../../../src/ledger/approval-version.ts';
import type { Withdrawal } from '../../../src/ledger/approvals.ts';
import type { Approval } from '../../../src/model/approval.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import { approvalLimits, approvers, policiesThatAsk } from './asked-needs.ts';
import type { Approver, AskingName } from './asked-needs.ts';
import type { Applied } from './eks-behaviour.ts';
import type { Model } from './model.ts';
import type { Attempt } from './model-state.ts';
import type { ScenarioClock } from './scenario-clock.ts';
import type { ScenarioStore } from './store.ts';
import type { VoterLocks } from './voters.ts';

/** The reference model of the approvals of a scenario. */
export type ApprovalModel = ReturnType<typeof makeApprovalModel>;

/** An approval, as the model knows it by who asked and who voted. */
interface Question {
  readonly id: string;
  readonly asked: Asked;
  /** Identity of the token that asked, and what its request is about. */
  readonly identity: string;
  readonly input: string;
  readonly decideUntil: number;
  readonly votes: Map<Approver, CountedVote>;
  state: Approval['state'];
  useUntil: number;
  usedBy: string | null;
  stored: Approval;
}

/** A vote, and the revision of the locks on approvers that it was compared with. */
interface CountedVote {
  readonly vote: 'APPROVE' | 'REJECT';
  readonly locksRevision: number;
}

/** What an approver agrees to: the request with its declaration, what policy asked, and the version of the association that it judged. */
interface Asked {
  readonly subject: string;
  readonly asking: AskingName;
  readonly judged: string | null;
  readonly declaration: string | null;
}

/**
 * The reference model of approvals: who asked for what, by which policies, and who voted, as the scenario itself knows it. It checks every write of an
 * approval, every operation that begins, and every effect. It uses the gateway's types but none of its code.
 */
export function makeApprovalModel(
  clock: Pick<ScenarioClock, 'now' | 'gateway' | 'secondGateway'>,
  model: Pick<Model, 'operationOf' | 'tokenOf'>,
  voterLocks: Pick<VoterLocks, 'wasSetBetween'>,
  broken: (rule: string) => void,
) {
  /** By key of the approval, in the order in which they were asked for. */
  const current = new Map<string, Question>();
  const questions: Question[] = [];
  const entries: AuditEntry[] = [];
  /** The approvals by which operations began, by operation id. */
  const uses = new Map<string, Question>();

  /** The ledger wrote an approval. `calledAt` is the time of the clock of its process when that sent the write, after it compared times. */
  function wrote(
    by: Attempt,
    expected: ApprovalVersion | null,
    next: Approval,
    entry: AuditEntry,
    calledAt: number,
  ): void {
    const before = current.get(next.key);
    entries.push(entry);
    if (!isVersion(before, expected)) broken(`the ledger wrote ${entry.event} for ${by.name} over ${describe(before)}`);
    if (entry.operationId !== next.id || entry.fence !== next.revision)
      broken(`${by.name} wrote ${entry.event} of ${entry.operationId}, but changed ${next.id}`);
    if (entry.event === 'APPROVAL_REQUESTED') asked(by, before, next, calledAt);
    else if (before?.id !== next.id) broken(`${by.name} wrote ${entry.event} of ${next.id}, which nobody asked for`);
    else {
      if (entry.event === 'APPROVAL_EXPIRED') expired(by, before, calledAt);
      else if (entry.event === 'APPROVAL_VOTE_VOIDED') voided(by, before, next, calledAt);
      else voted(by, before, entry, calledAt);
      before.stored = next;
      const kept = next.votes.map(({ principal }) => principal.id).toSorted();
      if (!isDeepStrictEqual(kept, [...before.votes.keys()].toSorted()))
        broken(`${by.name} left ${next.id} with the votes of ${kept.join(' and ')}`);
      if (before.state !== next.state) broken(`${by.name} made ${next.id} ${next.state}, but it is ${before.state}`);
    }
  }

  function asked(by: Attempt, before: Question | undefined, next: Approval, calledAt: number) {
    const of = askedBy(by, next.requested);
    if (by.lock !== 'none') broken(`${by.name} asked for an approval, but its read of the locks is ${by.lock}`);
    if (by.identity === null || policiesThatAsk[by.asking].needs.length === 0)
      broken(`${by.name} asked for an approval that policy does not ask for`);
    if (before && ['PENDING', 'APPROVED'].includes(before.state) && isDeepStrictEqual(before.asked, of))
      broken(`${by.name} asked again, although ${describe(before)} fits`);
    if (before && before.asked.subject !== of.subject)
      broken(`${by.name} asked for ${of.subject} in place of ${before.asked.subject}`);
    const decideUntil = calledAt + approvalLimits.decideMs;
    const question: Question = {
      ...{ id: next.id, asked: of, identity: by.identity ?? '', input: by.input, decideUntil, votes: new Map() },
      ...{ state: 'PENDING', useUntil: 0, usedBy: null, stored: next },
    };
    current.set(next.key, question);
    questions.push(question);
  }

  /** An approval was withdrawn, with the final answer of its token. `calledAt`: see `wrote`. */
  function withdrew(by: Attempt, expected: ApprovalVersion, withdrawal: Withdrawal, calledAt: number): void {
    const { next, token, entries: added } = withdrawal;
    entries.push(...added.filter(({ event }) => event === 'APPROVAL_WITHDRAWN'));
    const question = current.get(next.key);
    const what = `${by.name} withdrew ${describe(question)}`;
    if (question?.id !== next.id || !isVersion(question, expected)) {
      broken(`${what} over another version of ${next.id}`);
      return;
    }
    if (by.identity !== question.identity) broken(`${what}, which ${question.identity} asked for`);
    if (by.wasLocked !== false) broken(`${what}, although its principal is locked`);
    if (!isLive(question) || calledAt >= endOf(question)) broken(`${what}, which had ended`);
    const ofToken = model.tokenOf(question.identity);
    if (ofToken?.input === question.input && ofToken.record.state === 'IN_PROGRESS')
      broken(`${what}, while an operation of its token is in progress`);
    const isAnswered = ofToken !== null && (ofToken.final !== null || ofToken.input !== question.input);
    if ((token === null) !== isAnswered) broken(`${what} with ${token ? 'another' : 'no'} final answer of its token`);
    Object.assign(question, { state: 'WITHDRAWN', stored: next });
  }

  function expired(by: Attempt, question: Question, calledAt: number) {
    const until = endOf(question);
    // What a request or a vote records is about its own time. A run waits until no clock shows an earlier one.
    const earliest = by.isExpireRun
      ? Math.min(calledAt, clock.now(), clock.gateway(), clock.secondGateway())
      : calledAt;
    if (earliest < until) broken(`${by.name} recorded that ${describe(question)} expired, too early`);
    question.state = 'EXPIRED';
  }

  function voted(by: Attempt, question: Question, { event }: AuditEntry, calledAt: number) {
    const { ballot } = by;
    if (!ballot || event !== (ballot.vote === 'APPROVE' ? 'APPROVED' : 'REJECTED')) {
      broken(`${by.name} wrote ${event}, but voted ${ballot?.vote}`);
      return;
    }
    if (question.state !== 'PENDING') broken(`${by.name} voted on ${describe(question)}`);
    if (calledAt >= question.decideUntil) broken(`${by.name} voted on ${question.id} too late`);
    if (by.locksRevision === null) broken(`${by.name} voted without a read of the locks`);
    question.votes.set(ballot.by, { vote: ballot.vote, locksRevision: by.locksRevision ?? 0 });
    if (ballot.vote === 'REJECT') question.state = 'REJECTED';
    else if (isAgreed(question)) {
      question.state = 'APPROVED';
      question.useUntil = calledAt + approvalLimits.useMs;
    }
  }

  /** Who voted and does not count any more, by the policies of a request and the locks that it read. */
  function uncounted(by: Attempt, { votes }: Question): readonly Approver[] {
    const isUncounted = ([voter, { locksRevision }]: [Approver, CountedVote]) =>
      voter === by.denied || voterLocks.wasSetBetween(voter, locksRevision, by.locksRevision ?? Infinity);
    return [...votes].filter(isUncounted).map(([voter]) => voter);
  }

  /** Votes were voided: those that do not count any more, and only while it is approved. */
  function voided(by: Attempt, question: Question, next: Approval, calledAt: number) {
    if (question.state !== 'APPROVED') broken(`${by.name} voided votes of ${describe(question)}`);
    const bad = uncounted(by, question);
    const removed = [...question.votes.keys()].filter((one) =>
      next.votes.every(({ principal }) => principal.id !== one),
    );
    if (!isDeepStrictEqual(removed.toSorted(), bad.toSorted()))
      broken(`${by.name} voided the votes of ${removed.join(' and ')}, not of ${bad.join(' and ')}`);
    for (const one of removed) question.votes.delete(one);
    if (next.decideUntil !== question.decideUntil) broken(`${by.name} moved the deadline of ${question.id}`);
    if (!isAgreed(question)) question.state = calledAt < question.decideUntil ? 'PENDING' : 'EXPIRED';
  }

  /** An operation began, or a success without an effect was recorded, in a commit that used this approval; null: none. `calledAt`: see `wrote`. */
  function began(
    by: Attempt,
    operationId: string,
    used: ApprovalUse | null,
    added: readonly AuditEntry[],
    calledAt: number,
  ): void {
    const what = `${operationId} of ${by.name}`;
    const own = added.filter(({ event }) => event === 'APPROVAL_USED');
    entries.push(...own);
    const isNeeded = by.identity !== null && policiesThatAsk[by.asking].needs.length > 0;
    if (!used || !isNeeded) {
      if (isNeeded) broken(`${what} began without the approval that policy asks for`);
      if (used || own.length > 0) broken(`${what} used an approval that policy does not ask for`);
      return;
    }
    const { next, expected } = used;
    const question = current.get(next.key);
    const [entry] = own;
    if (own.length !== 1 || entry?.operationId !== next.id || entry.fence !== next.revision)
      broken(`${what} used ${next.id}, but the trail does not say so`);
    if (question?.id !== next.id || !isVersion(question, expected)) {
      broken(`${what} used ${next.id}, but the approval is ${describe(question)}`);
      return;
    }
    const begun = added.find((one) => one.operationId === operationId);
    useOf(by, what, question, calledAt, begun ?? null);
    Object.assign(question, { state: 'USED', usedBy: operationId, stored: next });
    if (next.state !== 'USED' || next.usedBy !== operationId)
      broken(`${what} left the approval ${next.state} by ${next.usedBy}`);
    uses.set(operationId, question);
  }

  function useOf(by: Attempt, what: string, question: Question, calledAt: number, begun: Sent | null) {
    if (!isDeepStrictEqual(question.asked, askedBy(by, begun)))
      broken(`${what} used ${describe(question)}, which was asked for something else`);
    if (!isAgreed(question)) broken(`${what} used ${describe(question)}, which lacks approvals`);
    const bad = uncounted(by, question);
    if (bad.length > 0)
      broken(`${what} used ${describe(question)}, although the votes of ${bad.join(' and ')} do not count`);
    if (calledAt >= question.useUntil) broken(`${what} used ${describe(question)}, which had expired`);
    if (question.state === 'APPROVED') return;
    const earlier = question.state === 'USED' ? model.operationOf(question.usedBy ?? '') : undefined;
    // Only an operation of the same token goes on with what one before it used, once that certainly had no effect.
    const isProven = earlier?.closed?.event === 'RELEASED' && !(earlier.kind === 'create' && earlier.isInDoubt);
    if (!isProven || earlier.lifetime.identity !== by.identity) broken(`${what} used ${describe(question)}`);
  }

  /** EKS applied a change: no other operation by the same approval may have had an effect. */
  function applied({ operationId, isTooLate }: Applied): void {
    const question = operationId === null ? undefined : uses.get(operationId);
    if (!question || isTooLate) return;
    for (const [id, other] of uses) {
      const effect = model.operationOf(id)?.applied;
      if (other === question && id !== operationId && effect && !effect.isTooLate)
        broken(`${operationId} had a second effect by ${question.id}, after ${id}`);
    }
  }

  return {
    /** A commit that begins nothing has entries of an approval. */
    unexpected(by: Attempt, added: readonly AuditEntry[]): void {
      entries.push(...added.filter(({ event }) => event === 'APPROVAL_USED'));
      broken(`${by.name} used an approval, but no operation begins`);
    },
    wrote,
    withdrew,
    began,
    applied,
    /** The ledger rejected a write, because another version is stored. */
    rejected(by: Attempt, key: string, expected: ApprovalVersion | null): void {
      const stored = current.get(key);
      if (isVersion(stored, expected)) broken(`the ledger rejected a write over ${describe(stored)} for ${by.name}`);
    },
    /** A token got the final answer that its approval ended. */
    refused(by: Attempt, code: string): void {
      const state = { APPROVAL_REJECTED: 'REJECTED', APPROVAL_EXPIRED: 'EXPIRED', APPROVAL_WITHDRAWN: 'WITHDRAWN' }[
        code
      ];
      if (state === undefined) return;
      const { subject } = askedBy(by, null);
      const isOwn = (one: Question) =>
        one.identity === by.identity && (isDesired(by) || one.asked.subject === subject) && one.state === state;
      if (!questions.some(isOwn))
        broken(`${by.name} was refused with ${code}, but no approval of its token is ${state}`);
    },
    /** The token that asked for an approval, and what its request is about. */
    askerOf: (id: string): Pick<Question, 'identity' | 'input'> | undefined => questions.find((one) => one.id === id),
    /** The latest approvals that were asked for, newest first. */
    stored: (): readonly Approval[] => questions.map(({ stored }) => stored).toReversed(),
    /** All entries of approvals. */
    entries: (): readonly AuditEntry[] => entries,
    /** Checks, after a run long after every approval was over, that the end of each is recorded. */
    ended(): void {
      for (const question of current.values())
        if (isLive(question)) broken(`the end of ${describe(question)} is not recorded`);
    },
    /** Whether the end of any approval is not recorded. */
    areLive: () => [...current.values()].some(isLive),
    /** Checks what is stored. */
    async atRest(store: ScenarioStore): Promise<void> {
      for (const [key, { id, stored }] of current)
        if (!isDeepStrictEqual(await store.getApproval(key), stored))
          broken(`the approval ${id} differs from what was written`);
    },
  };
}

/** The change of a request, as the gateway recorded it. */
type Sent = Pick<AuditEntry, 'operation' | 'request'>;

/** What a request asks approvers. A create depends on no association. That of a desired state is the change that is sent for it. */
function askedBy(by: Attempt, sent: Sent | null): Asked {
  const { identity, input, asking, judged, declaration } = by;
  const [principal, kind] = (identity ?? '').split(' ');
  const subject = `${principal} ${kind} ${isDesired(by) ? JSON.stringify([sent?.operation, sent?.request]) : input}`;
  const isCreate = kind === 'create' || (isDesired(by) && sent?.operation === 'CREATE_POD_IDENTITY_ASSOCIATION');
  return { subject, asking, judged: isCreate ? null : judged, declaration };
}

function isDesired({ identity }: Attempt): boolean {
  return identity?.split(' ')[1] === 'ensure';
}

/** Whether nobody rejected, and for each need as many people of its group as it asks for approved. */
function isAgreed({ votes, asked: { asking } }: Question): boolean {
  const approving = [...votes].flatMap(([by, { vote }]) =>
    vote === 'APPROVE' ? [approvers[by] as readonly string[]] : [],
  );
  return (
    approving.length === votes.size &&
    policiesThatAsk[asking].needs.every(
      ({ group, count }) => approving.filter((groups) => groups.includes(group)).length >= count,
    )
  );
}

/** When an approval that is pending or approved ends. */
function endOf({ state, decideUntil, useUntil }: Question): number {
  return { PENDING: decideUntil, APPROVED: useUntil }[state as string] ?? Infinity;
}

function isLive({ state }: Question): boolean {
  return state === 'PENDING' || state === 'APPROVED';
}

function isVersion(question: Question | undefined, expected: ApprovalVersion | null): boolean {
  return question?.stored.id === expected?.id && question?.stored.revision === expected?.revision;
}

function describe(question: Question | undefined): string {
  if (!question) return 'no approval';
  const { id, state, usedBy, asked } = question;
  return `${id} (${state}${usedBy === null ? '' : ` by ${usedBy}`}; ${asked.asking}; ${asked.subject})`;
}
