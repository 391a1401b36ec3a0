import type { ClusterRef } from '../../model/association.ts';
import type { Decision, InventorySlice, Violation } from '../../model/decision.ts';
import { isAbout, policiesByPlace } from '../policies/applicable.ts';
import { reportFailure } from './authorize.ts';
import type { OnFailure } from './authorize.ts';
import { processCedar } from '../cedar/cedar.ts';
import type { CedarHost, CedarValueJson, EntityJson, PolicyJson, TypeAndId } from '../cedar/cedar.ts';
import { ref, uid } from '../cedar/values.ts';
import type { PolicySet } from '../policies/compile.ts';
import { makeDirectory } from '../inventory/directory.ts';
import { toCedar } from '../entities/entities.ts';
import type { CedarRequest } from '../cedar/request.ts';
import { clusterNotRegistered, noPermitInCluster } from './explain.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { makeDifferentOwners } from './owner-sets.ts';
import { nameOf, nameOfHead } from '../policies/policy-head.ts';
import type { Constraint } from '../policies/policy-head.ts';
import type { AuthorizationContext, AuthorizationRequest, Preauthorize } from '../policy.ts';
import { sliceFor } from '../entities/slice.ts';
import { unknown, withUnknowns } from './unknowns.ts';

/** Permits with unknowns, by `@id`. */
type Permits = Readonly<Record<string, PolicyJson>>;

/** How many results are kept: one for each principal, action and cluster in use. */
const maxResults = 1_000;

/**
 * Creates the {@link Preauthorize} of these policies and this inventory. It evaluates the permits
 * partially: the owners of the namespace are known, one evaluation for each kind of owners (see
 * {@link makeDifferentOwners}); everything else about the association and the circumstances of the
 * request is unknown to Cedar, which then answers whether a permit may still apply. Forbids can
 * only deny more, so they are left out. Where Cedar can't evaluate, the action may be permitted; an
 * exception is reported to `onFailure`.
 */
export function makePreauthorize(
  policySet: PolicySet,
  inventory: Inventory,
  onFailure?: OnFailure,
  host: CedarHost = processCedar,
): Preauthorize {
  const { namespacesOf } = makeDirectory(inventory);
  const results = new Map<string, boolean>();

  const mayBePermitted = (request: CedarRequest, cluster: ClusterRef, isDryRun: boolean): boolean => {
    const owners = [[], ...namespacesOf(cluster).map((namespace) => namespace.owners)];
    return permitsFor(policySet, request, isDryRun).some((permits) =>
      makeDifferentOwners(permits)(request.entities, owners).some((one) =>
        mayApply(host, permits, withOwners(request, one)),
      ),
    );
  };

  const preauthorize: Preauthorize = (context, action, cluster) => {
    const { inCluster, slice } = requestIn(inventory, context, cluster);
    if (slice.cluster === null) return denial(clusterNotRegistered(inCluster), slice, context);
    const request = { ...toCedar(context, inCluster, slice), action: uid('Action', action), context: {} };
    const { isDryRun = false } = context;
    const key = JSON.stringify([request.principal, request.action, request.entities, isDryRun]);
    const result = results.get(key) ?? mayBePermitted(request, cluster, isDryRun);
    if (results.size >= maxResults) results.clear();
    results.set(key, result);
    return result ? null : denial(noPermitInCluster(action, cluster), { ...slice, namespace: null }, context);
  };

  function denial(violation: Violation, slice: InventorySlice, { now }: AuthorizationContext): Decision {
    const { hash: policySetHash } = policySet;
    return {
      allowed: false,
      failed: false,
      policyIds: [],
      violations: [violation],
      policySetHash,
      inventoryHash: inventory.hash,
      now,
      slice,
    };
  }

  return (...asked) => {
    try {
      return preauthorize(...asked);
    } catch (error) {
      reportFailure(onFailure, error);
      // Authorization of the association itself decides.
      return null;
    }
  };
}

/**
 * The permits whose head names the action and the principal, or does not restrict them: first those
 * about any place, which are few, then those about one.
 */
function permitsFor(policySet: PolicySet, request: CedarRequest, isDryRun: boolean): readonly Permits[] {
  const principal = nameOf(request.principal);
  const self = request.entities.find((entity) => nameOf(entity.uid as TypeAndId) === principal);
  const known = new Set([principal, ...(self?.parents ?? []).map((parent) => nameOf(parent as TypeAndId))]);
  const byPlace = policiesByPlace(policySet);
  const placed = [...byPlace].flatMap(([place, policies]) => (place === null ? [] : policies));
  return [byPlace.get(null) ?? [], placed]
    .map((policies) => policies.filter(isAbout(nameOf(request.action))))
    .map((policies) => policies.filter(({ policy }) => policy.effect === 'permit' && mayBeAbout(policy, known)))
    .filter(({ length }) => length > 0)
    .map((permits) => Object.fromEntries(permits.map(({ id, policy }) => [id, withUnknowns(policy, isDryRun)])));
}

/** Whether the head of a policy names one of these entities, or no principal. */
function mayBeAbout({ principal }: PolicyJson, known: ReadonlySet<string>): boolean {
  const { entity, in: within } = principal as Constraint;
  const named = entity ?? within?.entity;
  return named === undefined || known.has(nameOfHead(named));
}

/** A request about any association of a cluster, and its slice of the inventory. */
function requestIn(inventory: Inventory, context: AuthorizationContext, cluster: ClusterRef) {
  const { accountId, region, clusterName } = cluster;
  const association = {
    accountId,
    region,
    clusterName,
    // No namespace can have this name, so no policy is about it.
    namespace: '*',
    serviceAccount: '*',
    roleArn: `arn:aws:iam::${accountId}:role/any`,
    targetRoleArn: null,
    disableSessionTags: false,
    policy: null,
    tags: [],
  };
  const inCluster: AuthorizationRequest = { action: 'CreatePodIdentityAssociation', association };
  return { inCluster, slice: sliceFor(inventory, context, inCluster) };
}

/** The request for an association of a namespace with these owners; all else is unknown. */
function withOwners(request: CedarRequest, owners: readonly string[]): CedarRequest {
  const groups = owners.map((id) => ref(uid('Group', id)));
  const known: Record<string, Record<string, CedarValueJson>> = { Namespace: { owners: groups }, Association: {} };
  const entities = request.entities.map((entity): EntityJson => {
    const type = Object.keys(known).find((one) => isOfType(entity, one));
    return type === undefined ? entity : { ...entity, attrs: unknownAttributes(type, entity.attrs, known[type] ?? {}) };
  });
  return { ...request, entities };
}

function isOfType({ uid }: EntityJson, name: string): boolean {
  // Entities are made by `toCedar`, whose uids have a type and an id.
  return (uid as TypeAndId).type === `PodIdentity::${name}`;
}

/**
 * References to other entities stay known; every other attribute that is not `known` becomes an
 * unknown.
 */
function unknownAttributes(type: string, attrs: EntityJson['attrs'], known: EntityJson['attrs']): EntityJson['attrs'] {
  const valueOf = (name: string, value: CedarValueJson): CedarValueJson =>
    known[name] ?? (isReference(value) ? value : unknown(`${type}.${name}`));
  return Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, valueOf(name, value)]));
}

function isReference(value: CedarValueJson): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '__entity');
}

/** Whether one of the permits applies, or might with other values of what is unknown. */
function mayApply(host: CedarHost, permits: Permits, request: CedarRequest): boolean {
  const answer = host.instance().isAuthorizedPartial({ ...request, policies: { staticPolicies: { ...permits } } });
  if (answer.type === 'failure') return true;
  const { satisfied, errored, nontrivialResiduals } = answer.response;
  return satisfied.length + errored.length + nontrivialResiduals.length > 0;
}
