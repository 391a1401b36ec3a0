import { useEffect, useState } from 'preact/hooks';
import { clusterKey } from './draft.ts';
import type { Draft } from './draft.ts';
import { readLastCluster } from './last-cluster.ts';
import { clusterFields, clusterOf } from './place.tsx';
import type { Cluster } from './place.tsx';

interface Offered {
  readonly nodes: readonly Cluster[];
  readonly hasMore: boolean;
}

/**
 * The cluster of a form, if it is one that the person sees. Without one, the form begins with the only one that the person sees, or
 * with the one that they used last, which `isRemembered` says until they choose.
 */
export function useCluster(viewerId: string, draft: Draft, clusters: Offered, fill: (fields: Draft) => void) {
  const [remembered, setRemembered] = useState<string | null>(null);
  const [first] = clusters.nodes;
  const isOnly = clusters.nodes.length === 1 && !clusters.hasMore;
  const last = isOnly ? null : readLastCluster(viewerId);
  const found = isOnly ? first : clusters.nodes.find((one) => clusterKey(one) === last);
  const cluster = clusterOf(draft, clusters.nodes);
  // A link may leave out account and region.
  const isPart = cluster !== undefined && !clusters.hasMore && !(draft.accountId && draft.region);
  const preset = draft.associationId ? undefined : isPart ? cluster : draft.clusterName ? undefined : found;
  useEffect(() => {
    if (preset === undefined) return;
    if (!isOnly && !draft.clusterName) setRemembered(clusterKey(preset));
    fill(clusterFields(preset));
  }, [preset && clusterKey(preset)]);
  return { cluster, isRemembered: cluster !== undefined && remembered === clusterKey(cluster) };
}
