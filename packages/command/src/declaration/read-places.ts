import { clusterKeyOf } from './declaration.ts';
import type { Target } from './declaration.ts';
import { groupBy } from './grouped.ts';
import type { ReadPlace } from './observe.ts';

/**
 * What a plan reads: a namespace of a cluster if it needs no other, else the cluster, as for the
 * share of it that is deleted.
 */
export function readPlaces(desired: readonly Target[], deleted: readonly Target[] = []): readonly ReadPlace[] {
  const whole = new Set(deleted.map(clusterKeyOf));
  return [...groupBy([...desired, ...deleted], clusterKeyOf)].flatMap(([key, [first, ...others]]) => {
    if (first === undefined) return [];
    const { accountId, region, clusterName, namespace } = first;
    const isOne = !whole.has(key) && others.every((one) => one.namespace === namespace);
    return [{ accountId, region, clusterName, namespace: isOne ? namespace : null }];
  });
}
