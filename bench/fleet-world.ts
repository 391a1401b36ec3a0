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

/** 200 clusters in 20 accounts. */
export const clusters: readonly ClusterRef[] = Array.from({ length: 200 }, (_, index) => ({
  accountId: accounts[index % accounts.length] ?? home,
  region,
  clusterName: `cluster-${index}`,
}));

/** The namespaces of each cluster in which `bench/fleet-day.ts` has associations. */
export const namespaces: readonly string[] = Array.from({ length: 5 }, (_, index) => `team-${index}`);

/** A copy of the shipped policies, with an inventory of the clusters. Returns the folder. */
export function makeFleetPolicies(): string {
  const folder = copyOfShipped();
  const file = join(folder, 'inventory.json');
  const inventory = JSON.parse(readFileSync(file, 'utf8')) as { readonly namespaces: readonly object[] };
  const served = accounts.map((accountId) => ({
    accountId,
    name: `account-${accountId}`,
    regions: [region],
    ...(accountId === home ? {} : { roleArn: `arn:aws:iam::${accountId}:role/pod-identity-gateway` }),
  }));
  const fleet = {
    accounts: served,
    clusters: clusters.map((cluster) => ({ ...cluster, environment: 'dev' })),
    namespaces: [...inventory.namespaces, ...namespaces.map((name) => ({ name, owners: [`${name}-owners`] }))],
  };
  writeFileSync(file, JSON.stringify({ ...inventory, ...fleet }));
  return folder;
}
