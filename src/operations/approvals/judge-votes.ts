import type { Locks } from '../../ledger/ledger.ts';
import type { Approval } from '../../model/approval.ts';
import type { ApprovalVote, VoidReason } from '../../model/approval-vote.ts';
import { wereLockedSince } from '../../model/lifted-lock.ts';
import type { Principal, RequestIdentity } from '../../model/principal.ts';
import type { ComparedGroups } from '../../policy/decide/compared-groups.ts';
import type { AuthorizationContext, Authorize } from '../../policy/policy.ts';
import { comparedGroupsOf, votePermission } from './may-approve.ts';
import type { VotedRequest } from './may-approve.ts';

/** A vote that does not count any more, and why. */
export interface UncountedVote {
  readonly vote: ApprovalVote;
  readonly reason: VoidReason;
}

/** What votes are judged with. */
export interface VotePolicy {
  readonly authorize: Authorize;
  readonly comparedGroups: ComparedGroups;
}

/**
 * The votes of an approval that do not count any more: by policies and inventory of now, with time,
 * comment and address of the vote, and the voter as recorded; and by the locks since. Who asks is
 * known from the request that uses the approval, with all groups.
 */
export function uncountedVotes(
  policy: VotePolicy,
  approval: Approval,
  { principal, actor }: Pick<RequestIdentity, 'principal' | 'actor'>,
  locks: Locks,
): readonly UncountedVote[] {
  const about = { ...approval, requested: { ...approval.requested, principal, actor } };
  return approval.votes.flatMap((vote) => {
    const reason = reasonToVoid(policy, about, vote, locks);
    return reason === null ? [] : [{ vote, reason }];
  });
}

function reasonToVoid(policy: VotePolicy, about: VotedRequest, vote: ApprovalVote, locks: Locks): VoidReason | null {
  const { principal, actor, locksRevision = 0 } = vote;
  if (wereLockedSince(locks, locksRevision, [principal.id, ...(actor ? [actor.id] : [])])) return 'VOTER_LOCKED';
  if (!isPermitted(policy, about, vote, {})) return 'POLICY_DENIED';
  return withUnrecordedGroups(policy, about, vote).every((voter) => isPermitted(policy, about, vote, voter))
    ? null
    : 'GROUP_NOT_RECORDED';
}

/** Who votes, with other groups than recorded. */
type Voter = Partial<Record<'principal' | 'actor', Principal>>;

/** Whether policy permits a vote for all needs that it counts for. */
function isPermitted(policy: VotePolicy, about: VotedRequest, vote: ApprovalVote, voter: Voter): boolean {
  const { policyIds } = votePermission(policy, contextOf(vote, voter), about);
  return vote.policyIds.every((one) => policyIds.includes(one));
}

function contextOf({ principal, actor, comment, time, sourceAddress = null }: ApprovalVote, voter: Voter = {}) {
  const identity = { principal, actor, sourceAddress, userAgent: null, apiRequestId: '', ...voter };
  const context = { identity, onBehalfOf: null, hasReason: comment !== null, now: Date.parse(time) };
  return context satisfies AuthorizationContext;
}

/**
 * The voter with groups that policy compares now and the vote did not record: each alone, and all
 * of them. None where no group was left out.
 */
function withUnrecordedGroups(policy: VotePolicy, about: VotedRequest, vote: ApprovalVote): readonly Voter[] {
  const { comparedGroups: recorded = [] } = vote;
  const incomplete = (['principal', 'actor'] as const).filter((who) => (vote[who]?.otherGroups ?? null) !== null);
  if (incomplete.length === 0) return [];
  const unknown = comparedGroupsOf(policy, contextOf(vote), about).filter((group) => !recorded.includes(group));
  const added = [...unknown.map((group) => [group]), ...(unknown.length > 1 ? [unknown] : [])];
  return incomplete.flatMap((who) => {
    const one = vote[who];
    return one === null ? [] : added.map((groups) => ({ [who]: { ...one, groups: [...one.groups, ...groups] } }));
  });
}
