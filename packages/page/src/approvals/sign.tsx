import type { ApprovalState } from '../../../../src/generated/types.ts';
import { refusalWordsOf } from '../../../client/src/client/refusal-words.ts';
import type { ApprovalFieldsFragment } from '../generated/approvals.ts';
import { hrefOf } from '../route.ts';
import { Who } from '../trail/cells.tsx';
import { State } from '../ui/state.tsx';
import type { StateName } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';

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

type Approval = ApprovalFieldsFragment;

const voidReasons: Readonly<Record<Approval['voidedVotes'][number]['reason'], string>> = {
  VOTER_LOCKED: 'the voter was locked since',
  POLICY_DENIED: 'policy does not permit it any more',
  GROUP_NOT_RECORDED: 'policy now compares a group that was not recorded with it',
};

/** Who has to agree, who has, and whose vote does not count. */
export function Needs({ approval: { needs, rejectedBy, voidedVotes } }: { readonly approval: Approval }) {
  return (
    <ul class="needs">
      {needs.map(({ policyId, message, group, count, operation, approvedBy }) => (
        <li key={`${policyId} ${operation}`}>
          <State name={approvedBy.length >= count ? 'approved' : 'approval'}>
            {approvedBy.length} of {count} of {group}
          </State>{' '}
          {operation && 'for the deletion at its end: '}
          <bdi>{message}</bdi>{' '}
          <a href={hrefOf('operations', { policy: policyId })}>
            <code>{policyId}</code>
          </a>
          <ul>
            {approvedBy.map((vote) => (
              <Vote key={vote.principal.principalId} vote={vote} />
            ))}
          </ul>
        </li>
      ))}
      {rejectedBy && (
        <li>
          <State name="rejected" />
          <ul>
            <Vote vote={rejectedBy} />
          </ul>
        </li>
      )}
      {voidedVotes.map(({ principal, time, reason }) => (
        <li key={`${principal.principalId} ${time}`}>
          <State name="voided" /> The vote of <Who principalId={principal.principalId} />, <Time at={time} />, does not
          count any more: {voidReasons[reason]}.
        </li>
      ))}
    </ul>
  );
}

function Vote({ vote }: { readonly vote: Approval['needs'][number]['approvedBy'][number] }) {
  const { principal, comment, ownRequest, time } = vote;
  return (
    <li>
      <Who principalId={principal.principalId} />, <Time at={time} />
      {ownRequest && ', a request of their own'}
      {comment && (
        <>
          : <bdi>{comment}</bdi>
        </>
      )}
    </li>
  );
}
