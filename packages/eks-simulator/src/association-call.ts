import { associationArn, associationIdLength } from './association.ts';
import type { SimulatedAssociation } from './association.ts';
import { clusterOf, hasCluster } from './operation.ts';
import type { ApiRequest, Backend, Call } from './operation.ts';
import { clusterNotFound, invalidParameter, notFound } from './reply.ts';
import type { Refusal } from './reply.ts';
import { clusterKey } from './world.ts';
import type { ClusterRef } from './world.ts';

/** Path of one association; the groups are the cluster's name and the association's id. */
export const associationPath = /^\/clusters\/([^/]+)\/pod-identity-associations\/([^/]+)$/;

/** An association that is there for an operation. */
export interface Found {
  readonly kind: 'found';
  readonly association: SimulatedAssociation;
}

/** What a request about one association names; with the token only where the operation has one. */
export interface CallTarget {
  readonly cluster: ClusterRef;
  readonly associationId: string;
  readonly clientRequestToken?: string | null;
}

/** A request about one association. The IAM action is the operation's name, on the association (IAM's action list for EKS). */
export function associationCall(
  backend: Backend,
  { cluster, associationId, clientRequestToken = null }: CallTarget,
  action: string,
  run: Call['run'],
): Call {
  const { byId, shownById } = backend.associations;
  const association = byId(associationId) ?? shownById(associationId);
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
 * Looks an association up for an operation on `associationPath`: 404 for the cluster, 400 for an id of wrong length, 404
 * for the association. `find` says whether it is looked for in what is or in what is shown.
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
