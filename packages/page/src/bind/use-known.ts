import { useConnection } from '../api/use-connection.ts';
import { useQuery } from '../api/use-query.ts';
import { BindClusters, BindNamespaces, BindRoles, BoundAssociation, BoundExpiry } from '../generated/bind.ts';
import type { BindClustersQuery, BindNamespacesQuery } from '../generated/bind.ts';
import { offeredFor } from './change.ts';
import type { Bound } from './change.ts';
import { kindOf, tagsOf } from './draft.ts';
import type { Draft } from './draft.ts';
import { useSettled } from '../ui/use-settled.ts';

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
