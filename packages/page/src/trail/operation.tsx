import { usePolling, useQuery } from '../api/use-query.ts';
import { TrailOperation } from '../generated/trail.ts';
import type { LineFragment, TrailOperationQuery } from '../generated/trail.ts';
import { hrefOf } from '../route.ts';
import { Id } from '../ui/arn.tsx';
import { Facts } from '../ui/facts.tsx';
import { Empty, Problem } from '../ui/problem.tsx';
import { State } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { Title } from '../ui/title.tsx';
import { Event, TargetName, Who } from './cells.tsx';
import { kindWords } from './words.ts';

type Operation = NonNullable<TrailOperationQuery['operation']>;

/** Ids of what is not an operation, such as locks and drift, begin with a word. */
const isOperation = (id: string) => !/^[a-z]+-/.test(id);

/** An operation with its own URL, followed to its end. */
export function OperationView({ id }: { readonly id: string }) {
  const loaded = useQuery(TrailOperation, { id });
  const { data, error, reload } = loaded;
  const operation = data?.operation ?? null;
  usePolling(loaded, operation?.status === 'IN_PROGRESS' ? (operation.retryAfterSeconds ?? 5) * 1_000 : null);
  return (
    <>
      <Title>Operation</Title>
      {error && <Problem error={error} retry={reload} />}
      {data === null && error === null && <p class="muted">Reading the operation…</p>}
      {data !== null && operation === null && (
        <Empty>There is no operation {id}, or you may not read its entries.</Empty>
      )}
      {operation && <OperationDetails operation={operation} />}
    </>
  );
}

function OperationDetails({ operation }: { readonly operation: Operation }) {
  const { id, kind, status, target, startedAt, completedAt, approvalId, associationArn, message } = operation;
  return (
    <article class="entry">
      <h2>
        <Status status={status} /> <span class="muted">{kindWords[kind]}</span> <TargetName target={target} />
      </h2>
      {message && <p>{message}</p>}
      {status === 'IN_PROGRESS' && (
        <p class="notice" role="status">
          What became of the EKS call is not known yet. The gateway finds out by itself, and this page asks again: you
          can close it.
        </p>
      )}
      <Facts
        facts={{
          Operation: <Id id={id} />,
          Started: <Time at={startedAt} absolute />,
          Completed: completedAt && <Time at={completedAt} absolute />,
          Approval: approvalId && <Id id={approvalId} href={hrefOf('approvals', { id: approvalId })} />,
          Association: associationArn && <Id id={associationArn} href={hrefOf('trail', { associationArn })} />,
        }}
      />
      <Timeline entries={operation.entries} />
    </article>
  );
}

const statusSigns = {
  IN_PROGRESS: 'inProgress',
  SUCCEEDED: 'succeeded',
  REFUSED: 'refused',
  RELEASED: 'refused',
} as const;

function Status({ status }: Pick<Operation, 'status'>) {
  return <State name={statusSigns[status]}>{status.toLowerCase().replace('_', ' ')}</State>;
}

/** The other entries of the operation of an entry. */
export function OperationEntries({ id, selected }: { readonly id: string; readonly selected: string }) {
  const { data } = useQuery(TrailOperation, isOperation(id) ? { id } : null);
  const entries = data?.operation?.entries ?? [];
  if (entries.length < 2) return null;
  return <Timeline entries={entries} selected={selected} />;
}

function Timeline({ entries, selected }: { readonly entries: readonly LineFragment[]; readonly selected?: string }) {
  return (
    <>
      <h3>Operation entries</h3>
      <ol class="timeline">
        {entries.map(({ id, time, event, principal, message }) => (
          <li key={id} aria-current={id === selected || undefined}>
            <a href={hrefOf('trail/entry', { id })}>
              <Event event={event} />
            </a>{' '}
            <span class="muted">
              <Time at={time} /> by <Who principalId={principal.principalId} />
            </span>
            {message && (
              <div>
                <bdi>{message}</bdi>
              </div>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}
