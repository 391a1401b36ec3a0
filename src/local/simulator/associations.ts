import type { SimulatedAssociation } from './association.ts';
import { readStateFile, writeStateFile } from './state-file.ts';
import { clusterKey } from './world.ts';
import type { ClusterRef } from './world.ts';

/** All associations, in every cluster. */
export interface Associations {
  readonly all: () => readonly SimulatedAssociation[];
  readonly inCluster: (cluster: ClusterRef) => readonly SimulatedAssociation[];
  readonly count: (cluster: ClusterRef) => number;
  readonly byId: (associationId: string) => SimulatedAssociation | null;
  readonly byServiceAccount: (
    cluster: ClusterRef,
    namespace: string,
    serviceAccount: string,
  ) => SimulatedAssociation | null;
  readonly insert: (association: SimulatedAssociation) => void;
  /** False when there is none with this id. */
  readonly remove: (associationId: string) => boolean;
}

/**
 * Opens the associations: those of the state file if one is given, else none. With a state file, a change is in the file
 * before it is in memory, so no answer tells of something that a restart would forget. Throws if the file can't be read.
 */
export function openAssociations(stateFile: string | null): Associations {
  const byId = new Map<string, SimulatedAssociation>();
  const byCluster = new Map<string, Map<string, SimulatedAssociation>>();
  const clusterOf = (cluster: ClusterRef) =>
    byCluster.get(clusterKey(cluster)) ?? new Map<string, SimulatedAssociation>();

  const add = (association: SimulatedAssociation) => {
    const cluster = clusterOf(association).set(serviceAccountKey(association), association);
    byCluster.set(clusterKey(association), cluster);
    byId.set(association.associationId, association);
  };
  if (stateFile !== null) readStateFile(stateFile).forEach(add);

  return {
    all: () => [...byId.values()],
    inCluster: (cluster) => [...clusterOf(cluster).values()],
    count: (cluster) => clusterOf(cluster).size,
    byId: (associationId) => byId.get(associationId) ?? null,
    byServiceAccount: (cluster, namespace, serviceAccount) =>
      clusterOf(cluster).get(serviceAccountKey({ namespace, serviceAccount })) ?? null,
    insert: (association) => {
      if (stateFile !== null) writeStateFile(stateFile, [...byId.values(), association]);
      add(association);
    },
    remove: (associationId) => {
      const association = byId.get(associationId);
      if (!association) return false;
      const others = [...byId.values()].filter((other) => other !== association);
      if (stateFile !== null) writeStateFile(stateFile, others);
      byId.delete(associationId);
      clusterOf(association).delete(serviceAccountKey(association));
      return true;
    },
  };
}

/** A namespace or name may hold any character here, so the two are kept apart by JSON. */
function serviceAccountKey({ namespace, serviceAccount }: { namespace: string; serviceAccount: string }): string {
  return JSON.stringify([namespace, serviceAccount]);
}
