import { refusalWordsOf } from '../../../client/src/client/refusal-words.ts';
import type { ApprovalState } from '../../../../src/generated/types.ts';
import type { ApprovalFieldsFragment } from '../generated/approvals.ts';
import { State } from '../ui/state.tsx';
import type { StateName } from '../ui/state.tsx';

type Shown = Pick<ApprovalFieldsFragment, 'state' | 'expiresAt' | 'outcome'>;

const signs: Readonly<Record<Exclude<ApprovalState, 'USED'>, readonly [sign: StateName, word: string]>> = {
  PENDING: ['approval', 'waits for approval'],
  APPROVED: ['approved', 'approved, not used yet'],
  REJECTED: ['rejected', 'rejected'],
  EXPIRED: ['expired', 'expired'],
  WITHDRAWN: ['expired', 'withdrawn'],
};

/**
 * The state of an approval, and what became of its request. What nobody has looked at since its
 * time was over is still recorded as it was.
 */
export function ApprovalSign({ approval }: { readonly approval: Shown }) {
  const [sign, word] = signOf(approval);
  return <State name={sign}>{word}</State>;
}

function signOf({ state, expiresAt, outcome }: Shown): readonly [sign: StateName, word: string] {
  if (state !== 'USED') return signs[isOver(state, expiresAt) ? 'EXPIRED' : state];
  switch (outcome?.status) {
    case 'SUCCEEDED':
      return ['succeeded', 'approved and used'];
    case 'REFUSED':
      return ['refused', `approved, then refused: ${refusalWordsOf(outcome.refusalCode ?? '').title}`];
    case 'RELEASED':
      return ['refused', 'approved, but not made'];
    case 'IN_PROGRESS':
      return ['inProgress', 'approved, the change is under way'];
    case undefined:
      return ['operation', 'approved and used'];
  }
}

/** Whether it can no longer be approved or used. */
export function isOver(state: ApprovalState, expiresAt: string): boolean {
  return (state === 'PENDING' || state === 'APPROVED') && Date.parse(expiresAt) <= Date.now();
}
