import { usePolling, useQuery } from '../api/use-query.ts';
import { OneApproval } from '../generated/approvals.ts';
import type { OneApprovalQuery } from '../generated/approvals.ts';
import { hrefOf } from '../route.ts';
import { TargetName, Who } from '../trail/cells.tsx';
import { conditionFacts, settingsDiff } from '../trail/settings-diff.ts';
import { kindWords } from '../trail/words.ts';
import { Id, ClusterName } from '../ui/arn.tsx';
import { Diff } from '../ui/diff.tsx';
import { Facts } from '../ui/facts.tsx';
import { Empty, Problem } from '../ui/problem.tsx';
import { Time } from '../ui/time.tsx';
import { Title } from '../ui/title.tsx';
import { OwnActions } from './own-actions.tsx';
import { Needs, ApprovalSign, isOver } from './sign.tsx';
import { Surroundings } from './surroundings.tsx';
import { VoteForm } from './vote-form.tsx';

type Approval = NonNullable<OneApprovalQuery['approval']>;

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
  const isUnderWay = approval?.outcome?.status === 'IN_PROGRESS';
  usePolling(loaded, isOpen || isUnderWay ? everyMs : null);
  return (
    <>
      <Title>Approval</Title>
      {error && <Problem error={error} retry={reload} />}
      {data === null && error === null && <p class="muted">Reading the approval…</p>}
      {data !== null && approval === null && <Empty>There is no approval {id}, or you may not see it.</Empty>}
      {approval && <Details approval={approval} onChange={reload} />}
    </>
  );
}

function Details({ approval, onChange }: { readonly approval: Approval; readonly onChange: () => void }) {
  const { operation, target, before, request, state, expiresAt, environment } = approval;
  const fields = settingsDiff({ operationKind: operation, before, request });
  return (
    <article class="entry approval">
      <h2>
        <ApprovalSign approval={approval} /> <span class="muted">{kindWords[operation]}</span>{' '}
        <TargetName target={target} environment={environment} />
      </h2>
      {state === 'PENDING' && !isOver(state, expiresAt) && (
        <p>
          It expires <Time at={expiresAt} />.
        </p>
      )}
      <Facts facts={askedFacts(approval)} />
      <h3>{before ? 'The association, and what it becomes' : 'What is created'}</h3>
      <Diff fields={fields} label="Settings" />
      <h3>Who has to agree</h3>
      <Needs approval={approval} />
      <VoteForm approval={approval} onVote={onChange} />
      <OwnActions approval={approval} onChange={onChange} />
      {/* Read again after each change of its state. */}
      <Surroundings key={state} approval={approval} />
      <h3>What it is bound to</h3>
      <p class="muted">
        The approval is for exactly this request. If the request, the policies or the association change before it is
        used, another one is asked for.
      </p>
      <Facts facts={boundFacts(approval)} />
    </article>
  );
}

/** Who asks, in whose name and why, and where. */
function askedFacts({ principal, actor, onBehalfOf, reason, declaration, target, environment }: Approval) {
  const { accountId, region, namespace, serviceAccount } = target;
  return {
    'Asked by': (
      <a href={hrefOf('trail', { principalId: principal.principalId })}>
        <Who principalId={principal.principalId} />
      </a>
    ),
    'Through the service': actor?.principalId,
    'On behalf of': onBehalfOf,
    Reason: reason,
    Declaration: declaration,
    'Service account': `${namespace}/${serviceAccount}`,
    Cluster: <ClusterName place={target} environment={environment} />,
    Account: `${accountId}, ${region}`,
  };
}

function boundFacts({ id, request, requestedAt, expiresAt, before, operationId, principal }: Approval) {
  return {
    Approval: <Id id={id} />,
    Principal: principal.principalId,
    ...conditionFacts(request),
    Asked: <Time at={requestedAt} absolute />,
    Until: <Time at={expiresAt} absolute />,
    'Association, as of': before && <Time at={before.modifiedAt} absolute />,
    'Its entries': <a href={hrefOf('trail', { operationId: id })}>in the trail</a>,
    'Used by': operationId && <Id id={operationId} href={hrefOf('trail/operation', { id: operationId })} />,
  };
}
