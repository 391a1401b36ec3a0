import { changedAssociation, newAssociation } from './association.ts';
import type { AssociationChange, SimulatedAssociation } from './association.ts';
import { asFault } from './faults.ts';
import type { Fault, Faults } from './faults.ts';
import type { Backend, OperationName } from './operation.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { asBoolean, asFields, asText, asTexts, optional, required, ShapeError } from './shape.ts';
import { asAccount, asClusterName, asRegion, asRole, asRoleArn } from './world.ts';
import type { ClusterRef, Role } from './world.ts';

/** An association that somebody makes directly, past the API: without the checks of role, tags, policy and quota. */
export interface OutsiderAssociation {
  /** May be left out where one cluster alone has the name. */
  readonly accountId?: string | null;
  /** May be left out where one cluster alone has the name. */
  readonly region?: string | null;
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly tags?: Readonly<Record<string, string>> | null;
  readonly disableSessionTags?: boolean | null;
  readonly targetRoleArn?: string | null;
  readonly policy?: string | null;
  /** ARN of an EKS add-on, for an association that an add-on owns. */
  readonly ownerArn?: string | null;
}

/** What tests, a demo and the HTTP endpoint do behind the API's back. Bad arguments throw a ShapeError. */
export interface Control {
  readonly addFault: (fault: Fault) => void;
  /** Faults that no request has used up yet. */
  readonly pendingFaults: () => readonly Fault[];
  readonly clearFaults: () => void;
  /** Every request to the API, or to one operation of it; oldest first. */
  readonly requests: (operation?: OperationName) => readonly LoggedRequest[];
  readonly clearRequests: () => void;
  /** All associations, shown by List or not yet. */
  readonly associations: () => readonly SimulatedAssociation[];
  /** Somebody creates one directly. List and Describe show it after the simulator's `listLagMs`. */
  readonly createAssociation: (association: OutsiderAssociation) => SimulatedAssociation;
  /**
   * Somebody changes one directly, past the API: without its checks. Null clears. Reads show it at once. Null when there is
   * none with this id.
   */
  readonly updateAssociation: (associationId: string, changes: AssociationChange) => SimulatedAssociation | null;
  /** Somebody deletes one directly, with the simulator's `deleteLagMs`. False when there is none with this id. */
  readonly deleteAssociation: (associationId: string) => boolean;
  /** Adds a role, or replaces the one with the same ARN. */
  readonly addRole: (role: Role) => void;
}

/** Makes the control over the given parts. */
export function openControl(backend: Backend, faults: Faults, log: RequestLog): Control {
  return {
    addFault: (fault) => faults.add(asFault(fault)),
    pendingFaults: faults.pending,
    clearFaults: faults.clear,
    requests: log.all,
    clearRequests: log.clear,
    associations: backend.associations.all,
    createAssociation: (association) => createDirectly(backend, association),
    updateAssociation: (associationId, changes) => updateDirectly(backend, associationId, changes),
    deleteAssociation: (associationId) => backend.associations.remove(associationId, backend.deleteLagMs) !== null,
    addRole: (role) => backend.roles.add(asRole(role, 'role')),
  };
}

/** Takes `value` for an association to be made directly. Throws a ShapeError. */
export function asOutsiderAssociation(value: unknown, where = 'association'): OutsiderAssociation {
  const fields = asFields(value, where, [
    ...['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount', 'roleArn'],
    ...['tags', 'disableSessionTags', 'targetRoleArn', 'policy', 'ownerArn'],
  ]);
  return {
    accountId: optional(fields, 'accountId', where, asAccount),
    region: optional(fields, 'region', where, asRegion),
    clusterName: required(fields, 'clusterName', where, asClusterName),
    namespace: required(fields, 'namespace', where, asText),
    serviceAccount: required(fields, 'serviceAccount', where, asText),
    roleArn: required(fields, 'roleArn', where, asRoleArn),
    tags: optional(fields, 'tags', where, asTexts),
    disableSessionTags: optional(fields, 'disableSessionTags', where, asBoolean),
    targetRoleArn: optional(fields, 'targetRoleArn', where, asRoleArn),
    policy: optional(fields, 'policy', where, asText),
    ownerArn: optional(fields, 'ownerArn', where, asText),
  };
}

/** Takes `value` for what is to be changed directly. Throws a ShapeError. */
export function asAssociationChange(value: unknown, where = 'changes'): AssociationChange {
  const names = ['roleArn', 'tags', 'disableSessionTags', 'targetRoleArn', 'policy', 'ownerArn'];
  const fields = asFields(value, where, names);
  const has = (name: string) => fields[name] !== undefined;
  return {
    ...(has('roleArn') && { roleArn: required(fields, 'roleArn', where, asRoleArn) }),
    ...(has('tags') && { tags: required(fields, 'tags', where, asTexts) }),
    ...(has('disableSessionTags') && { disableSessionTags: required(fields, 'disableSessionTags', where, asBoolean) }),
    ...(has('targetRoleArn') && { targetRoleArn: optional(fields, 'targetRoleArn', where, asRoleArn) }),
    ...(has('policy') && { policy: optional(fields, 'policy', where, asText) }),
    ...(has('ownerArn') && { ownerArn: optional(fields, 'ownerArn', where, asText) }),
  };
}

function createDirectly(backend: Backend, given: OutsiderAssociation): SimulatedAssociation {
  const { associations, clock, listLagMs } = backend;
  const association = asOutsiderAssociation(given);
  const { namespace, serviceAccount, roleArn } = association;
  const cluster = theCluster(backend, association);
  const existing = associations.holder(cluster, namespace, serviceAccount);
  if (existing) throw new ShapeError(`Association already exists: ${existing.associationId}`);

  const choice = {
    ...{ namespace, serviceAccount, roleArn },
    tags: association.tags ?? {},
    disableSessionTags: association.disableSessionTags ?? false,
    targetRoleArn: association.targetRoleArn ?? null,
    policy: association.policy ?? null,
    ownerArn: association.ownerArn ?? null,
  };
  const created = newAssociation(cluster, choice, clock(), clock() + listLagMs);
  associations.insert(created);
  return created;
}

function updateDirectly(
  { associations, clock }: Backend,
  associationId: string,
  changes: AssociationChange,
): SimulatedAssociation | null {
  const association = associations.byId(associationId);
  if (!association) return null;
  const changed = changedAssociation(association, asAssociationChange(changes), clock());
  associations.replace(changed, 0);
  return changed;
}

/** The one cluster of the world that fits what is said of it. */
function theCluster({ world }: Backend, { accountId, region, clusterName }: OutsiderAssociation): ClusterRef {
  const [cluster, another] = world.clusters.filter(
    (each) =>
      each.clusterName === clusterName &&
      (each.accountId === accountId || !accountId) &&
      (each.region === region || !region),
  );
  if (!cluster) throw new ShapeError(`association.clusterName: the world has no cluster ${clusterName} there`);
  if (another) throw new ShapeError(`association: several clusters are named ${clusterName}; say accountId and region`);
  return cluster;
}
