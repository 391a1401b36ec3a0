import { usePolling, useQuery } from '../api/use-query.ts';
import { OneApproval } from '../generated/approvals.ts';
import type { ApprovalFieldsFragment, OneApprovalQuery } from '../generated/approvals.ts';
import { hrefOf } from '../route.ts';
import { conditionFacts } from '../trail/condition-facts.ts';
import { settingsDiff } from '../trail/settings-diff.ts';
import { TargetName, Who } from '../trail/cells.tsx';
import { kindWords } from '../trail/words.ts';
import { Id } from '../ui/arn.tsx';
import { Diff } from '../ui/diff.tsx';
import { Facts } from '../ui/facts.tsx';
import { Empty, Problem } from '../ui/problem.tsx';
import { State } from '../ui/state.tsx';
import { Title } from '../ui/title.tsx';
import { Time } from '../ui/time.tsx';
import { CurrentDecision } from './current-decision.tsx';
import { ApprovalSign, isOver } from './sign.tsx';
import { VoteForm } from './vote-form.tsx';

type Approval = ApprovalFieldsFragment;

/** How often an approval is read again that can change. Reading writes nothing. */
const everyMs = 10_000;

/**
 * An approval with its own URL: exactly what was asked for, who has to agree, and the way to do so.
 */
export function ApprovalView({ id }: { readonly id: string }) {
  const loaded = useQuery(OneApproval, { id });
  const { data, error, reload } = loaded;
  const approval = data?.approval ?? null;
  const isOpen = approval !== null && ['PENDING', 'APPROVED'].includes(approval.state);
  usePolling(loaded, isOpen ? everyMs : null);
  return (
    <>
      <Title>Approval</Title>
      {error && <Problem error={error} retry={reload} />}
      {data === null && error === null && <p class="muted">Reading the approval…</p>}
      {data !== null && approval === null && <Empty>There is no approval {id}, or you may not see it.</Empty>}
      {approval && <Details approval={approval} onVote={reload} />}
    </>
  );
}

interface DetailsProps {
  readonly approval: NonNullable<OneApprovalQuery['approval']>;
  readonly onVote: () => void;
}

function Details({ approval, onVote }: DetailsProps) {
  const { id, operation, principal, target, before, request, state, expiresAt } = approval;
  const fields = settingsDiff({ operationKind: operation, before, request });
  return (
    <article class="entry approval">
      <h2>
        <ApprovalSign approval={approval} /> <span class="muted">{kindWords[operation]}</span>{' '}
        <TargetName target={target} />
      </h2>
      <p>
        <Who principalId={principal.principalId} /> asks to {kindWords[operation]} this association.
        {state === 'PENDING' && !isOver(state, expiresAt) && (
          <>
            {' '}
            It expires <Time at={expiresAt} />.
          </>
        )}
      </p>
      <h3>{before ? 'The association, and what it becomes' : 'What is created'}</h3>
      <Diff fields={fields} label="Settings" />
      <h3>Who has to agree</h3>
      <Needs approval={approval} />
      <CurrentDecisions approval={approval} />
      {state === 'PENDING' && !isOver(state, expiresAt) && <VoteForm id={id} onVote={onVote} />}
      <h3>What it is bound to</h3>
      <p class="muted">
        The approval is for exactly this request. If the request, the policies or the association change before it is
        used, another one is asked for.
      </p>
      <Facts facts={factsOf(approval)} />
    </article>
  );
}

function CurrentDecisions({ approval }: Pick<DetailsProps, 'approval'>) {
  const { currentDecision, currentDeleteDecision, needs } = approval;
  const askedFor = needs.map(({ policyId }) => policyId);
  const title = 'What policy says now';
  return (
    <>
      {currentDecision && <CurrentDecision {...{ title, askedFor, decision: currentDecision }} />}
      {currentDeleteDecision && (
        <CurrentDecision
          {...{ askedFor, decision: currentDeleteDecision }}
          title={`${title} of the deletion at its end`}
        />
      )}
    </>
  );
}

const voidReasons: Readonly<Record<Approval['voidedVotes'][number]['reason'], string>> = {
  VOTER_LOCKED: 'the voter was locked since',
  POLICY_DENIED: 'policy does not permit it any more',
  GROUP_NOT_RECORDED: 'policy now compares a group that was not recorded with it',
};

function Needs({ approval: { needs, rejectedBy, voidedVotes } }: { readonly approval: Approval }) {
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
          <State name="rejected" /> <Vote vote={rejectedBy} />
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

function factsOf(approval: Approval) {
  const { id, principal, actor, onBehalfOf, reason, requestedAt, expiresAt, before, operationId } = approval;
  const { request, declaration } = approval;
  return {
    Approval: <Id id={id} />,
    'Asked by': <a href={hrefOf('trail', { principalId: principal.principalId })}>{principal.principalId}</a>,
    'Through the service': actor?.principalId,
    'On behalf of': onBehalfOf,
    Reason: reason,
    Declaration: declaration,
    ...conditionFacts(request),
    Asked: <Time at={requestedAt} absolute />,
    Until: <Time at={expiresAt} absolute />,
    'Association, as of': before && <Time at={before.modifiedAt} absolute />,
    'Its entries': <a href={hrefOf('trail', { operationId: id })}>in the trail</a>,
    'Used by': operationId && <Id id={operationId} href={hrefOf('trail/operation', { id: operationId })} />,
  };
}
