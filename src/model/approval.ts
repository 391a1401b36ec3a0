import type { RecordedSubject } from './audit.ts';
import type { OperationKind } from './operation.ts';
import type { RecordedPrincipal } from './principal.ts';

/** A forbid of `approvals.cedar` that applies to a request, and whose approval lifts it. Plain JSON. */
export interface ApprovalNeed {
  /** The policy's `@id`. */
  readonly policyId: string;
  /**
   * SHA-256 (hex) of the policy, with its annotations, in Cedar's JSON format with sorted keys: an approver of one text has not agreed to another.
   * Comments and spaces don't count.
   */
  readonly policyHash: string;
  /** What is not allowed without an approval. */
  readonly message: string;
  readonly advice: string | null;
  /** The group of `@approvers`. */
  readonly group: string;
  /** How many different people must approve: `@count`, 1 by default, but at least 2 where the principal of the request is not a person with a token. */
  readonly count: number;
}

/**
 * The state of an approval.
 *
 * - `PENDING`: asked for; approvals are missing, and can be given until `decideUntil`;
 * - `APPROVED`: every need has its approvals; can be used until `useUntil`;
 * - `REJECTED`: an approver rejected it;
 * - `EXPIRED`: `decideUntil` or `useUntil` was over, and that is recorded;
 * - `USED`: consumed by the operation `usedBy`.
 */
export type ApprovalState = 'PENDING' | 'APPROVED' | 'REJECTED' | 'EXPIRED' | 'USED';

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
}

/** What an approval is bound to, besides its key. If any part differs, it does not fit the request, and another approval begins. */
export interface ApprovalBinding {
  /** The needs, sorted by policy; their messages and advice don't matter. */
  readonly needs: readonly ApprovalNeed[];
  /** SHA-256 (hex) of the part of the inventory that the decision used. */
  readonly sliceHash: string;
  /** SHA-256 (hex) of the settings of the association before the operation, and its `modifiedAt`; null for a create. */
  readonly before: { readonly settingsHash: string; readonly modifiedAt: string } | null;
}

/**
 * One question to approvers, and what became of it. There is at most one for a request of a principal (`key`); when something that it is
 * bound to changes, or when a new token asks again after it ended, one with a new id takes its place. Plain JSON.
 */
export interface Approval {
  /** `approvalPrefix`, then the ULID of this approval; also the operation id of its audit entries. */
  readonly id: string;
  /** SHA-256, in lower-case hex, over operation, fingerprint, principal, actor and person of `onBehalfOf`. */
  readonly key: string;
  /** Increases by one with every write of this approval, from 1; also the fence of its audit entries. */
  readonly revision: number;
  readonly state: ApprovalState;
  readonly operation: OperationKind;
  /** SHA-256 (hex) of the canonical request. */
  readonly fingerprint: string;
  /** Key of the idempotency record whose token asked. */
  readonly idempotencyKey: string;
  readonly binding: ApprovalBinding;
  /** Who asks for what, as the entry of the question records it. */
  readonly requested: RecordedSubject;
  readonly votes: readonly ApprovalVote[];
  /** When it was asked for: RFC 3339, UTC. */
  readonly requestedAt: string;
  /** Until when it can be approved or rejected. Milliseconds since the epoch. */
  readonly decideUntil: number;
  /** Until when it can be used; null until it is APPROVED. Milliseconds since the epoch. */
  readonly useUntil: number | null;
  /** The operation that used it; null unless USED. */
  readonly usedBy: string | null;
}

/** The public id of an approval, by which it is found without an index. */
export function publicApprovalId({ id, key }: Pick<Approval, 'id' | 'key'>): string {
  return `${id}.${key}`;
}

/** What the decision of an operation records of the approval that it used, so that the decision can be made again. */
export interface UsedApproval {
  readonly approvalId: string;
  readonly votes: readonly ApprovalVote[];
}
