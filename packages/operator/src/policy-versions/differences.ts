import { isDeepStrictEqual } from 'node:util';
import { liftableIds } from '../../../../src/policy/policies/approvals.ts';
import { compilePolicies } from '../../../../src/policy/policies/compile.ts';
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';
import type { PolicyFiles } from '../../../../src/policy-versions/packed-policies.ts';
import { clusterText, inventoryDifferences } from './inventory-differences.ts';

/** How a version differs from the live one. */
export interface Differences {
  /**
   * One line for each policy, part and entry of the inventory that differs; empty if only comments
   * or cases differ.
   */
  readonly lines: readonly string[];
  /**
   * Clusters and accounts that the live inventory lacks. The roles of the stack may not reach them.
   */
  readonly newPlaces: readonly string[];
  /** Policies of `approvals.cedar` of the live version that forbid nothing any more. */
  readonly removedApprovals: readonly string[];
}

/** Compares two valid versions. */
export function differencesBetween(before: PolicyFiles, after: PolicyFiles): Differences {
  const [old, next] = [parseInventory(before.inventory), parseInventory(after.inventory)];
  const known = new Set(placesOf(old));
  const [oldPolicies, policies] = [compilePolicies(before).policies, compilePolicies(after).policies];
  return {
    lines: [
      ...(before.schema === after.schema ? [] : ['schema.cedarschema changed']),
      ...policyLines(oldPolicies, policies),
      ...(old.hash === next.hash ? [] : [`inventory ${old.hash} becomes ${next.hash}`]),
      ...inventoryDifferences(old, next),
    ],
    removedApprovals: liftableIds({ policies: oldPolicies }).filter((id) => policies[id]?.effect !== 'forbid'),
    newPlaces: placesOf(next).filter((place) => !known.has(place)),
  };
}

function placesOf({ accounts, clusters }: Inventory): readonly string[] {
  return [...accounts.map(({ accountId }) => `account ${accountId}`), ...clusters.map(clusterText)];
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
