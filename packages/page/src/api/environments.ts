import { createContext } from 'preact';
import { useContext, useMemo } from 'preact/hooks';
import { BindClusters } from '../generated/bind.ts';
import type { BindClustersQuery } from '../generated/bind.ts';
import { clusterKey } from './cluster-key.ts';
import type { ClusterPlace } from './cluster-key.ts';
import { useConnection } from './use-connection.ts';

/** The environment of a cluster, e.g. `prod`; null where it is not known. */
type EnvironmentOf = (place: ClusterPlace) => string | null;

/** The environments of the clusters that are known so far. */
export const EnvironmentsContext = createContext<EnvironmentOf>(() => null);

const clustersOf = ({ clusters }: BindClustersQuery) => clusters;

/** Reads the environments of the clusters that the person may see. Where that fails, rows lack them. */
export function useEnvironments(): EnvironmentOf {
  const { nodes } = useConnection(BindClusters, { first: 1_000 }, clustersOf, { atLeast: Infinity });
  return useMemo(() => {
    const known = new Map(nodes.map((cluster) => [clusterKey(cluster), cluster.environment]));
    return (place) => known.get(clusterKey(place)) ?? null;
  }, [nodes]);
}

/** The environment of a cluster, if it is known so far. */
export function useEnvironment(place: ClusterPlace): string | null {
  return useContext(EnvironmentsContext)(place);
}
