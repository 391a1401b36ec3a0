import type { ClusterRef } from '../../model/association.ts';
import type { InventorySlice } from '../../model/decision.ts';
import type { Principal } from '../../model/principal.ts';
import { clusterIn, personOf, serviceOf } from '../inventory/inventory.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { namespaceIn } from '../inventory/namespaces.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../policy.ts';

/** The slice of a request for which the inventory has no data. */
export const emptySlice: InventorySlice = { cluster: null, namespace: null, services: [], timeZone: 'UTC' };

/**
 * The part of the inventory that a request needs. `cluster` and `namespace` are null where the
 * request is about a cluster that is not registered.
 */
export function sliceFor(
  inventory: Inventory,
  context: AuthorizationContext,
  request: AuthorizationRequest,
): InventorySlice {
  const ref = clusterOf(request);
  const cluster = ref === null ? null : clusterIn(inventory, ref);
  const name = namespaceOf(request);
  return {
    cluster,
    namespace: cluster === null || name === null ? null : namespaceIn(inventory, cluster, name),
    services: serviceIds(context, request).flatMap((id) => serviceOf(inventory, id) ?? []),
    ...personSlice(inventory, context.onBehalfOf),
    timeZone: inventory.timeZone,
    ...rolesOf(request),
    ...requestedForOf(inventory, request),
  };
}

/** The cluster that a request is about; null when it is not about a cluster. */
export function clusterOf(request: AuthorizationRequest): ClusterRef | null {
  switch (request.action) {
    case 'CreatePodIdentityAssociation':
      return request.association;
    case 'UpdatePodIdentityAssociation':
    case 'DeletePodIdentityAssociation':
    case 'AdoptPodIdentityAssociation':
    case 'TagPodIdentityAssociation':
    case 'UntagPodIdentityAssociation':
    case 'DescribePodIdentityAssociation':
      return request.association;
    case 'ListPodIdentityAssociations':
      return request.scope;
    case 'ReadAuditTrail':
      return request.scope.kind === 'namespace' || request.scope.kind === 'cluster' ? request.scope : null;
    case 'ApproveRequest':
      return request.approval.target;
  }
}

function namespaceOf(request: AuthorizationRequest): string | null {
  switch (request.action) {
    case 'CreatePodIdentityAssociation':
      return request.association.namespace;
    case 'UpdatePodIdentityAssociation':
    case 'DeletePodIdentityAssociation':
    case 'AdoptPodIdentityAssociation':
    case 'TagPodIdentityAssociation':
    case 'UntagPodIdentityAssociation':
    case 'DescribePodIdentityAssociation':
      return request.association.namespace;
    case 'ListPodIdentityAssociations':
    case 'ReadAuditTrail':
      return request.scope.kind === 'namespace' ? request.scope.namespace : null;
    case 'ApproveRequest':
      return request.approval.target.namespace;
  }
}

function serviceIds(context: AuthorizationContext, request: AuthorizationRequest): readonly string[] {
  const { principal, actor } = context.identity;
  const scope = request.action === 'ReadAuditTrail' ? request.scope : null;
  const asked = request.action === 'ApproveRequest' ? request.approval.requested : null;
  const ofScope = scope?.kind === 'principal' ? scope.principal : null;
  const principals = [principal, actor, ofScope, asked?.principal, asked?.actor];
  return [...new Set(principals.flatMap((one) => (one?.kind === 'SERVICE' ? [one.id] : [])))];
}

function rolesOf(request: AuthorizationRequest): Pick<InventorySlice, 'roles'> {
  switch (request.action) {
    case 'CreatePodIdentityAssociation':
    case 'UpdatePodIdentityAssociation':
      return request.roles === undefined ? {} : { roles: request.roles };
    case 'DeletePodIdentityAssociation':
    case 'AdoptPodIdentityAssociation':
    case 'TagPodIdentityAssociation':
    case 'UntagPodIdentityAssociation':
    case 'DescribePodIdentityAssociation':
    case 'ListPodIdentityAssociations':
    case 'ReadAuditTrail':
    case 'ApproveRequest':
      return {};
  }
}

function personSlice(inventory: Inventory, name: string | null): Pick<InventorySlice, 'person'> {
  const person = name === null ? null : personOf(inventory, name);
  return person === null ? {} : { person: { id: person.id, groups: person.groups } };
}

function requestedForOf(
  inventory: Inventory,
  request: AuthorizationRequest,
): Pick<InventorySlice, 'requestedFor' | 'requestedForGroups'> {
  const name = request.action === 'ApproveRequest' ? request.approval.requested.onBehalfOf : null;
  const person = name === null ? null : personOf(inventory, name);
  return person === null ? {} : { requestedFor: person.id, requestedForGroups: person.groups };
}

/** A person of the inventory as a principal. */
export function personPrincipal({ id, groups }: NonNullable<InventorySlice['person']>): Principal {
  return { id, kind: 'USER', groups, sessionName: null };
}
