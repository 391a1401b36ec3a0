import { associationArn, associationIdLength } from './association.ts';
import type { SimulatedAssociation } from './association.ts';
import { clusterOf, hasCluster } from './operation.ts';
import type { ApiRequest, Backend, Call } from './operation.ts';
import { clusterNotFound, invalidParameter, notFound } from './reply.ts';
import type { Refusal } from './reply.ts';
import { clusterKey } from './world-names.ts';
import type { ClusterRef } from './world-names.ts';

/** Path of one association. Groups: cluster name, association id. */
export const associationPath = /^\/clusters\/([^/]+)\/pod-identity-associations\/([^/]+)$/;

/** The association that an operation acts on. */
export interface Found {
  readonly kind: 'found';
  readonly association: SimulatedAssociation;
}

/**
 * The association that a request names, and the client request token of operations that have one.
 */
export interface CallTarget {
  readonly cluster: ClusterRef;
  readonly associationId: string;
  readonly clientRequestToken?: string | null;
}

/**
 * Call of an operation on one association. Its IAM action has the operation's name (IAM's list of
 * actions for EKS).
 */
export function associationCall(
  backend: Backend,
  { cluster, associationId, clientRequestToken = null }: CallTarget,
  action: string,
  run: Call['run'],
): Call {
  const { byId, visibleById } = backend.associations;
  const association = byId(associationId) ?? visibleById(associationId);
  return {
    cluster,
    namespace: association?.namespace ?? null,
    serviceAccount: association?.serviceAccount ?? null,
    associationId,
    clientRequestToken,
    permission: { action: `eks:${action}`, resource: associationArn(cluster, associationId) },
    run,
  };
}

/** The association that a request to `associationPath` names. */
export function pathTarget(request: ApiRequest): { readonly cluster: ClusterRef; readonly associationId: string } {
  return { cluster: clusterOf(request), associationId: request.pathParameters[1] ?? '' };
}

/**
 * Finds the association of an operation on `associationPath`. Refuses an unknown cluster with 404,
 * an id of wrong length with 400, an unknown association with 404. `find` searches the current
 * state for changes, or the visible state for reads.
 */
export function findAssociation(
  backend: Backend,
  cluster: ClusterRef,
  associationId: string,
  find: (associationId: string) => SimulatedAssociation | null,
): Found | Refusal {
  const { clusterName } = cluster;
  if (!hasCluster(backend, cluster)) return clusterNotFound(clusterName);
  if (associationId.length !== associationIdLength) {
    const message = `The parameter associationId should be ${associationIdLength} characters long.`;
    return invalidParameter(clusterName, message);
  }
  const association = find(associationId);
  if (association && clusterKey(association) === clusterKey(cluster)) return { kind: 'found', association };
  return notFound(clusterName, `No pod identity association found for id: ${associationId}.`);
}
