import { clusterKey } from '../api/cluster-key.ts';
import { useGateway } from '../api/gateway.ts';
import { hrefOf, setParams } from '../route.ts';
import { Empty } from '../ui/problem.tsx';
import { filterFields } from './rows.ts';
import { Reason } from './status.tsx';
import type { Fleet } from './use-fleet.ts';

/** Why there are no rows, and how to get some. What is not known is never called empty. */
export function Nothing({ fleet: { coverage, text, filters } }: { readonly fleet: Fleet }) {
  const { clusters = 0, notKnown = [] } = coverage ?? {};
  const isNarrowed = text.trim() !== '' || Object.keys(filters).length > 0;
  const { viewer } = useGateway();
  // Scopes of the token are groups for policies, but not something to ask for.
  const groups = viewer.groups.filter((group) => !group.startsWith('scope:'));
  const clear = () => setParams({ ...Object.fromEntries(filterFields.map((name) => [name, null])), q: null });
  if (clusters === 0 && !isNarrowed) {
    return (
      <Empty>
        <p>There is no cluster in which you may list associations.</p>
        <p>
          Owners of a namespace see those in it, platform administrators and auditors see all. You are{' '}
          {groups.length === 0 ? 'in no group' : `in ${groups.join(', ')}`}: ask those who manage these groups.
        </p>
      </Empty>
    );
  }
  return (
    <Empty>
      <p>
        No {notKnown.length > 0 && 'known '}association that you may view {isNarrowed ? 'matches' : 'is here'}.
      </p>
      {notKnown.length > 0 && (
        <>
          <p>There may be some, because not all clusters are known:</p>
          <ul class="fleet-reasons">
            {notKnown.slice(0, 10).map((one) => (
              <li key={clusterKey(one)}>
                <Reason coverage={one} />
              </li>
            ))}
          </ul>
          <p>
            {notKnown.some(({ firstScannedAt }) => firstScannedAt === null)
              ? 'The gateway scans its clusters by itself, a local one within seconds. If this stays, the operators find out why: in the log of the function that scans, and in its alarms.'
              : 'Choose a later time.'}
          </p>
        </>
      )}
      {isNarrowed ? (
        <button type="button" onClick={clear}>
          Clear search and filters
        </button>
      ) : (
        notKnown.length === 0 && (
          <p>
            <a href={hrefOf('bind')}>Bind a role to a service account</a>, and it is here.
          </p>
        )
      )}
    </Empty>
  );
}
