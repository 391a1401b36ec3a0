import { assumeRole } from './assume-role.ts';
import { getCallerIdentity } from './caller-identity.ts';
import { createPodIdentityAssociation } from './create.ts';
import { deletePodIdentityAssociation } from './delete.ts';
import { describePodIdentityAssociation } from './describe.ts';
import { getRole } from './get-role.ts';
import { listPodIdentityAssociations } from './list.ts';
import type { Operation } from './operation.ts';
import { describeAddon, describeCluster, listAddons, listClusters } from './read-clusters.ts';
import type { Service } from './signature.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';
import { updatePodIdentityAssociation } from './update.ts';

const operations: readonly Operation[] = [
  createPodIdentityAssociation,
  describePodIdentityAssociation,
  listPodIdentityAssociations,
  updatePodIdentityAssociation,
  deletePodIdentityAssociation,
  tagResource,
  untagResource,
  listTagsForResource,
  describeCluster,
  listClusters,
  describeAddon,
  listAddons,
  getRole,
  getCallerIdentity,
  assumeRole,
];

/**
 * Finds the operation of a service with a method and a path without query, and decodes the path
 * parameters. Null for an unknown path. `body` is read only where operations share a path.
 */
export function findOperation(
  service: Service,
  method: string,
  path: string,
  body: string,
): { readonly operation: Operation; readonly pathParameters: readonly string[] } | null {
  for (const operation of operations) {
    const { service: own = 'eks', action } = operation;
    const isAsked = action === undefined || new URLSearchParams(body).get('Action') === action;
    const match = own === service && operation.method === method && isAsked ? operation.path.exec(path) : null;
    const pathParameters = match && decodeAll(match.slice(1));
    if (pathParameters) return { operation, pathParameters };
  }
  return null;
}

/** Null for a path with an invalid percent-encoding. */
function decodeAll(segments: readonly string[]): readonly string[] | null {
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return null;
  }
}
