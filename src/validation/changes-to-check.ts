import type { CheckedChangeInput } from '../generated/types.ts';
import type { Finding } from '../model/refusal.ts';
import { resolveCluster } from './names.ts';
import type { ClusterDefaults } from './names.ts';

/** The most changes of one check. */
const maxChanges = 100;

/**
 * In how many clusters the changes of one check may name associations: the states of each are
 * searched for them.
 */
const maxSearchedClusters = 10;

/**
 * Findings on the number of changes and of the clusters that they need; not on the changes
 * themselves.
 */
export function changesToCheckFindings(changes: readonly CheckedChangeInput[], home: ClusterDefaults): Finding[] {
  if (changes.length < 1 || changes.length > maxChanges) {
    const message = `changes has ${changes.length} items; it must have from 1 to ${maxChanges}.`;
    return [
      { path: 'input.changes', rule: 'number-of-changes', message, advice: 'Send a request for each 100 changes.' },
    ];
  }
  const named = changes.flatMap(
    ({ update, delete: remove, adopt, tag, untag }) => update ?? remove ?? adopt ?? tag ?? untag ?? [],
  );
  const clusters = new Set(named.map((input) => JSON.stringify(resolveCluster(input, home))));
  if (clusters.size <= maxSearchedClusters) return [];
  const message = `The changes name associations in ${clusters.size} clusters; at most ${maxSearchedClusters} are allowed.`;
  const advice = 'Group the changes that name associations by cluster. Others may be in any number of clusters.';
  return [{ path: 'input.changes', rule: 'number-of-clusters', message, advice }];
}
