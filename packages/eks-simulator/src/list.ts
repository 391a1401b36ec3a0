import { associationSummary } from './association.ts';
import { clusterArn, clusterOf, hasCluster } from './operation.ts';
import type { Backend, Call, Operation } from './operation.ts';
import { pageToken, readPageToken } from './page-token.ts';
import { answer, clusterNotFound, invalidParameter } from './reply.ts';
import type { Reply } from './reply.ts';
import { clusterKey } from './world.ts';
import type { ClusterRef } from './world.ts';

/** Most associations on a page, and the default (EKS API reference). */
const maxPage = 100;

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
  const size = pageSize(query.get('maxResults'));
  if (size === null) return invalidParameter(clusterName, `maxResults must be a number from 1 to ${maxPage}`);

  const [namespace, serviceAccount, token] = ['namespace', 'serviceAccount', 'nextToken'].map((name) =>
    query.get(name),
  );
  // A page token is valid only for the list that returned it.
  const listName = JSON.stringify([clusterKey(cluster), namespace, serviceAccount]);
  const after = token ? readPageToken(token, listName, pageSecret) : '';
  if (after === null) return invalidParameter(clusterName, 'nextToken is not a token that this list returned');

  const rest = associations
    .visibleInCluster(cluster)
    .filter((association) => namespace === null || association.namespace === namespace)
    .filter((association) => serviceAccount === null || association.serviceAccount === serviceAccount)
    .filter(({ associationId }) => associationId > after)
    // In the order of ids, a page can start after an association that was deleted in between.
    .sort((one, other) => (one.associationId < other.associationId ? -1 : 1));
  const page = rest.slice(0, size);
  const last = page.at(-1);
  const nextToken = last && rest.length > size ? pageToken(last.associationId, listName, pageSecret) : null;
  return answer({ associations: page.map(associationSummary), nextToken });
}

function pageSize(maxResults: string | null): number | null {
  if (maxResults === null) return maxPage;
  const size = /^\d{1,3}$/.test(maxResults) ? Number(maxResults) : 0;
  return size >= 1 && size <= maxPage ? size : null;
}
