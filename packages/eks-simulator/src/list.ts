import { associationSummary } from './association.ts';
import type { SimulatedAssociation } from './association.ts';
import { clusterOf, hasCluster } from './operation.ts';
import type { Backend, Call, Operation } from './operation.ts';
import { pageOf } from './page.ts';
import { answer, clusterNotFound } from './reply.ts';
import type { Reply } from './reply.ts';
import { clusterArn, clusterKey } from './world-names.ts';
import type { ClusterRef } from './world-names.ts';

/** ListPodIdentityAssociations. */
export const listPodIdentityAssociations: Operation = {
  name: 'ListPodIdentityAssociations',
  method: 'GET',
  path: /^\/clusters\/([^/]+)\/pod-identity-associations$/,
  read: (request, backend): Call => {
    const cluster = clusterOf(request);
    const { query } = request;
    return {
      cluster,
      namespace: query.get('namespace'),
      serviceAccount: query.get('serviceAccount'),
      associationId: null,
      clientRequestToken: null,
      permission: { action: 'eks:ListPodIdentityAssociations', resource: clusterArn(cluster) },
      run: () => list(backend, cluster, query),
    };
  },
};

function list(backend: Backend, cluster: ClusterRef, query: URLSearchParams): Reply {
  const { associations, pageSecret } = backend;
  const { clusterName } = cluster;
  if (!hasCluster(backend, cluster)) return clusterNotFound(clusterName);
  const [namespace, serviceAccount] = ['namespace', 'serviceAccount'].map((name) => query.get(name));
  const matching = associations
    .visibleInCluster(cluster)
    .filter((association) => namespace === null || association.namespace === namespace)
    .filter((association) => serviceAccount === null || association.serviceAccount === serviceAccount);
  const listName = JSON.stringify([clusterKey(cluster), namespace, serviceAccount]);
  const keyOf = ({ associationId }: SimulatedAssociation) => associationId;
  const page = pageOf(matching, { query, listName, clusterName, secret: pageSecret, keyOf });
  if (page.kind === 'refused') return page;
  return answer({ associations: page.items.map(associationSummary), nextToken: page.nextToken });
}
