import { useContext } from 'preact/hooks';
import { clusterKey } from '../api/cluster-key.ts';
import { EnvironmentsContext } from '../api/environments.ts';
import { setParams } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { saveFile } from '../ui/save-file.ts';
import { State } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import type { ClusterCoverage, CoverageSummary } from './coverage.ts';
import { fleetCsv } from './export.ts';
import { enough } from './use-fleet.ts';
import type { Fleet } from './use-fleet.ts';

/**
 * What is shown, its age, and what is not known. Its height does not change, so that the rows stay
 * where they are.
 */
export function Status({ fleet }: { readonly fleet: Fleet }) {
  const { connection, coverage, asOf } = fleet;
  return (
    <div class="fleet-status">
      <p role="status">
        <Count fleet={fleet} />
        {asOf !== null && (
          <>
            , as of <Time at={asOf} absolute />
          </>
        )}
      </p>
      <div class="fleet-known">{coverage !== null && <Coverage coverage={coverage} asOf={asOf} />}</div>
      <ExportCsv fleet={fleet} />
      {asOf !== null && (
        <button type="button" onClick={() => setParams({ asOf: null })}>
          Show now
        </button>
      )}
      <button type="button" disabled={connection.isLoading} onClick={connection.reload}>
        Reload
      </button>
    </div>
  );
}

/** Saves the rows that are shown, as of the time that is shown. */
function ExportCsv({ fleet: { rows, connection, coverage, asOf } }: { readonly fleet: Fleet }) {
  const environmentOf = useContext(EnvironmentsContext);
  const isIncomplete = connection.hasMore || [...(coverage?.notKnown ?? []), ...(coverage?.failed ?? [])].length > 0;
  const save = () => {
    const { name, text } = fleetCsv(rows, { asOf, isIncomplete, environmentOf }, new Date().toISOString());
    saveFile('text/csv', name, text);
  };
  return (
    <button type="button" disabled={rows.length === 0 || connection.isLoading} onClick={save}>
      CSV
    </button>
  );
}

function Count({ fleet: { connection, rows, isSearching } }: { readonly fleet: Fleet }) {
  const { nodes, isLoading, hasMore, error, loadMore, retry } = connection;
  const loaded = nodes.length.toLocaleString('en');
  const shown = rows.length === nodes.length ? '' : `${rows.length.toLocaleString('en')} of `;
  if (error !== null && nodes.length === 0) return <>Not read</>;
  if (error !== null) {
    return (
      <>
        {shown}
        {loaded} loaded so far, then: <span title={error.message}>{error.message}</span>{' '}
        <button type="button" onClick={retry}>
          Try again
        </button>
      </>
    );
  }
  if (isLoading || (hasMore && nodes.length < enough))
    return <>{nodes.length === 0 ? 'Reading the associations…' : `${shown}${loaded} loaded so far…`}</>;
  if (isSearching) return <>{`${shown}${loaded}, asking the gateway…`}</>;
  if (!hasMore) return <>{`${shown}${loaded} association${nodes.length === 1 ? '' : 's'}`}</>;
  return (
    <>
      {shown}
      {loaded} loaded, there are more{' '}
      <button type="button" onClick={loadMore}>
        Load more
      </button>
    </>
  );
}

/**
 * Clusters of which the list is not complete, by name and reason. What does not fit into the line
 * lies over the list when it is opened.
 */
function Coverage({ coverage, asOf }: { readonly coverage: CoverageSummary; readonly asOf: string | null }) {
  const { clusters, notKnown, failed, gone, oldestScanAt } = coverage;
  const count = `${clusters} cluster${clusters === 1 ? '' : 's'}`;
  const problems = [...notKnown, ...failed];
  if (problems.length === 0) {
    return (
      <p class="muted">
        {count}
        {oldestScanAt !== null && asOf === null && (
          <>
            , all scanned since <Time at={oldestScanAt} />
          </>
        )}
        {gone.length > 0 && `, gone: ${gone.map(({ clusterName }) => clusterName).join(', ')}`}
      </p>
    );
  }
  return (
    <details class="fleet-coverage menu">
      <summary>
        <span class="state waiting">
          <Icon name="question" />
          {problems.length} of {count} not {notKnown.length > 0 ? 'known' : 'up to date'}:{' '}
          {problems
            .map(({ clusterName, failure }) => (failure === null ? clusterName : `${clusterName} (${failure})`))
            .join(', ')}
        </span>
      </summary>
      <ul>
        {problems.map((one) => (
          <li key={clusterKey(one)}>
            <Reason coverage={one} />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Why what is shown of a cluster is not complete. */
export function Reason({ coverage }: { readonly coverage: Omit<ClusterCoverage, 'accountId' | 'region'> }) {
  const { clusterName, isKnown, firstScannedAt, scannedAt, failure } = coverage;
  const failed = failure !== null && (
    <>
      {' '}
      <State name="failed">the last scan failed</State>: <code>{failure}</code>.
    </>
  );
  if (!isKnown && firstScannedAt !== null) {
    return (
      <>
        <b>{clusterName}</b> was first scanned <Time at={firstScannedAt} absolute />: what it had before is not known.
      </>
    );
  }
  if (!isKnown) {
    return (
      <>
        <b>{clusterName}</b> has not been scanned yet: only changes through the gateway are known.{failed}
      </>
    );
  }
  return (
    <>
      <b>{clusterName}</b> was scanned <Time at={scannedAt ?? ''} />; changes since are not known.{failed}
    </>
  );
}
