import { useConnection } from '../api/use-connection.ts';
import { ApprovalsPage } from '../generated/approvals.ts';
import type {
  ApprovalFieldsFragment,
  ApprovalsPageQuery,
  ApprovalsPageQueryVariables,
} from '../generated/approvals.ts';
import { hrefOf, setParams, useRoute } from '../route.ts';
import { TargetName, Who } from '../trail/cells.tsx';
import { kindWords } from '../trail/words.ts';
import { Arn } from '../ui/arn.tsx';
import { Empty, Problem } from '../ui/problem.tsx';
import { Table } from '../ui/table.tsx';
import type { Column } from '../ui/table.tsx';
import { Title } from '../ui/title.tsx';
import { Time } from '../ui/time.tsx';
import { ApprovalSign } from './sign.tsx';

const columns: readonly Column<ApprovalFieldsFragment>[] = [
  {
    key: 'target',
    label: 'Service account',
    width: 'minmax(0, 2fr)',
    cell: ({ target }) => <TargetName target={target} />,
  },
  { key: 'kind', label: 'Operation', width: '90px', cell: ({ operation }) => kindWords[operation], isWide: true },
  {
    key: 'role',
    label: 'Role',
    width: 'minmax(100px, 2fr)',
    isWide: true,
    cell: ({ request, before }) => {
      const arn = request.roleArn ?? before?.roleArn;
      return arn ? <Arn arn={arn} /> : null;
    },
  },
  {
    key: 'who',
    label: 'Asked by',
    width: 'minmax(80px, 1fr)',
    isWide: true,
    cell: ({ principal }) => <Who principalId={principal.principalId} />,
  },
  {
    key: 'state',
    label: 'State',
    width: 'minmax(150px, 1fr)',
    cell: (approval) => (
      <>
        <ApprovalSign approval={approval} />
        <span class="second if-narrow">
          <Who principalId={approval.principal.principalId} />, until <Time at={approval.expiresAt} narrow />
        </span>
      </>
    ),
  },
  {
    key: 'asked',
    label: 'Asked',
    width: '90px',
    cell: ({ requestedAt }) => <Time at={requestedAt} narrow />,
    isWide: true,
  },
  {
    key: 'ends',
    label: 'Until',
    width: '90px',
    cell: ({ expiresAt }) => <Time at={expiresAt} narrow />,
    isWide: true,
  },
];

/** The pending approvals of all clusters, or all of a cluster, as the URL says. */
export function Inbox() {
  const { params } = useRoute();
  const connection = useConnection(ApprovalsPage, { ...scopeOf(params), first: 100 }, pageOf);
  const { nodes, hasMore, isLoading, error, loadedAt, reload, retry, loadMore } = connection;
  const cluster = params.get('clusterName') ?? '';
  return (
    <>
      <div class="title">
        <Title>Approvals</Title>
        <span class="muted" role="status">
          {loadedAt === null ? 'Reading…' : countText(nodes.length, cluster === '', hasMore)}
        </span>
        <button type="button" onClick={reload} disabled={isLoading}>
          Refresh
        </button>
      </div>
      <form
        class="filters"
        role="search"
        aria-label="Filters of the approvals"
        onSubmit={(event) => event.preventDefault()}
      >
        {(
          [
            ['clusterName', 'Cluster (pending ones of all, if empty)'],
            ['namespace', 'Namespace'],
          ] as const
        ).map(([name, label]) => (
          <label key={name}>
            {label}
            <input
              type="text"
              value={params.get(name) ?? ''}
              disabled={name === 'namespace' && cluster === ''}
              onChange={(event) => setParams({ [name]: event.currentTarget.value.trim() })}
            />
          </label>
        ))}
      </form>
      {error && <Problem error={error} retry={retry} />}
      {nodes.length > 0 && (
        <Table
          label="Approvals"
          columns={columns}
          rows={nodes}
          keyOf={({ id }) => id}
          hrefOf={({ id }) => hrefOf('approvals', { id })}
          onEnd={loadMore}
        />
      )}
      {nodes.length === 0 && loadedAt !== null && error === null && (
        <Empty>
          {hasMore ? (
            <button type="button" onClick={loadMore}>
              Look further
            </button>
          ) : (
            'Nothing waits for approval. Here are the requests that you sent and those that you may approve, where policy asks for it.'
          )}
        </Empty>
      )}
    </>
  );
}

function countText(count: number, isPending: boolean, hasMore: boolean): string {
  return `${count}${isPending ? ' pending' : ''}${hasMore ? ' so far' : ''}`;
}

function pageOf({ approvals }: ApprovalsPageQuery) {
  return approvals;
}

/** Those of a cluster in every state, or the pending ones of all. */
function scopeOf(params: URLSearchParams): Pick<ApprovalsPageQueryVariables, 'scope'> {
  const clusterName = params.get('clusterName');
  if (clusterName === null) return { scope: { gateway: 'PENDING' } };
  const [accountId, region, namespace] = [params.get('accountId'), params.get('region'), params.get('namespace')];
  return { scope: { cluster: { accountId, region, clusterName, namespace } } };
}
