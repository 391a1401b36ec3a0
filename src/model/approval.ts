import { approvalPrefix } from './audit.ts';
import type { ApprovalNeed, ApprovalVote, VoidedVote } from './approval-vote.ts';
import type { RecordedSubject } from './audit.ts';
import type { AssociationTarget } from './association.ts';
import type { OperationKind, RequestedOperation } from './operation.ts';

/**
 * The state of an approval.
 *
 * - `PENDING`: asked for; approvals are missing, and can be given until `decideUntil`;
 * - `APPROVED`: every need has its approvals; can be used until `useUntil`;
 * - `REJECTED`: an approver rejected it;
 * - `EXPIRED`: `decideUntil` or `useUntil` was over, and that is recorded;
 * - `USED`: consumed by the operation `usedBy`;
 * - `WITHDRAWN`: who asked withdrew it.
 */
type ApprovalState = 'PENDING' | 'APPROVED' | 'REJECTED' | 'EXPIRED' | 'USED' | 'WITHDRAWN';

/**
 * What an approval is bound to, besides its key. If any part differs, it does not fit the request,
 * and another approval begins.
 */
export interface ApprovalBinding {
  /**
   * The needs, sorted by policy, those of the request itself first; their messages and advice don't
   * matter.
   */
  readonly needs: readonly ApprovalNeed[];
  /** SHA-256 (hex) of the part of the inventory that the decision used. */
  readonly sliceHash: string;
  /** The declaration of the request; absent without one. */
  readonly declaration?: string;
  /**
   * SHA-256 (hex) of the settings of the association before the operation, and its `modifiedAt`;
   * null for a create.
   */
  readonly before: { readonly settingsHash: string; readonly modifiedAt: string } | null;
}

/**
 * Who asks for which change: a request that policy could decide about, so its target and its
 * canonical form are known.
 */
type RequestedChange = Omit<RecordedSubject, 'target' | 'operation' | 'request'> &
  RequestedOperation & { readonly target: AssociationTarget };

/**
 * One question to approvers, and what became of it. There is at most one for a request of a
 * principal (`key`); when something that it is bound to changes, or when a new token asks again
 * after it ended, one with a new id takes its place. Plain JSON.
 */
export interface Approval {
  /**
   * `approvalPrefix`, then the ULID of this approval; also the operation id of its audit entries.
   */
  readonly id: string;
  /**
   * SHA-256, in lower-case hex, over operation, fingerprint, principal, actor and person of
   * `onBehalfOf`.
   */
  readonly key: string;
  /**
   * Increases by one with every write of this approval, from 1; also the fence of its audit
   * entries.
   */
  readonly revision: number;
  readonly state: ApprovalState;
  readonly operation: OperationKind;
  /** SHA-256 (hex) of the canonical request. */
  readonly fingerprint: string;
  /** Key of the idempotency record whose token asked. */
  readonly idempotencyKey: string;
  readonly binding: ApprovalBinding;
  /** Who asks for what, as the entry of the question records it. */
  readonly requested: RequestedChange;
  readonly votes: readonly ApprovalVote[];
  /**
   * The votes that do not count any more, oldest first, at most {@link maxVoidedVotes}; absent
   * without any.
   */
  readonly voidedVotes?: readonly VoidedVote[];
  /**
   * When the request was rejected last, at most twice, oldest first: RFC 3339, UTC. Also by
   * approvals in whose place this one is.
   */
  readonly rejectedAt?: readonly string[];
  /** When it was asked for: RFC 3339, UTC. */
  readonly requestedAt: string;
  /** Until when it can be approved or rejected. Milliseconds since the epoch. */
  readonly decideUntil: number;
  /** Until when it can be used; null until it is APPROVED. Milliseconds since the epoch. */
  readonly useUntil: number | null;
  /** The operation that used it; null unless USED. */
  readonly usedBy: string | null;
  /**
   * The token that asked, for the principal and actor that asked and nobody else; absent in
   * approvals of earlier versions.
   */
  readonly clientRequestToken?: string;
}

/**
 * The longest time that an approval can be given, and that one can be used, in milliseconds: what
 * people agreed to long ago is not what they would agree to now.
 */
export const maxApprovalMs = 30 * 86_400_000;

/** How many voided votes an approval keeps: the trail has all. */
export const maxVoidedVotes = 20;

/** The public id of an approval, by which it is found without an index. */
export function publicApprovalId({ id, key }: Pick<Approval, 'id' | 'key'>): string {
  return `${id}.${key}`;
}

/** Parses a public id; null if it can't be the id of an approval. */
export function parseApprovalId(text: string): Pick<Approval, 'id' | 'key'> | null {
  const [, id, key] = publicIdPattern.exec(text) ?? [];
  return id === undefined || key === undefined ? null : { id, key };
}

const publicIdPattern = new RegExp(`^(${approvalPrefix}[0-9A-HJKMNP-TV-Z]{26})\\.([0-9a-f]{64})$`);

/**
 * When the clock ends that applied last, in milliseconds since the epoch: that of the approval's
 * use, if it was approved.
 */
export function expiryOf({ useUntil, decideUntil }: Pick<Approval, 'useUntil' | 'decideUntil'>): number {
  return useUntil ?? decideUntil;
}
