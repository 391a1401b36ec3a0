import { useEffect, useState } from 'preact/hooks';
import { clusterKey } from '../api/cluster-key.ts';
import { useConnection } from '../api/use-connection.ts';
import { useQuery } from '../api/use-query.ts';
import { BindClusters, BindNamespaces, BindRoles, BoundAssociation, BoundExpiry } from '../generated/bind.ts';
import type { BindClustersQuery, BindNamespacesQuery } from '../generated/bind.ts';
import { useSettled } from '../ui/use-settled.ts';
import { offeredFor } from './change.ts';
import type { Bound, Cluster } from './change.ts';
import { kindOf, tagsOf } from './draft.ts';
import type { Draft } from './draft.ts';
import { readLastCluster } from './pending.ts';
import { clusterFields, clusterOf } from './place.tsx';

const clustersOf = ({ clusters }: BindClustersQuery) => clusters;
const namespacesOf = ({ namespaces }: BindNamespacesQuery) => namespaces;
const all = { atLeast: Infinity };

/**
 * What the form offers: clusters, the namespaces of the chosen one, and roles for the service
 * account. None of it writes an entry.
 */
export function useOffered(draft: Draft, bound: Bound | null) {
  const settled = useSettled(draft);
  const isCreate = kindOf(draft) === 'create';
  const { clusterName, accountId = null, region = null, namespace, serviceAccount } = bound ?? settled;
  const cluster = clusterName ? { clusterName, accountId, region } : null;
  const clusters = useConnection(BindClusters, isCreate ? { first: 100 } : null, clustersOf, all);
  const namespaces = useConnection(BindNamespaces, cluster && { ...cluster, first: 200 }, namespacesOf, all);
  // An update can't set tags: policy sees those that the association has.
  const given = bound?.tags ?? tagsOf(settled.tags).filter(({ key }) => key !== '');
  const isComplete = (isCreate || bound !== null) && cluster !== null && Boolean(namespace) && Boolean(serviceAccount);
  const roles = useQuery(
    BindRoles,
    isComplete ? { ...cluster, namespace: namespace ?? '', serviceAccount: serviceAccount ?? '', tags: given } : null,
  );
  const offered = roles.data?.bindableRoles ?? null;
  return { clusters, namespaces, roles: offered && offeredFor(isCreate ? 'create' : 'update', offered) };
}

/** The association that an update or a delete is about, with its end where that is known. */
export function useBound(draft: Draft) {
  const { clusterName = '', associationId = '' } = draft;
  const { accountId = null, region = null } = draft;
  const wanted = associationId === '' ? null : { clusterName, accountId, region, associationId };
  const loaded = useQuery(BoundAssociation, wanted);
  const found = loaded.data?.podIdentityAssociation ?? null;
  const { data: expiry, error } = useQuery(
    BoundExpiry,
    found && {
      filter: {
        accountId: found.accountId,
        region: found.region,
        clusterName: found.clusterName,
        namespace: found.namespace,
        serviceAccount: found.serviceAccount,
      },
    },
  );
  const observed = expiry?.associations?.nodes.find((one) => one.associationId === found?.associationId);
  const bound: Bound | null = found && (expiry || error) ? { ...found, expiresAt: observed?.expiresAt ?? null } : null;
  return { ...loaded, bound };
}

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
