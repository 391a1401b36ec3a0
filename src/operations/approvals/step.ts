import { canBeUsed } from '../../idempotency/approval-use.ts';
import { isExpired } from '../../idempotency/record.ts';
import type { RecordAndApproval } from '../../ledger/approvals.ts';
import type { Approval, ApprovalBinding } from '../../model/approval.ts';
import { changesBetween } from './binding.ts';
import type { EndedApproval } from './refusals.ts';

/** What a request that needs an approval does next. */
export type ApprovalStep =
  /**
   * The record decides. `approval` is the one by which its operation began, and may begin again;
   * null: none may.
   */
  | { readonly kind: 'observe'; readonly approval: Approval | null }
  /** An operation begins by `approval`, if its votes still count. */
  | { readonly kind: 'begin'; readonly approval: Approval }
  /** Another approval is asked for. `changes` is why an earlier one does not fit. */
  | { readonly kind: 'ask'; readonly changes: readonly string[] }
  /** Approvals are missing. */
  | { readonly kind: 'wait'; readonly approval: Approval }
  /** Its time is over, which is recorded before anything follows from it. */
  | { readonly kind: 'expire'; readonly approval: Approval }
  /**
   * What this token asked for ended without being approved and used: the final answer of the token.
   */
  | { readonly kind: 'refuse'; readonly approval: EndedApproval };

/** The request, as far as the next step depends on it. */
export interface ApprovalQuestion {
  readonly idempotencyKey: string;
  readonly fingerprint: string;
  readonly binding: ApprovalBinding;
  /** When the request began: milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * The next step, from what was read together: the table of `docs/decisions/0008-approvals.md`. What
 * has begun is answered from its record, also where a policy of this kind applies by now. `now` is
 * in milliseconds since the epoch.
 */
export function approvalStep(
  { idempotencyKey, fingerprint, binding, startedAt }: ApprovalQuestion,
  { record, approval }: RecordAndApproval,
  now: number,
): ApprovalStep {
  const live = record && !isExpired(record, startedAt) ? record : null;
  const changes = approval ? changesBetween(approval.binding, binding) : [];
  const fits = changes.length === 0;
  if (live && (live.fingerprint !== fingerprint || live.state !== 'RELEASED')) {
    const isOwn = approval?.state === 'USED' && approval.usedBy === live.operationId && fits;
    return { kind: 'observe', approval: isOwn ? approval : null };
  }
  if (approval === null) return { kind: 'ask', changes: [] };
  switch (approval.state) {
    case 'PENDING':
      if (now >= approval.decideUntil) return { kind: 'expire', approval };
      return fits ? { kind: 'wait', approval } : { kind: 'ask', changes };
    case 'APPROVED':
      if (approval.useUntil === null || now >= approval.useUntil) return { kind: 'expire', approval };
      return fits ? { kind: 'begin', approval } : { kind: 'ask', changes };
    case 'REJECTED':
    case 'EXPIRED':
    case 'WITHDRAWN':
      if (approval.idempotencyKey !== idempotencyKey) return { kind: 'ask', changes: [] };
      return { kind: 'refuse', approval: { ...approval, state: approval.state } };
    case 'USED':
      return fits && canBeUsed(approval, live, now) ? { kind: 'begin', approval } : { kind: 'ask', changes: [] };
  }
}
