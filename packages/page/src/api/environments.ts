import { createContext } from 'preact';
import { useContext, useMemo } from 'preact/hooks';
import { BindClusters } from '../generated/bind.ts';
import type { BindClustersQuery } from '../generated/bind.ts';
import { useConnection } from './use-connection.ts';

/** A cluster of an account and a region. */
export interface ClusterPlace {
  readonly accountId: string;
  readonly region: string;
  readonly clusterName: string;
}

type Environments = ReadonlyMap<string, string>;

/** The environments of the clusters that are known so far, by {@link clusterKey}. */
export const EnvironmentsContext = createContext<Environments>(new Map());

/** What tells a cluster from all others. */
export function clusterKey({ accountId, region, clusterName }: ClusterPlace): string {
  return `${accountId}/${region}/${clusterName}`;
}

/** More clusters than these are not read. */
const mostClusters = 1_000;
const variables = { first: mostClusters };
const clustersOf = ({ clusters }: BindClustersQuery) => clusters;

/** Reads the environments of the clusters that the person may see. Where that fails, rows lack them. */
export function useEnvironments(): Environments {
  const { nodes } = useConnection(BindClusters, variables, clustersOf, { atLeast: mostClusters });
  return useMemo(() => new Map(nodes.map((cluster) => [clusterKey(cluster), cluster.environment])), [nodes]);
}

/** The environment of a cluster, e.g. `prod`; null where it is not known. */
export function environmentIn(environments: Environments, place: ClusterPlace): string | null {
  return environments.get(clusterKey(place)) ?? null;
}

/** As {@link environmentIn}, of those that are known so far. */
export function useEnvironment(place: ClusterPlace): string | null {
  return environmentIn(useContext(EnvironmentsContext), place);
}
