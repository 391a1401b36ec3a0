import { checkBatches } from '../../src/declaration/batches.ts';
import type { Action } from '../../src/declaration/planner.ts';

/** Changes in clusters `first` to `last`, each with so many. */
function changesIn(first: number, last: number, count: number, action: Action = 'update') {
  const place = { accountId: '111122223333', region: 'eu-central-1', namespace: 'payments' };
  return Array.from({ length: (last - first + 1) * count }, (_, index) => ({
    action,
    // Cluster after cluster, again and again: not in the order of clusters.
    target: {
      ...place,
      clusterName: `c${first + (index % (last - first + 1))}`,
      serviceAccount: `s${Math.floor(index / (last - first + 1))}`,
    },
  }));
}

/** The number of changes and of clusters in each batch. */
const sizesOf = (batches: ReturnType<typeof checkBatches<ReturnType<typeof changesIn>[number]>>) =>
  batches.map((batch) => [batch.length, new Set(batch.map(({ target }) => target.clusterName)).size]);

test.each([
  ['none', [], []],
  [
    'at most 100 changes, cluster by cluster',
    changesIn(1, 5, 60),
    [
      [100, 2],
      [100, 3],
      [100, 2],
    ],
  ],
  [
    'updates in at most 10 clusters',
    changesIn(1, 12, 1),
    [
      [10, 10],
      [2, 2],
    ],
  ],
  ['creates in any number of clusters', changesIn(1, 12, 1, 'create'), [[12, 12]]],
  [
    'creates in other clusters beside updates in ten',
    [...changesIn(1, 10, 1), ...changesIn(11, 15, 1, 'create'), ...changesIn(1, 10, 1, 'delete')],
    [[25, 15]],
  ],
])('batches have %s', (_, changes, sizes) => {
  const batches = checkBatches(changes);
  expect(sizesOf(batches)).toEqual(sizes);
  expect(new Set(batches.flat())).toEqual(new Set(changes));
});
