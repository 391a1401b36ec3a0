import type { ComponentChildren } from 'preact';
import { useGateway } from '../api/gateway.ts';
import { useConnection } from '../api/use-connection.ts';
import type { Connection } from '../api/use-connection.ts';
import { ApprovalsPage } from '../generated/approvals.ts';
import type { ApprovalFieldsFragment, ApprovalsPageQuery } from '../generated/approvals.ts';
import { hrefOf, useRoute } from '../route.ts';
import { TargetName, Who } from '../trail/cells.tsx';
import { kindWords } from '../trail/words.ts';
import { column, roleColumn, wideColumn } from '../ui/columns.tsx';
import type { Column } from '../ui/columns.tsx';
import { FilterForm, TextFilter } from '../ui/filters.tsx';
import { Head } from '../ui/head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { Ready } from './ready.tsx';
import { ApprovalSign } from './sign.tsx';

const columns: readonly Column<ApprovalFieldsFragment>[] = [
  column('target', 'Service account', 'minmax(0, 2fr)', ({ target, environment }) => (
    <TargetName target={target} environment={environment} />
  )),
  wideColumn('kind', 'Operation', '90px', ({ operation }) => kindWords[operation]),
  roleColumn(({ request, before }) => request.roleArn ?? before?.roleArn),
  wideColumn('who', 'Asked by', 'minmax(80px, 1fr)', ({ principal }) => <Who principalId={principal.principalId} />),
  column('state', 'State', 'minmax(150px, 1fr)', (approval) => (
    <>
      <ApprovalSign approval={approval} />
      <span class="second if-narrow">
        <Who principalId={approval.principal.principalId} />, until <Time at={approval.expiresAt} narrow />
      </span>
    </>
  )),
  wideColumn('asked', 'Asked', '90px', ({ requestedAt }) => <Time at={requestedAt} narrow />),
  wideColumn('ends', 'Until', '90px', ({ expiresAt }) => <Time at={expiresAt} narrow />),
];

/** The approvals of the person: by whose turn it is, or all of a cluster, as the URL says. */
export function Inbox() {
  const { params } = useRoute();
  const clusterName = params.get('clusterName');
  return clusterName === null ? <Turns /> : <OfCluster clusterName={clusterName} />;
}

/** What waits: for the vote of the person, what they asked for, and what waits for others. */
function Turns() {
  const { viewer } = useGateway();
  const pending = useConnection(ApprovalsPage, { scope: { gateway: 'PENDING' }, first: 100 }, pageOf);
  const own = useConnection(ApprovalsPage, { scope: { own: 'OPEN' }, first: 100 }, pageOf);
  const isOwn = ({ principal }: ApprovalFieldsFragment) => principal.principalId === viewer.id;
  const forYou = pending.nodes.filter(({ viewerMayVote }) => viewerMayVote);
  const others = pending.nodes.filter((one) => !one.viewerMayVote && !isOwn(one));
  return (
    <>
      <InboxHead
        connections={[pending, own]}
        text={`${forYou.length} for you, ${own.nodes.length} of yours, ${others.length} of others`}
      />
      <Filters />
      <Ready />
      <Part title="For you" connection={pending} rows={forYou}>
        Nothing waits for your approval.
      </Part>
      <Part title="Yours" connection={own} rows={own.nodes}>
        You have asked for nothing that waits. What you ask for is here until the change is made, also for another tab
        or device.
      </Part>
      {others.length > 0 && <Part title="Others" connection={pending} rows={others} />}
    </>
  );
}

/** All approvals of a cluster, in every state. */
function OfCluster({ clusterName }: { readonly clusterName: string }) {
  const { params } = useRoute();
  const [accountId, region, namespace] = ['accountId', 'region', 'namespace'].map((name) => params.get(name));
  const scope = { cluster: { clusterName, accountId, region, namespace } };
  const connection = useConnection(ApprovalsPage, { scope, first: 100 }, pageOf);
  return (
    <>
      <InboxHead connections={[connection]} text={`${connection.nodes.length}`} />
      <Filters />
      <Part title="" connection={connection} rows={connection.nodes}>
        No approval of this cluster that you may see.
      </Part>
    </>
  );
}

type Loaded = Connection<ApprovalsPageQuery, ApprovalFieldsFragment>;

interface InboxHeadProps {
  readonly connections: readonly Loaded[];
  readonly text: string;
}

function InboxHead({ connections, text }: InboxHeadProps) {
  const isKnown = connections.every(({ loadedAt }) => loadedAt !== null);
  const soFar = connections.some(({ hasMore }) => hasMore) ? ' so far' : '';
  return (
    <Head
      title="Approvals"
      status={isKnown ? text + soFar : 'Reading…'}
      isBusy={connections.some(({ isLoading }) => isLoading)}
      onRefresh={() => connections.forEach(({ reload }) => reload())}
    />
  );
}

function Filters() {
  const { params } = useRoute();
  return (
    <FilterForm label="Filters of the approvals">
      <TextFilter name="clusterName" label="Cluster (what waits in all, if empty)" />
      <TextFilter name="namespace" label="Namespace" disabled={!params.get('clusterName')} />
    </FilterForm>
  );
}

interface PartProps {
  readonly title: string;
  readonly connection: Loaded;
  readonly rows: readonly ApprovalFieldsFragment[];
  /** What is said where there are none. */
  readonly children?: ComponentChildren;
}

function Part({ title, connection, rows, children }: PartProps) {
  const { error, retry, hasMore, loadMore, isLoading, loadedAt } = connection;
  return (
    <section class="inbox" aria-label={title || 'Approvals'}>
      {title && <h2>{title}</h2>}
      {error && <Problem error={error} retry={retry} />}
      {rows.length > 0 && (
        <Table
          label={title ? `Approvals: ${title}` : 'Approvals'}
          columns={columns}
          rows={rows}
          keyOf={({ id }) => id}
          hrefOf={({ id }) => hrefOf('approvals', { id })}
        />
      )}
      {rows.length === 0 && loadedAt !== null && error === null && <p class="muted">{children}</p>}
      {hasMore && loadedAt !== null && (
        <button type="button" onClick={loadMore} disabled={isLoading}>
          Look further
        </button>
      )}
    </section>
  );
}

function pageOf({ approvals }: ApprovalsPageQuery) {
  return approvals;
}
