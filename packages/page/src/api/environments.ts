import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { BindClusters } from '../generated/bind.ts';
import type { BindClustersQuery } from '../generated/bind.ts';
import { clusterKey } from './cluster-key.ts';
import type { ClusterPlace } from './cluster-key.ts';

type Environments = ReadonlyMap<string, string>;

/** The environments of the clusters that are known so far, by {@link clusterKey}. */
export const EnvironmentsContext = createContext<Environments>(new Map());

/** A page of the API examines 25 clusters. */
const maxPages = 40;

/** Reads the environments of the clusters that the person may see. Where that fails, rows lack them. */
export function useEnvironments(client: GatewayClient): Environments {
  const [environments, setEnvironments] = useState<Environments>(new Map());
  useEffect(() => {
    const abort = new AbortController();
    void load(client, setEnvironments, abort.signal).catch(() => undefined);
    return () => abort.abort();
  }, [client]);
  return environments;
}

async function load(client: GatewayClient, onPage: (known: Environments) => void, signal: AbortSignal): Promise<void> {
  const known = new Map<string, string>();
  let after: string | null = null;
  for (let page = 0; page < maxPages; page += 1) {
    const { clusters }: BindClustersQuery = await client.request(BindClusters, { first: 1_000, after }, { signal });
    for (const cluster of clusters?.nodes ?? []) known.set(clusterKey(cluster), cluster.environment);
    onPage(new Map(known));
    after = clusters?.pageInfo.hasNextPage ? clusters.pageInfo.endCursor : null;
    if (after === null) return;
  }
}

/** The environment of a cluster, e.g. `prod`; null where it is not known. */
export function environmentIn(environments: Environments, place: ClusterPlace): string | null {
  return environments.get(clusterKey(place)) ?? null;
}

/** As {@link environmentIn}, of those that are known so far. */
export function useEnvironment(place: ClusterPlace): string | null {
  return environmentIn(useContext(EnvironmentsContext), place);
}
