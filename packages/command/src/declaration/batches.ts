import { clusterKeyOf } from './declaration.ts';
import type { Change } from './planner.ts';
import { groupBy } from './grouped.ts';
import { rowsOf } from './rows.ts';

/** As many changes as one request checks. */
const maxChanges = 100;

/**
 * In as many clusters one request looks for associations. The state index of each is read as a
 * whole; creates need none.
 */
const maxClusters = 10;

/**
 * Changes in batches for one check each, cluster by cluster: most clusters are in one batch, and
 * the changes of a service account are.
 */
export function checkBatches<Item extends Pick<Change, 'action' | 'target'>>(
  changes: readonly Item[],
): readonly (readonly Item[])[] {
  const batches: Item[][] = [];
  let batch: Item[] = [];
  let searched = new Set<string>();
  for (const [cluster, ofCluster] of groupBy(changes, ({ target }) => clusterKeyOf(target))) {
    for (const row of rowsOf(ofCluster)) {
      const isSearched = row.some(({ action }) => action !== 'create');
      const isBeyond = isSearched && searched.size === maxClusters && !searched.has(cluster);
      if (batches.length === 0 || batch.length + row.length > maxChanges || isBeyond) {
        [batch, searched] = [[], new Set()];
        batches.push(batch);
      }
      if (isSearched) searched.add(cluster);
      batch.push(...row);
    }
  }
  return batches;
}
