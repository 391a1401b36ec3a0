import type { ApprovalFieldsFragment } from '../generated/approvals.ts';
import { hrefOf } from '../route.ts';
import { Who } from '../trail/cells.tsx';
import { State } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';

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

function Vote({
  vote: { principal, comment, ownRequest, time },
}: {
  readonly vote: Approval['needs'][number]['approvedBy'][number];
}) {
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
