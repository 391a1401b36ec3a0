import type { ApprovalFieldsFragment, ApprovalState } from '../generated/approvals.ts';
import { State } from '../ui/state.tsx';
import type { StateName } from '../ui/state.tsx';

const signs: Readonly<Record<ApprovalState, readonly [sign: StateName, word: string]>> = {
  PENDING: ['approval', 'waits for approval'],
  APPROVED: ['approved', 'approved, not used yet'],
  REJECTED: ['rejected', 'rejected'],
  EXPIRED: ['expired', 'expired'],
  USED: ['succeeded', 'approved and used'],
  WITHDRAWN: ['refused', 'withdrawn'],
};

/**
 * The state of an approval. What nobody has looked at since its time was over is still recorded as
 * it was.
 */
export function ApprovalSign({
  approval: { state, expiresAt },
}: {
  readonly approval: Pick<ApprovalFieldsFragment, 'state' | 'expiresAt'>;
}) {
  const [sign, word] = signs[isOver(state, expiresAt) ? 'EXPIRED' : state];
  return <State name={sign}>{word}</State>;
}

/** Whether it can no longer be approved or used. */
export function isOver(state: ApprovalState, expiresAt: string): boolean {
  return (state === 'PENDING' || state === 'APPROVED') && Date.parse(expiresAt) <= Date.now();
}
