import type { SimulatedAssociation } from './association.ts';
import type { StateFile } from './state-file.ts';
import { clusterKey } from './world.ts';
import type { ClusterRef } from './world.ts';

/** All associations, in every cluster. Changes go by what is; reads go by what is shown, which may lag behind. */
export interface Associations {
  readonly all: () => readonly SimulatedAssociation[];
  readonly count: (cluster: ClusterRef) => number;
  readonly byId: (associationId: string) => SimulatedAssociation | null;
  /** What holds a service account: its association, or a deleted one as long as the deletion lags. */
  readonly holder: (cluster: ClusterRef, namespace: string, serviceAccount: string) => SimulatedAssociation | null;
  readonly shownById: (associationId: string) => SimulatedAssociation | null;
  readonly shownInCluster: (cluster: ClusterRef) => readonly SimulatedAssociation[];
  readonly insert: (association: SimulatedAssociation) => void;
  /** Puts a changed association in the place of the one with its id. Reads show the old one for `lagMs` more. */
  readonly replace: (association: SimulatedAssociation, lagMs: number) => void;
  /** Null when there is none with this id. Reads show it for `lagMs` more, and it holds its service account as long. */
  readonly remove: (associationId: string, lagMs: number) => SimulatedAssociation | null;
}

/** What reads show in place of what is. */
interface Lagging {
  readonly shown: SimulatedAssociation;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * Opens the associations: those of the state file if one is given, else none. With a state file, a change is in the file
 * before it is in memory, so no answer tells of something that a restart would forget. Throws if the file can't be read.
 * `clock` gives milliseconds since the epoch.
 */
export function openAssociations(stateFile: StateFile | null, clock: () => number): Associations {
  const byId = new Map<string, SimulatedAssociation>();
  const byCluster = new Map<string, Map<string, SimulatedAssociation>>();
  const { lag, lagOf, lagged } = openLags(clock);
  const clusterOf = (cluster: ClusterRef) =>
    byCluster.get(clusterKey(cluster)) ?? new Map<string, SimulatedAssociation>();
  const deletedIn = (cluster: ClusterRef) =>
    lagged().filter((shown) => !byId.has(shown.associationId) && clusterKey(shown) === clusterKey(cluster));
  const shownById = (associationId: string) => {
    const shown = lagOf(associationId)?.shown ?? byId.get(associationId);
    return shown && shown.visibleFrom <= clock() ? shown : null;
  };

  const add = (association: SimulatedAssociation) => {
    const cluster = clusterOf(association).set(serviceAccountKey(association), association);
    byCluster.set(clusterKey(association), cluster);
    byId.set(association.associationId, association);
  };
  const keep = (associations: Iterable<SimulatedAssociation>) => {
    stateFile?.write([...associations]);
  };
  stateFile?.associations.forEach(add);

  return {
    all: () => [...byId.values()],
    count: (cluster) => clusterOf(cluster).size,
    byId: (associationId) => byId.get(associationId) ?? null,
    holder: (cluster, namespace, serviceAccount) => {
      const key = serviceAccountKey({ namespace, serviceAccount });
      const deleted = deletedIn(cluster).find((each) => serviceAccountKey(each) === key);
      return clusterOf(cluster).get(key) ?? deleted ?? null;
    },
    shownById,
    shownInCluster: (cluster) =>
      [...clusterOf(cluster).values(), ...deletedIn(cluster)]
        .map(({ associationId }) => shownById(associationId))
        .filter((shown) => shown !== null),
    insert: (association) => {
      keep([...byId.values(), association]);
      add(association);
    },
    replace: (association, lagMs) => {
      const { associationId } = association;
      const old = byId.get(associationId);
      if (!old) throw new Error(`There is no association ${associationId} to replace`);
      keep(new Map(byId).set(associationId, association).values());
      // A change that is shown at once must not show an earlier one before its time.
      const earlier = lagOf(associationId);
      lag(earlier?.shown ?? old, Math.max(earlier?.until ?? 0, clock() + lagMs));
      add(association);
    },
    remove: (associationId, lagMs) => {
      const association = byId.get(associationId);
      if (!association) return null;
      keep([...byId.values()].filter((other) => other !== association));
      lag(lagOf(associationId)?.shown ?? association, clock() + lagMs);
      byId.delete(associationId);
      clusterOf(association).delete(serviceAccountKey(association));
      return association;
    },
  };
}

/** Starts with nothing that lags. A lag is kept in memory alone: it ends with the process. */
function openLags(clock: () => number) {
  const lags = new Map<string, Lagging>();
  const lagOf = (associationId: string) => {
    const found = lags.get(associationId);
    return found && found.until > clock() ? found : null;
  };
  return {
    lagOf,
    lag: (shown: SimulatedAssociation, until: number) => {
      // What has lapsed is dropped here, so that memory holds no more than what still lags and the last one.
      for (const id of lags.keys()) if (!lagOf(id)) lags.delete(id);
      lags.set(shown.associationId, { shown, until });
    },
    lagged: () => [...lags.keys()].flatMap((id) => lagOf(id)?.shown ?? []),
  };
}

/** A namespace or name may hold any character here, so the two are kept apart by JSON. */
function serviceAccountKey({ namespace, serviceAccount }: { namespace: string; serviceAccount: string }): string {
  return JSON.stringify([namespace, serviceAccount]);
}
