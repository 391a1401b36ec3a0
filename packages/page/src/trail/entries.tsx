import { useGateway } from '../api/gateway.ts';
import { useConnection } from '../api/use-connection.ts';
import type { Connection } from '../api/use-connection.ts';
import { TrailPage } from '../generated/trail.ts';
import type { LineFragment, TrailPageQuery } from '../generated/trail.ts';
import { hrefOf, useRoute } from '../route.ts';
import { column, roleColumn, wideColumn } from '../ui/columns.tsx';
import type { Column } from '../ui/columns.tsx';
import { Head } from '../ui/head.tsx';
import { Panel } from '../ui/panel.tsx';
import { Boundary, Empty, Problem } from '../ui/problem.tsx';
import { saveFile } from '../ui/save-file.ts';
import { Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { Event, Subject, Who } from './cells.tsx';
import { EntryDetails } from './entry.tsx';
import { csvOf } from './export.ts';
import { Filters } from './filters.tsx';
import { filterOf } from './scope.ts';
import { eventWords, kindWords } from './words.ts';

/** The most entries of a page of the API. */
const pageSize = 200;

const columns: readonly Column<LineFragment>[] = [
  column('event', 'Event', 'minmax(110px, 1fr)', ({ event }) => <Event event={event} />),
  column('time', 'Time', '84px', ({ time }) => <Time at={time} narrow />),
  wideColumn('kind', 'Operation', '100px', ({ operationKind }) => kindWords[operationKind]),
  column('target', 'Service account', 'minmax(90px, 1.4fr)', (entry) => <Subject {...entry} />),
  roleColumn(({ request }) => request?.roleArn),
  wideColumn('principal', 'Who', 'minmax(90px, 1fr)', ({ principal }) => <Who principalId={principal.principalId} />),
  wideColumn('message', 'Message', 'minmax(120px, 3fr)', ({ message }) => <bdi>{message}</bdi>),
];

/** The entries that the URL names, newest first; one of them may be open beside them. */
export function Entries() {
  const { params } = useRoute();
  const { viewer } = useGateway();
  const filter = filterOf(params, viewer.id);
  const connection = useConnection(TrailPage, filter && { ...filter, first: pageSize }, pageOf);
  const { nodes, pages, hasMore, isLoading, error, reload, retry, loadMore } = connection;
  const open = params.get('open');
  const omitted = pages[0]?.auditTrail?.omittedEvents ?? [];
  return (
    <>
      <Head title="Trail" status={statusText(connection)} isBusy={isLoading} onRefresh={reload}>
        <Export entries={nodes} />
      </Head>
      <Filters />
      {error && <Problem error={error} retry={retry} />}
      {omitted.length > 0 && (
        <p class="muted">
          Entries with these events are not in this scope: {omitted.map((event) => eventWords[event][0]).join(', ')}.
        </p>
      )}
      <div class={open === null ? 'split' : 'split is-open'}>
        {filter === null ? (
          <Empty>Fill in what to read: see the fields beside the scope.</Empty>
        ) : nodes.length > 0 ? (
          <Table
            label="Audit entries"
            columns={columns}
            rows={nodes}
            keyOf={({ id }) => id}
            hrefOf={({ id }) => hrefOf('trail', { ...Object.fromEntries(params), open: id })}
            selected={open}
            onEnd={loadMore}
          />
        ) : (
          !isLoading && error === null && <Nothing {...{ hasMore, loadMore }} />
        )}
        {open !== null && (
          <Boundary key={open}>
            <Panel id={open} heading="Audit entry">
              <EntryDetails id={open} />
            </Panel>
          </Boundary>
        )}
      </div>
    </>
  );
}

type Loaded = Connection<TrailPageQuery, LineFragment>;

function statusText({ nodes, isLoading, hasMore, loadedAt }: Loaded): string {
  const noun = nodes.length === 1 ? 'entry' : 'entries';
  const count = `${nodes.length.toLocaleString('en')} ${noun}${hasMore ? ' so far' : ''}`;
  if (isLoading) return nodes.length === 0 ? 'Reading…' : `${count}, reading more…`;
  return loadedAt === null ? '' : count;
}

function pageOf({ auditTrail }: TrailPageQuery) {
  return auditTrail;
}

/**
 * A page of the API examines 1,000 entries: with filters it can be empty although others follow.
 */
function Nothing({ hasMore, loadMore }: Pick<Loaded, 'hasMore' | 'loadMore'>) {
  if (hasMore)
    return (
      <Empty>
        <p>No entry among those that were examined so far.</p>
        <button type="button" onClick={loadMore}>
          Look further back
        </button>
      </Empty>
    );
  return (
    <Empty>
      No entries. Every request to change an association leaves one, also if it is denied: try a wider scope or time.
    </Empty>
  );
}

/** Saves the entries that are loaded as a file. */
function Export({ entries }: { readonly entries: readonly LineFragment[] }) {
  const isEmpty = entries.length === 0;
  return (
    <span class="export">
      <button type="button" disabled={isEmpty} onClick={() => saveFile('text/csv', 'audit-trail.csv', csvOf(entries))}>
        CSV
      </button>{' '}
      <button
        type="button"
        disabled={isEmpty}
        onClick={() => saveFile('application/json', 'audit-trail.json', JSON.stringify(entries, null, 2))}
      >
        JSON
      </button>
    </span>
  );
}
