import { isDeepStrictEqual } from 'node:util';
import { compilePolicies } from '../../policy/compile.ts';
import { parseInventory } from '../../policy/inventory.ts';
import type { PolicyVersion } from '../../releases/version.ts';

/** How a version differs from the live one. */
export interface Differences {
  /** One line for each policy and part that differs; empty if only comments or cases differ. */
  readonly lines: readonly string[];
  /** Clusters and accounts that the live inventory lacks. The roles of the stack may not reach them. */
  readonly newPlaces: readonly string[];
}

/** Compares two valid versions. */
export function differencesBetween(before: PolicyVersion, after: PolicyVersion): Differences {
  const inventories = [before, after].map(({ inventory }) => parseInventory(inventory));
  const [old, next] = inventories.map(({ hash }) => hash);
  const places = inventories.map(({ accounts, clusters }) => [
    ...accounts.map(({ accountId }) => `account ${accountId}`),
    ...clusters.map(({ accountId, region, clusterName }) => `cluster ${accountId}/${region}/${clusterName}`),
  ]);
  return {
    lines: [
      ...(before.schema === after.schema ? [] : ['schema.cedarschema changed']),
      ...policyLines(compilePolicies(before).policies, compilePolicies(after).policies),
      ...(old === next ? [] : [`inventory ${old} becomes ${next}`]),
    ],
    newPlaces: (places[1] ?? []).filter((place) => !places[0]?.includes(place)),
  };
}

type Policies = ReturnType<typeof compilePolicies>['policies'];

function policyLines(before: Policies, after: Policies): readonly string[] {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return ids.flatMap((id) => {
    if (before[id] === undefined) return [`policy ${id} added`];
    if (after[id] === undefined) return [`policy ${id} removed`];
    return isDeepStrictEqual(before[id], after[id]) ? [] : [`policy ${id} changed`];
  });
}
