import type { AssociationSettings, CreateRequest } from '../../../../src/model/association.ts';
import type { Decision } from '../../../../src/model/decision.ts';
import type { PolicySet } from '../../../../src/policy/policies/compile.ts';
import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';
import type { AuthorizationContext, Authorize, AuthorizationRequest } from '../../../../src/policy/policy.ts';
import { groupsNamed } from '../../../../src/policy/policies/recorded-principal.ts';

/** An authorization request with its context. */
export interface RequestWithContext {
  readonly context: AuthorizationContext;
  readonly request: AuthorizationRequest;
}

/** A single change to a request, its context or its principal. */
interface Change {
  /** What differs, e.g. `the principal is in the group payments-team`. */
  readonly what: string;
  readonly changed: RequestWithContext;
}

/** A change with which the decision is another one. */
export interface Counterfactual {
  readonly what: string;
  readonly decision: Decision;
  /** Violations that no longer apply; empty where the request was allowed. */
  readonly lifted: readonly string[];
}

/** The most changes of one kind to try, so that large inventories stay fast. */
const maxTried = 50;

/** The most people to try in onBehalfOf. */
const maxPeople = 10;

/**
 * What would have to differ for another decision: each single change out of a fixed list that turns
 * an allowed request into a denied one, or lifts violations of a denied one without adding others.
 * The list covers what policies usually depend on: groups, persons, reason, time, cluster, role,
 * settings, service account and tags.
 */
export function counterfactuals(
  authorize: Authorize,
  original: RequestWithContext,
  policySet: PolicySet,
  inventory: Inventory,
): readonly Counterfactual[] {
  const actual = authorize(original.context, original.request);
  return changesOf(original, actual, policySet, inventory).flatMap(({ what, changed }) => {
    const decision = authorize(changed.context, changed.request);
    if (actual.allowed) return decision.allowed ? [] : [{ what, decision, lifted: [] }];
    const before = keysOf(actual);
    const after = keysOf(decision);
    const lifted = before.filter((key) => !after.includes(key));
    return lifted.length > 0 && after.every((key) => before.includes(key)) ? [{ what, decision, lifted }] : [];
  });
}

/** The violations of a decision, with whom they concern. */
function keysOf({ violations }: Decision): readonly string[] {
  return violations.map(({ policyId, deniedTo }) =>
    deniedTo === undefined || deniedTo === 'BOTH' ? policyId : `${policyId} (${deniedTo})`,
  );
}

function changesOf(
  original: RequestWithContext,
  { slice }: Decision,
  policySet: PolicySet,
  inventory: Inventory,
): readonly Change[] {
  const groups = new Set([...(slice.namespace?.owners ?? []), ...groupsNamed(policySet)]);
  return [
    ...groupChanges(original, [...groups].slice(0, maxTried)),
    ...contextChanges(original, inventory),
    ...requestChanges(original, slice.namespace?.rolePaths ?? [], policySet),
    ...clusterChanges(original, inventory),
  ];
}

function groupChanges({ context, request }: RequestWithContext, groups: readonly string[]): readonly Change[] {
  const { principal } = context.identity;
  const withGroups = (what: string, changed: readonly string[]): Change => ({
    what,
    changed: {
      request,
      context: { ...context, identity: { ...context.identity, principal: { ...principal, groups: changed } } },
    },
  });
  return [
    ...groups
      .filter((group) => !principal.groups.includes(group))
      .map((group) => withGroups(`the principal is in the group ${group}`, [...principal.groups, group])),
    ...principal.groups.map((group) =>
      withGroups(
        `the principal is not in the group ${group}`,
        principal.groups.filter((one) => one !== group),
      ),
    ),
  ];
}

function contextChanges({ context, request }: RequestWithContext, { people }: Inventory): readonly Change[] {
  const changed = (what: string, fields: Partial<AuthorizationContext>): Change => ({
    what,
    changed: { request, context: { ...context, ...fields } },
  });
  const hours = [12, 24, 48, 72, 96, 120, 144];
  return [
    changed(`${context.hasReason ? 'no' : 'a'} reason is given`, { hasReason: !context.hasReason }),
    ...(context.onBehalfOf === null ? [] : [changed('onBehalfOf is not set', { onBehalfOf: null })]),
    ...(context.identity.actor === null
      ? []
      : [changed('no service acts for the principal', { identity: { ...context.identity, actor: null } })]),
    ...people
      .slice(0, maxPeople)
      .map(({ id, names: [name = id] }) => changed(`onBehalfOf is ${name}`, { onBehalfOf: name })),
    ...hours.map((count) =>
      changed(`the request is sent ${count} hours later`, { now: context.now + count * 3_600_000 }),
    ),
  ];
}

function requestChanges(
  original: RequestWithContext,
  rolePaths: readonly string[],
  policySet: PolicySet,
): readonly Change[] {
  const { context, request } = original;
  switch (request.action) {
    case 'CreatePodIdentityAssociation': {
      const { association } = request;
      const changed = ({ what, fields }: FieldChange<CreateRequest>): Change => ({
        what,
        changed: { context, request: { ...request, association: { ...association, ...fields } } },
      });
      return [...settingChanges(association, association, rolePaths), ...createChanges(association, policySet)].map(
        changed,
      );
    }
    case 'UpdatePodIdentityAssociation': {
      const { association, becomes } = request;
      return settingChanges(association, becomes, rolePaths).map(({ what, fields }) => ({
        what,
        changed: { context, request: { ...request, becomes: { ...becomes, ...fields } } },
      }));
    }
    case 'DeletePodIdentityAssociation':
    case 'AdoptPodIdentityAssociation':
    case 'TagPodIdentityAssociation':
    case 'UntagPodIdentityAssociation':
    case 'DescribePodIdentityAssociation':
    case 'ListPodIdentityAssociations':
    case 'ReadAuditTrail':
    case 'ApproveRequest':
      return [];
  }
}

/** Other values of some fields, in words. */
interface FieldChange<Fields> {
  readonly what: string;
  readonly fields: Partial<Fields>;
}

function settingChanges(
  { accountId }: Pick<CreateRequest, 'accountId'>,
  { roleArn, targetRoleArn, policy }: AssociationSettings,
  rolePaths: readonly string[],
): readonly FieldChange<AssociationSettings>[] {
  const partition = roleArn.split(':', 2).join(':');
  return [
    ...rolePaths.map((path) => ({
      what: `the role is in account ${accountId} and has the path ${path}`,
      fields: { roleArn: `${partition}:iam::${accountId}:role${path}another-role` },
    })),
    ...(targetRoleArn === null ? [] : [{ what: 'there is no target role', fields: { targetRoleArn: null } }]),
    ...(policy === null ? [] : [{ what: 'there is no session policy', fields: { policy: null } }]),
    { what: 'session tags are disabled', fields: { disableSessionTags: true } },
  ];
}

/** Fields that an update can't change. */
function createChanges({ tags }: CreateRequest, policySet: PolicySet): readonly FieldChange<CreateRequest>[] {
  return [
    { what: 'the service account has another name', fields: { serviceAccount: 'another-service-account' } },
    ...tagKeysNamed(policySet).map((key) => ({
      what: `the tag ${key} has a value`,
      fields: { tags: [...tags.filter((tag) => tag.key !== key), { key, value: 'x' }] },
    })),
  ];
}

function clusterChanges({ context, request }: RequestWithContext, { clusters }: Inventory): readonly Change[] {
  if (!('association' in request)) return [];
  return clusters
    .filter((one) => one.clusterName !== request.association.clusterName)
    .slice(0, maxTried)
    .map(({ accountId, region, clusterName }) => ({
      what: `the cluster is ${accountId}/${region}/${clusterName}`,
      changed: { context, request: inCluster(request, { accountId, region, clusterName }) },
    }));
}

function inCluster<R extends Extract<AuthorizationRequest, { association: object }>>(request: R, cluster: object): R {
  return { ...request, association: { ...request.association, ...cluster } };
}

/** The keys of tags that policies test with `hasTag`. */
function tagKeysNamed({ policies }: PolicySet): readonly string[] {
  return [...new Set(Object.values(policies).flatMap(tagKeysIn))];
}

function tagKeysIn(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { hasTag } = part as { readonly hasTag?: { readonly right?: { readonly Value?: unknown } } };
  const key = hasTag?.right?.Value;
  return [...(typeof key === 'string' ? [key] : []), ...Object.values(part).flatMap(tagKeysIn)];
}
