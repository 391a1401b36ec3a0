import { settingsOf } from '../../model/setting-fields.ts';
import type { Association, AssociationSettings, CreateRequest, Tag } from '../../model/association.ts';
import type { InventorySlice, RoleAttributes } from '../../model/decision.ts';
import type { Principal } from '../../model/principal.ts';
import { requestingPrincipals } from './approval-context.ts';
import { contextOf, currentTags } from './cedar-context.ts';
import type { EntityJson, TypeAndId } from '../cedar/cedar.ts';
import { distinct, principalUid, ref, settings, uid } from '../cedar/values.ts';
import type { CedarRequest } from '../cedar/request.ts';
import type { AuthorizationContext, AuthorizationRequest, TrailScope } from '../policy.ts';
import { roleArns } from '../policies/role-attribute-use.ts';
import { personPrincipal } from './slice.ts';

/** A cluster or a namespace of the inventory. */
type Known<K extends 'cluster' | 'namespace'> = NonNullable<InventorySlice[K]>;

/** A resource, and all entities reachable from it. */
interface Resource {
  readonly uid: TypeAndId;
  readonly entities: readonly EntityJson[];
}

/**
 * Converts an authorization request into Cedar's format. The result depends only on the arguments.
 * Throws on an invalid role ARN, a time out of range, and a slice that lacks the cluster or
 * namespace of the request.
 */
export function toCedar(
  context: AuthorizationContext,
  request: AuthorizationRequest,
  slice: InventorySlice,
): CedarRequest {
  const { principal, actor } = context.identity;
  const resource = resourceOf(request, slice);
  const person = context.onBehalfOf === null ? undefined : slice.person;
  const asked = request.action === 'ApproveRequest' ? requestingPrincipals(request.approval.requested, slice) : [];
  const principals = [principal, actor ?? [], person === undefined ? [] : personPrincipal(person), asked].flat();
  const roles = roleEntities(request, slice);
  const entities = [...principals.map((one) => principalEntity(one, slice)), ...resource.entities, ...roles.entities];
  return {
    principal: principalUid(principal),
    action: uid('Action', request.action),
    resource: resource.uid,
    context: { ...contextOf(context, request, slice), ...roles.context },
    entities: distinct(entities),
  };
}

/** The roles of the slice as entities, and the attributes of the context that refer to them. */
function roleEntities(request: AuthorizationRequest, { roles }: InventorySlice) {
  if (roles === undefined) return { entities: [], context: {} };
  const found = roles.filter((one) => one.kind === 'found');
  const known = roleArns(request).filter(({ arn }) => found.some((one) => one.arn === arn));
  return {
    entities: found.map(roleEntity),
    context: Object.fromEntries(known.map(({ key, arn }) => [key, ref(uid('Role', arn))])),
  };
}

function roleEntity({ arn, tags, permissionsBoundary }: Extract<RoleAttributes, { kind: 'found' }>): EntityJson {
  return {
    uid: uid('Role', arn),
    attrs: permissionsBoundary === null ? {} : { permissionsBoundary },
    parents: [],
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
  };
}

function resourceOf(request: AuthorizationRequest, slice: InventorySlice): Resource {
  switch (request.action) {
    case 'CreatePodIdentityAssociation':
      return association(request.association, request.association, false, slice);
    case 'UpdatePodIdentityAssociation':
      // The resource is the association after the update; its current settings are in the context.
      return existing(request.association, request.becomes, slice);
    case 'TagPodIdentityAssociation':
    case 'UntagPodIdentityAssociation': {
      // The resource has the tags after the change; its current ones are in the context.
      const { association: found, tagsAfter } = request;
      return withCurrentTags(existing({ ...found, tags: tagsAfter }, settingsOf(found), slice), found.tags);
    }
    case 'DeletePodIdentityAssociation':
    case 'AdoptPodIdentityAssociation':
    case 'DescribePodIdentityAssociation':
      return existing(request.association, settingsOf(request.association), slice);
    case 'ListPodIdentityAssociations':
    case 'ReadAuditTrail':
      return scoped(request.scope, slice);
    case 'ApproveRequest':
      return namespace(known('namespace', slice), known('cluster', slice));
  }
}

function scoped(scope: TrailScope, slice: InventorySlice): Resource {
  switch (scope.kind) {
    case 'namespace':
      return namespace(known('namespace', slice), known('cluster', slice));
    case 'cluster':
      return cluster(known('cluster', slice));
    case 'principal':
      return { uid: principalUid(scope.principal), entities: [principalEntity(scope.principal, slice)] };
    case 'gateway':
      return resource(uid('Gateway', 'gateway'), {}, []);
  }
}

function existing(found: Association, given: AssociationSettings, slice: InventorySlice): Resource {
  return association(found, given, found.ownerArn !== null, slice);
}

/** A resource, with the tags that it has before the request as an entity. */
function withCurrentTags({ uid: self, entities }: Resource, tags: readonly Tag[]): Resource {
  const ofTags = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
  return { uid: self, entities: [...entities, { uid: currentTags, attrs: {}, parents: [], tags: ofTags }] };
}

/**
 * `given` is separate from `requested`, so that the settings of an update can't change the service
 * account or the tags.
 */
function association(
  requested: Pick<CreateRequest, 'serviceAccount' | 'tags'>,
  given: AssociationSettings,
  ownedByAddon: boolean,
  slice: InventorySlice,
): Resource {
  const inCluster = cluster(known('cluster', slice));
  const inNamespace = namespace(known('namespace', slice), known('cluster', slice));
  const { uid: self, entities } = resource(
    uid('Association', `${inNamespace.uid.id}/${requested.serviceAccount}`),
    {
      cluster: ref(inCluster.uid),
      namespace: ref(inNamespace.uid),
      serviceAccount: requested.serviceAccount,
      qualifiedName: `${known('namespace', slice).name}-${requested.serviceAccount}`,
      settings: settings(given),
      ownedByAddon,
    },
    [inNamespace.uid],
    // fromEntries, because a tag's key may be __proto__.
    Object.fromEntries(requested.tags.map(({ key, value }) => [key, value])),
  );
  return { uid: self, entities: [...entities, ...inNamespace.entities] };
}

function namespace(slice: Known<'namespace'>, clusterSlice: Known<'cluster'>): Resource {
  const { name, owners, system, rolePaths, roleArns } = slice;
  const inCluster = cluster(clusterSlice);
  const { uid: self, entities } = resource(
    uid('Namespace', `${inCluster.uid.id}/${name}`),
    {
      name,
      owners: owners.map((group) => ref(uid('Group', group))),
      system,
      rolePaths: [...rolePaths],
      roleArns: [...roleArns],
    },
    [inCluster.uid],
  );
  return { uid: self, entities: [...entities, ...inCluster.entities] };
}

function cluster(slice: Known<'cluster'>): Resource {
  const { accountId, region, clusterName, environment, production, targetRoleAccounts } = slice;
  return resource(
    uid('Cluster', `${accountId}/${region}/${clusterName}`),
    {
      account: accountId,
      region,
      name: clusterName,
      environment,
      production,
      targetRoleAccounts: [...targetRoleAccounts],
    },
    [uid('Account', accountId)],
  );
}

/** A principal with its groups, from its token and from the inventory. */
function principalEntity(principal: Principal, slice: InventorySlice): EntityJson {
  const isService = principal.kind === 'SERVICE';
  const service = isService ? slice.services.find(({ id }) => id === principal.id) : undefined;
  const groups = new Set([...principal.groups, ...(service?.groups ?? [])]);
  return {
    uid: principalUid(principal),
    attrs: isService ? { mayNamePeople: service?.mayNamePeople ?? false } : {},
    parents: [...groups].map((group) => uid('Group', group)),
  };
}

function resource(
  self: TypeAndId,
  attrs: EntityJson['attrs'],
  parents: TypeAndId[],
  tags?: Record<string, string>,
): Resource {
  return { uid: self, entities: [{ uid: self, attrs, parents, ...(tags === undefined ? {} : { tags }) }] };
}

function known<K extends 'cluster' | 'namespace'>(what: K, slice: InventorySlice): Known<K> {
  const found = slice[what];
  if (found === null) throw new Error(`the slice has no ${what}`);
  return found;
}
