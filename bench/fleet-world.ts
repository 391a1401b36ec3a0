import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterRef } from '../src/model/association.ts';
import { copyOfShipped } from '../test/support/policy-sample.ts';

/** The account of the gateway. */
export const home = '111122223333';

/** How many associations a cluster has. */
export const perCluster = 50;

const region = 'eu-central-1';

/** The account of the gateway, and 19 others. */
export const accounts: readonly string[] = [
  home,
  ...Array.from({ length: 19 }, (_, index) => String(200_000_000_000 + index)),
];

/** How many clusters there are: 200, or what the variable FLEET_CLUSTERS says. */
const clusterCount = Number(process.env.FLEET_CLUSTERS ?? 200);

/** The clusters, in 20 accounts. */
export const clusters: readonly ClusterRef[] = Array.from({ length: clusterCount }, (_, index) => clusterOf(index));

/** The cluster with a number. */
function clusterOf(index: number): ClusterRef {
  return { accountId: accounts[index % accounts.length] ?? home, region, clusterName: `cluster-${index}` };
}

/** A cluster that is not in the inventory yet, of an account that has another one. */
export const newCluster: ClusterRef = { accountId: home, region, clusterName: `cluster-${clusterCount}` };

/** The namespaces of each cluster in which `bench/fleet-day.ts` has associations. */
export const namespaces: readonly string[] = Array.from({ length: 5 }, (_, index) => `team-${index}`);

/**
 * A copy of the shipped policies, with an inventory of clusters: by default, all but the new one.
 * Returns the folder.
 */
export function makeFleetPolicies(served: readonly ClusterRef[] = clusters): string {
  const folder = copyOfShipped();
  const file = join(folder, 'inventory.json');
  const inventory = JSON.parse(readFileSync(file, 'utf8')) as { readonly namespaces: readonly object[] };
  const listed = accounts.map((accountId) => ({
    accountId,
    name: `account-${accountId}`,
    regions: [region],
    ...(accountId === home ? {} : { roleArn: `arn:aws:iam::${accountId}:role/pod-identity-gateway` }),
  }));
  const fleet = {
    accounts: listed,
    clusters: served.map((cluster) => ({ ...cluster, environment: 'dev' })),
    namespaces: [...inventory.namespaces, ...namespaces.map((name) => ({ name, owners: [`${name}-owners`] }))],
  };
  writeFileSync(file, JSON.stringify({ ...inventory, ...fleet }));
  return folder;
}
