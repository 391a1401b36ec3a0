import type { RecordedPrincipal } from './principal.ts';

/**
 * A forbid of `approvals.cedar` that applies to a request, and whose approval lifts it. Plain JSON.
 */
export interface ApprovalNeed {
  /** The policy's `@id`. */
  readonly policyId: string;
  /**
   * SHA-256 (hex) of the policy, with its annotations, in Cedar's JSON format with sorted keys: an
   * approver of one text has not agreed to another. Comments and spaces don't count.
   */
  readonly policyHash: string;
  /** What is not allowed without an approval. */
  readonly message: string;
  readonly advice: string | null;
  /** The group of `@approvers`. */
  readonly group: string;
  /**
   * How many different people must approve: `@count`, 1 by default, but at least 2 where the
   * principal of the request is not a person with a token.
   */
  readonly count: number;
  /**
   * Set on a need of the delete that the expiry of the request is: votes on it are votes on a
   * delete. Absent: a need of the request itself.
   */
  readonly operation?: 'DELETE_POD_IDENTITY_ASSOCIATION';
}

/** What one person decided. */
export interface ApprovalVote {
  readonly principal: RecordedPrincipal;
  /** The service through which the person voted, with a token of the person; null without one. */
  readonly actor: RecordedPrincipal | null;
  readonly vote: 'APPROVE' | 'REJECT';
  /** The needs that it counts for: ids of policies, sorted. */
  readonly policyIds: readonly string[];
  readonly comment: string | null;
  /** Whether the person approved a request of their own, where policy lets them (break-glass). */
  readonly isOwnRequest: boolean;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** Network address from which the person voted; absent in votes of earlier versions. */
  readonly sourceAddress?: string | null;
  /** Revision of the locks that the vote was compared with; absent in votes of earlier versions. */
  readonly locksRevision?: number;
  /**
   * The groups that policy could judge the vote by, sorted; absent where all groups of `principal`
   * and `actor` are recorded.
   */
  readonly comparedGroups?: readonly string[];
}

/** Why a vote does not count any more. Each value is described in `schema.graphql`. */
export type VoidReason = 'VOTER_LOCKED' | 'POLICY_DENIED' | 'GROUP_NOT_RECORDED';

/** A vote that does not count any more, for good. The person may vote again. */
export interface VoidedVote extends Pick<ApprovalVote, 'principal' | 'actor' | 'time'> {
  readonly reason: VoidReason;
  /** RFC 3339, UTC. */
  readonly voidedAt: string;
}

/**
 * What the decision of an operation records of the approval that it used, so that the decision can
 * be made again.
 */
export interface UsedApproval {
  /** Its public id. */
  readonly approvalId: string;
  readonly votes: readonly ApprovalVote[];
}

/** A need, and who has approved for it. */
export type VotedNeed = ApprovalNeed & { readonly approvedBy: readonly ApprovalVote[] };

/** Needs with the approvals that count for them, oldest first. */
export function votedNeeds(needs: readonly ApprovalNeed[], votes: readonly ApprovalVote[]): readonly VotedNeed[] {
  const counts = (vote: ApprovalVote, { policyId }: ApprovalNeed) =>
    vote.vote === 'APPROVE' && vote.policyIds.includes(policyId);
  return needs.map((need) => ({ ...need, approvedBy: votes.filter((vote) => counts(vote, need)) }));
}
