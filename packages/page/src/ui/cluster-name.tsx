import type { ClusterPlace } from '../api/cluster-key.ts';
import { useEnvironment } from '../api/environments.ts';

interface ClusterNameProps {
  readonly place: ClusterPlace;
  /** Where it is known better than from the list of clusters, which not everyone may read. */
  readonly environment?: string | null | undefined;
}

/** A cluster: its environment first, because names of clusters are alike. */
export function ClusterName({ place, environment }: ClusterNameProps) {
  const listed = useEnvironment(place);
  const shown = environment ?? listed;
  const { accountId, region, clusterName } = place;
  return (
    <span title={[shown, clusterName, accountId, region].filter(Boolean).join(' ')}>
      {shown && (
        <>
          <span class="env">
            <bdi>{shown}</bdi>
          </span>{' '}
        </>
      )}
      <bdi>{clusterName}</bdi>
    </span>
  );
}
