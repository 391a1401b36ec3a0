import { describeChange, intentsOf } from './attribution.ts';
import type { ApprovalEntry, ApprovalFact, ApprovalFacts, Facts, TrailEntry } from './facts.ts';

/*
 * What must hold of approvals: of the operations that begin by them, and of what the ledger has of each. Every check gives one line per violation.
 */

/** All violations; none if there are no approvals. */
export function unapproved(facts: Facts): string[] {
  const { approvals, entries } = facts;
  if (!approvals) return [];
  return [
    ...entries.flatMap((entry) => (entry.event === 'INTENT' ? begunWithout(approvals, entry) : [])),
    ...[...byApproval(approvals)].flatMap(([id, ofOne]) => [
      ...usedTwice(facts, id, ofOne),
      ...brokenHistory(id, ofOne),
    ]),
    ...approvals.items.flatMap((item) => unlikeItem(item, byApproval(approvals).get(item.id) ?? [])),
    ...lostVotes(approvals),
    ...foreignAnswers(facts, approvals),
  ];
}

/** The entries of each approval, in the order of its revisions. */
function byApproval({ entries }: ApprovalFacts): Map<string, ApprovalEntry[]> {
  const inOrder = [...entries].sort((one, other) => one.revision - other.revision);
  return Map.groupBy(inOrder, ({ approvalId }) => approvalId);
}

/** An operation that needs approvers, and began without those of an approval which nobody had rejected and whose time was not over. */
function begunWithout(approvals: ApprovalFacts, { operationId, principal, approvers }: TrailEntry): string[] {
  if (approvers === undefined) return [];
  const uses = approvals.entries.filter(({ usedBy }) => usedBy === operationId);
  const [use] = uses;
  if (!use || uses.length > 1) return [`${operationId} needs an approval, but it used ${uses.length}`];
  const before = (byApproval(approvals).get(use.approvalId) ?? []).filter(({ revision }) => revision < use.revision);
  const isLocked = (by: string) =>
    (approvals.lockedVoters ?? []).some(
      (lock) => lock.principal === by && votedAt(before, by) <= lock.at && lock.at <= use.time,
    );
  const others = approvedBy(before).filter((by) => by !== principal && !isLocked(by));
  const isGiven = new Set(others).size >= approvers;
  const hasEnded = before.some(({ event }) => event === 'REJECTED' || event === 'APPROVAL_EXPIRED');
  return isGiven && !hasEnded ? [] : [`${operationId} used ${use.approvalId}, which had [${eventsOf(before)}]`];
}

/**
 * Who has approved by some entries, in the order of their votes. A person has one vote, the last
 * one; those whose votes were voided have none.
 */
function approvedBy(entries: readonly ApprovalEntry[]): readonly string[] {
  let people: string[] = [];
  for (const { event, principal, voided = [] } of entries) {
    const isVote = event === 'APPROVED' || event === 'REJECTED';
    people = people.filter((one) => !voided.includes(one) && !(isVote && one === principal));
    if (event === 'APPROVED') people.push(principal);
  }
  return people;
}

/** When a person approved last. */
function votedAt(entries: readonly ApprovalEntry[], by: string): number {
  return entries.findLast(({ event, principal }) => event === 'APPROVED' && principal === by)?.time ?? Infinity;
}

/** An approval with more than one effect. */
function usedTwice({ changes, entries }: Facts, id: string, ofOne: readonly ApprovalEntry[]): string[] {
  const operations = new Set(ofOne.map(({ usedBy }) => usedBy));
  const effects = changes.filter(
    (change) => change.effect && intentsOf(change, entries).some(({ operationId }) => operations.has(operationId)),
  );
  return effects.length > 1 ? [`${id} had the effects ${effects.map(describeChange).join(', ')}`] : [];
}

/** The states that each event can follow, and those that can follow it: after a vote, others may be missing. */
const steps: Readonly<Record<string, { readonly from: readonly string[]; readonly to: readonly string[] }>> = {
  APPROVAL_REQUESTED: { from: ['none'], to: ['PENDING'] },
  APPROVED: { from: ['PENDING'], to: ['PENDING', 'APPROVED'] },
  REJECTED: { from: ['PENDING'], to: ['REJECTED'] },
  APPROVAL_EXPIRED: { from: ['PENDING', 'APPROVED'], to: ['EXPIRED'] },
  APPROVAL_USED: { from: ['APPROVED', 'USED'], to: ['USED'] },
  APPROVAL_VOTE_VOIDED: { from: ['APPROVED'], to: ['PENDING', 'APPROVED', 'EXPIRED'] },
};

/** Entries that do not follow one another: a gap, two of one revision, a step that is not in the table. */
function brokenHistory(id: string, ofOne: readonly ApprovalEntry[]): string[] {
  let states: readonly string[] = ['none'];
  for (const [index, { event, revision }] of ofOne.entries()) {
    const step = steps[event];
    const follows = states.some((state) => step?.from.includes(state));
    if (!step || revision !== index + 1 || !follows) return [`${id} has the entries [${eventsOf(ofOne)}]`];
    states = step.to;
  }
  return [];
}

/** An item that says something else than the entries of its approval. */
function unlikeItem(item: ApprovalFact, ofOne: readonly ApprovalEntry[]): string[] {
  const last = ofOne.at(-1);
  const after = steps[last?.event ?? '']?.to ?? [];
  const by = (event: string) => ofOne.filter((entry) => entry.event === event).map(({ principal }) => principal);
  const recorded: ApprovalFact = {
    id: item.id,
    revision: ofOne.length,
    state: after.includes(item.state) ? item.state : after.join(' or '),
    principal: ofOne[0]?.principal ?? '',
    approvedBy: approvedBy(ofOne),
    rejectedBy: by('REJECTED'),
    usedBy: last?.usedBy ?? null,
  };
  const [inLedger, inTrail] = [JSON.stringify(inOrder(item)), JSON.stringify(inOrder(recorded))];
  return inLedger === inTrail ? [] : [`the item ${inLedger} differs from its entries ${inTrail}`];
}

function inOrder({ id, revision, state, principal, approvedBy, rejectedBy, usedBy }: ApprovalFact): ApprovalFact {
  return { id, revision, state, principal, approvedBy, rejectedBy, usedBy };
}

/** Votes that were answered as counted, and have no entry. */
function lostVotes({ votes, entries }: ApprovalFacts): string[] {
  return votes.flatMap(({ approvalId, principal, event }) => {
    const isCounted = event === 'APPROVED' || event === 'REJECTED';
    const isRecorded = entries.some(
      (entry) => entry.approvalId === approvalId && entry.event === event && entry.principal === principal,
    );
    return isCounted && !isRecorded
      ? [`${principal} was answered ${event} of ${approvalId}, which has no such entry`]
      : [];
  });
}

/** Answers with an approval that another principal asked for. */
function foreignAnswers({ answers }: Facts, approvals: ApprovalFacts): string[] {
  return answers.flatMap(({ principal, operationId }) => {
    const asked = approvals.entries.find(({ approvalId, revision }) => approvalId === operationId && revision === 1);
    return asked && asked.principal !== principal
      ? [`${principal} was answered with ${operationId}, which ${asked.principal} asked for`]
      : [];
  });
}

function eventsOf(entries: readonly ApprovalEntry[]): string {
  return entries.map(({ event, revision }) => `${revision} ${event}`).join(', ');
}
