import { addonArn, addonDetails, addonsOf, clusterDetails } from './cluster.ts';
import { clusterOf } from './operation.ts';
import type { Backend, Call, Operation } from './operation.ts';
import { pageOf } from './page.ts';
import { answer, clusterNotFound, notFound } from './reply.ts';
import type { Reply } from './reply.ts';
import type { KnownCluster } from './clusters.ts';
import { clusterArn, clusterKey } from './world-names.ts';
import type { ClusterRef } from './world-names.ts';

/** DescribeCluster. */
export const describeCluster: Operation = {
  name: 'DescribeCluster',
  method: 'GET',
  path: /^\/clusters\/([^/]+)$/,
  read: (request, backend) => {
    const cluster = clusterOf(request);
    return clusterCall(cluster, { action: 'eks:DescribeCluster', resource: clusterArn(cluster) }, () =>
      inCluster(backend, cluster, (found) => answer({ cluster: clusterDetails(found.cluster, found.createdAt) })),
    );
  },
};

/** ListClusters: the names of the clusters in the account and region of the signature. */
export const listClusters: Operation = {
  name: 'ListClusters',
  method: 'GET',
  path: /^\/clusters$/,
  read: ({ signer: { accountId, region }, query }, backend) => {
    const permission = { action: 'eks:ListClusters', resource: `arn:aws:eks:${region}:${accountId}:cluster/*` };
    return clusterCall(null, permission, () => {
      const names = backend.clusters
        .all()
        .filter((cluster) => cluster.accountId === accountId && cluster.region === region)
        .map(({ clusterName }) => clusterName);
      const listName = JSON.stringify(['clusters', accountId, region]);
      const page = pageOf(names, { query, listName, secret: backend.pageSecret, keyOf: (name) => name });
      return page.kind === 'refused' ? page : answer({ clusters: page.items, nextToken: page.nextToken });
    });
  },
};

/** ListAddons: the names of a cluster's add-ons. */
export const listAddons: Operation = {
  name: 'ListAddons',
  method: 'GET',
  path: /^\/clusters\/([^/]+)\/addons$/,
  read: (request, backend) => {
    const cluster = clusterOf(request);
    const { query } = request;
    return clusterCall(cluster, { action: 'eks:ListAddons', resource: clusterArn(cluster) }, () =>
      inCluster(backend, cluster, (found) => {
        const names = addonsOf(found.cluster).map(({ addonName }) => addonName);
        const listName = JSON.stringify(['addons', clusterKey(cluster)]);
        const { clusterName } = cluster;
        const page = pageOf(names, { query, listName, clusterName, secret: backend.pageSecret, keyOf: (name) => name });
        return page.kind === 'refused' ? page : answer({ addons: page.items, nextToken: page.nextToken });
      }),
    );
  },
};

/** DescribeAddon. */
export const describeAddon: Operation = {
  name: 'DescribeAddon',
  method: 'GET',
  path: /^\/clusters\/([^/]+)\/addons\/([^/]+)$/,
  read: (request, backend) => {
    const cluster = clusterOf(request);
    const addonName = request.pathParameters[1] ?? '';
    const permission = { action: 'eks:DescribeAddon', resource: addonArn(cluster, addonName) };
    return clusterCall(cluster, permission, () =>
      inCluster(backend, cluster, (found) => {
        const addon = addonsOf(found.cluster).find((each) => each.addonName === addonName);
        if (addon) return answer({ addon: addonDetails(found.cluster, addon, found.createdAt) });
        const { clusterName } = cluster;
        return notFound(clusterName, `No addon: ${addonName} found in cluster: ${clusterName}`);
      }),
    );
  },
};

/** A call that names no association. */
function clusterCall(cluster: ClusterRef | null, permission: Call['permission'], run: Call['run']): Call {
  const none = { namespace: null, serviceAccount: null, associationId: null, clientRequestToken: null };
  return { cluster, ...none, permission, run };
}

function inCluster({ clusters }: Backend, cluster: ClusterRef, run: (found: KnownCluster) => Reply): Reply {
  const found = clusters.find(cluster);
  return found ? run(found) : clusterNotFound(cluster.clusterName);
}
