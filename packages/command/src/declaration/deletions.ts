import { clusterKeyOf } from './declaration.ts';
import type { Change } from './planner.ts';

/** What deletes of a plan amount to. */
export interface Deletions {
  readonly count: number;
  /** Why they need to be confirmed, a sentence each; empty if they don't. */
  readonly reasons: readonly string[];
}

const maxUnconfirmed = 10;
const maxUnconfirmedShare = 0.05;

/**
 * The deletes of a plan. More than 10, or more than 5 % of the associations of a cluster, need to
 * be confirmed.
 *
 * @param sizes the number of associations of each cluster, by its key
 */
export function deletionsOf(changes: readonly Change[], sizes: Readonly<Record<string, number>>): Deletions {
  const deletes = changes.filter(({ action }) => action === 'delete');
  const perCluster = new Map<string, number>();
  for (const { target } of deletes) {
    const key = clusterKeyOf(target);
    perCluster.set(key, (perCluster.get(key) ?? 0) + 1);
  }
  const shares = [...perCluster].flatMap(([key, count]) => {
    const size = sizes[key] ?? 0;
    return count > size * maxUnconfirmedShare
      ? [`${count} of the ${size} associations of ${key} would be deleted.`]
      : [];
  });
  const total = deletes.length > maxUnconfirmed ? [`${deletes.length} associations would be deleted.`] : [];
  return { count: deletes.length, reasons: [...total, ...shares] };
}
