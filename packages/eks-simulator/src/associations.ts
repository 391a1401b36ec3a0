import type { SimulatedAssociation } from './association.ts';
import type { StateFile } from './state-file.ts';
import { clusterKey } from './world-names.ts';
import type { ClusterRef } from './world-names.ts';

/**
 * The associations of all clusters. Changes act on the current state; reads see the visible state,
 * which may lag behind.
 */
export interface Associations {
  readonly all: () => readonly SimulatedAssociation[];
  readonly count: (cluster: ClusterRef) => number;
  readonly byId: (associationId: string) => SimulatedAssociation | null;
  /**
   * The association that occupies a service account: its own, or a deleted one while the deletion
   * lags.
   */
  readonly occupant: (cluster: ClusterRef, namespace: string, serviceAccount: string) => SimulatedAssociation | null;
  readonly visibleById: (associationId: string) => SimulatedAssociation | null;
  readonly visibleInCluster: (cluster: ClusterRef) => readonly SimulatedAssociation[];
  readonly insert: (association: SimulatedAssociation) => void;
  /**
   * Replaces the association with the same id. Reads return the old one for another `lagMs`
   * milliseconds.
   */
  readonly replace: (association: SimulatedAssociation, lagMs: number) => void;
  /**
   * Null for an unknown id. For `lagMs` milliseconds, reads still return it and it occupies its
   * service account.
   */
  readonly remove: (associationId: string, lagMs: number) => SimulatedAssociation | null;
}

/** An older state that reads still return. */
interface Lagging {
  readonly visible: SimulatedAssociation;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * Starts with the associations of the state file, or with none. A change is written to the state
 * file before it is applied in memory, so an answer never describes something that a restart would
 * lose. `clock` returns milliseconds since the epoch.
 */
export function openAssociations(stateFile: StateFile | null, clock: () => number): Associations {
  const byId = new Map<string, SimulatedAssociation>();
  const byCluster = new Map<string, Map<string, SimulatedAssociation>>();
  const { lag, lagOf, lagged } = openLags(clock);
  const clusterOf = (cluster: ClusterRef) =>
    byCluster.get(clusterKey(cluster)) ?? new Map<string, SimulatedAssociation>();
  const deletedIn = (cluster: ClusterRef) =>
    lagged().filter((visible) => !byId.has(visible.associationId) && clusterKey(visible) === clusterKey(cluster));
  const visibleById = (associationId: string) => {
    const visible = lagOf(associationId)?.visible ?? byId.get(associationId);
    return visible && visible.visibleFrom <= clock() ? visible : null;
  };

  const add = (association: SimulatedAssociation) => {
    const cluster = clusterOf(association).set(serviceAccountKey(association), association);
    byCluster.set(clusterKey(association), cluster);
    byId.set(association.associationId, association);
  };
  const persist = (associations: Iterable<SimulatedAssociation>) => {
    stateFile?.write([...associations]);
  };
  stateFile?.associations.forEach(add);

  return {
    all: () => [...byId.values()],
    count: (cluster) => clusterOf(cluster).size,
    byId: (associationId) => byId.get(associationId) ?? null,
    occupant: (cluster, namespace, serviceAccount) => {
      const key = serviceAccountKey({ namespace, serviceAccount });
      const deleted = deletedIn(cluster).find((each) => serviceAccountKey(each) === key);
      return clusterOf(cluster).get(key) ?? deleted ?? null;
    },
    visibleById,
    visibleInCluster: (cluster) =>
      [...clusterOf(cluster).values(), ...deletedIn(cluster)]
        .map(({ associationId }) => visibleById(associationId))
        .filter((visible) => visible !== null),
    insert: (association) => {
      persist([...byId.values(), association]);
      add(association);
    },
    replace: (association, lagMs) => {
      const { associationId } = association;
      const old = byId.get(associationId);
      if (!old) throw new Error(`Association ${associationId} does not exist, so it can't be replaced`);
      persist(new Map(byId).set(associationId, association).values());
      // A change without a lag must not make an earlier one visible before its time.
      const earlier = lagOf(associationId);
      lag(earlier?.visible ?? old, Math.max(earlier?.until ?? 0, clock() + lagMs));
      add(association);
    },
    remove: (associationId, lagMs) => {
      const association = byId.get(associationId);
      if (!association) return null;
      persist([...byId.values()].filter((other) => other !== association));
      lag(lagOf(associationId)?.visible ?? association, clock() + lagMs);
      byId.delete(associationId);
      clusterOf(association).delete(serviceAccountKey(association));
      return association;
    },
  };
}

/** Lags are kept in memory only: they end with the process. */
function openLags(clock: () => number) {
  const lags = new Map<string, Lagging>();
  const lagOf = (associationId: string) => {
    const found = lags.get(associationId);
    return found && found.until > clock() ? found : null;
  };
  return {
    lagOf,
    lag: (visible: SimulatedAssociation, until: number) => {
      // Drops expired lags, so that memory holds the running ones only.
      for (const id of lags.keys()) if (!lagOf(id)) lags.delete(id);
      lags.set(visible.associationId, { visible, until });
    },
    lagged: () => [...lags.keys()].flatMap((id) => lagOf(id)?.visible ?? []),
  };
}

/** JSON separates the two unambiguously: the simulator allows any character in either name. */
function serviceAccountKey({ namespace, serviceAccount }: { namespace: string; serviceAccount: string }): string {
  return JSON.stringify([namespace, serviceAccount]);
}
