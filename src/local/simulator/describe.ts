import { associationDetails, associationIdLength } from './association.ts';
import { clusterOf, hasCluster } from './operation.ts';
import type { Backend, Call, Operation } from './operation.ts';
import { answer, clusterNotFound, invalidParameter, notFound } from './reply.ts';
import type { Reply } from './reply.ts';
import { clusterKey } from './world.ts';
import type { ClusterRef } from './world.ts';

/** DescribePodIdentityAssociation. */
export const describePodIdentityAssociation: Operation = {
  name: 'DescribePodIdentityAssociation',
  method: 'GET',
  path: /^\/clusters\/([^/]+)\/pod-identity-associations\/([^/]+)$/,
  read: (request, backend): Call => {
    const cluster = clusterOf(request);
    const associationId = request.pathParameters[1] ?? '';
    const association = backend.associations.byId(associationId);
    const { accountId, region, clusterName } = cluster;
    const resource = `arn:aws:eks:${region}:${accountId}:podidentityassociation/${clusterName}/${associationId}`;
    return {
      cluster,
      namespace: association?.namespace ?? null,
      serviceAccount: association?.serviceAccount ?? null,
      associationId,
      permission: { action: 'eks:DescribePodIdentityAssociation', resource },
      run: () => describe(backend, cluster, associationId),
    };
  },
};

function describe(backend: Backend, cluster: ClusterRef, associationId: string): Reply {
  const { clusterName } = cluster;
  if (!hasCluster(backend, cluster)) return clusterNotFound(clusterName);
  if (associationId.length !== associationIdLength) {
    const message = `The parameter associationId should be ${associationIdLength} characters long.`;
    return invalidParameter(clusterName, message);
  }
  const association = backend.associations.byId(associationId);
  const shown =
    association && clusterKey(association) === clusterKey(cluster) && association.visibleFrom <= backend.clock();
  if (!shown) return notFound(clusterName, `No pod identity association found for id: ${associationId}.`);
  return answer({ association: associationDetails(association) });
}
