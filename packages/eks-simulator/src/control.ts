import { changedAssociation, newAssociation } from './association.ts';
import type { AssociationChange, SimulatedAssociation } from './association.ts';
import { asCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { asFault } from './faults.ts';
import type { Fault, Faults } from './faults.ts';
import type { Backend, OperationName } from './operation.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { asBoolean, asFields, asText, asTexts, optional, required, ShapeError } from './shape.ts';
import { asAccount, asClusterName, asRegion, asRoleArn } from './world-names.ts';
import { asRole } from './world.ts';
import type { ClusterRef } from './world-names.ts';
import type { Role } from './world.ts';

/**
 * An association to create outside the EKS API, without its checks of role, tags, policy and quota.
 */
export interface DirectAssociation {
  /** Optional if the name of the cluster is unique in the world. */
  readonly accountId?: string | null;
  /** Optional if the name of the cluster is unique in the world. */
  readonly region?: string | null;
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly tags?: Readonly<Record<string, string>> | null;
  readonly disableSessionTags?: boolean | null;
  readonly targetRoleArn?: string | null;
  readonly policy?: string | null;
  /** ARN of the EKS add-on that owns the association. */
  readonly ownerArn?: string | null;
}

/** Faults, request log, and changes outside the EKS API. Invalid arguments throw a ShapeError. */
export interface Control {
  readonly addFault: (fault: Fault) => void;
  /** Faults that are not used up; `times` is what remains. */
  readonly pendingFaults: () => readonly Fault[];
  readonly clearFaults: () => void;
  /** Logged requests to the EKS API, or to one operation; oldest first. */
  readonly requests: (operation?: OperationName) => readonly LoggedRequest[];
  readonly clearRequests: () => void;
  /** All associations, including those that reads do not return yet. */
  readonly associations: () => readonly SimulatedAssociation[];
  /** Creates one outside the EKS API. Reads return it after `listLagMs`. */
  readonly createAssociation: (association: DirectAssociation) => SimulatedAssociation;
  /**
   * Changes one outside the EKS API, without its checks; visible at once. Returns null for an
   * unknown id.
   */
  readonly updateAssociation: (associationId: string, changes: AssociationChange) => SimulatedAssociation | null;
  /**
   * Deletes one outside the EKS API, with the lag `deleteLagMs`. Returns false for an unknown id.
   */
  readonly deleteAssociation: (associationId: string) => boolean;
  /** Adds a role, or replaces the one with the same ARN. */
  readonly addRole: (role: Role) => void;
  /** Adds a cluster, or replaces the one of the same account, region and name. */
  readonly addCluster: (cluster: Cluster) => void;
  /** Removes a cluster, as after its deletion. Returns false for an unknown one. */
  readonly deleteCluster: (cluster: ClusterRef) => boolean;
  readonly clusters: () => readonly Cluster[];
  readonly roles: () => readonly Role[];
}

/** Builds the control of a simulator. */
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
    addCluster: (cluster) => backend.clusters.add(asCluster(cluster, 'cluster')),
    deleteCluster: backend.clusters.remove,
    clusters: backend.clusters.all,
    roles: backend.roles.all,
  };
}

/** Parses an association to create outside the EKS API. Throws a ShapeError. */
export function asDirectAssociation(value: unknown): DirectAssociation {
  const where = 'association';
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

/** Parses changes to make outside the EKS API. Throws a ShapeError. */
export function asAssociationChange(value: unknown): AssociationChange {
  const where = 'changes';
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

function createDirectly(backend: Backend, given: DirectAssociation): SimulatedAssociation {
  const { associations, clock, listLagMs } = backend;
  const association = asDirectAssociation(given);
  const { namespace, serviceAccount, roleArn } = association;
  const cluster = findCluster(backend, association);
  const existing = associations.occupant(cluster, namespace, serviceAccount);
  if (existing) throw new ShapeError(`Association already exists: ${existing.associationId}`);

  const choice = {
    namespace,
    serviceAccount,
    roleArn,
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
  const change = asAssociationChange(changes);
  const isOfTags = Object.keys(change).every((name) => name === 'tags');
  // As tagging does.
  const changed = isOfTags ? { ...association, ...change } : changedAssociation(association, change, clock());
  associations.replace(changed, 0);
  return changed;
}

/** The cluster with the given name, and with the account and region where they are given. */
function findCluster({ clusters }: Backend, { accountId, region, clusterName }: DirectAssociation): ClusterRef {
  const [cluster, another] = clusters
    .all()
    .filter(
      (each) =>
        each.clusterName === clusterName &&
        (each.accountId === accountId || !accountId) &&
        (each.region === region || !region),
    );
  if (!cluster)
    throw new ShapeError(
      `association.clusterName: the world has no cluster ${clusterName} with this account and region`,
    );
  if (another) throw new ShapeError(`association: several clusters are named ${clusterName}: add accountId and region`);
  return cluster;
}
