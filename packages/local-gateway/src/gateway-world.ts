import type { Inventory } from '../../../src/policy/inventory/inventory.ts';
import type { GatewayWorld } from './api.ts';
import type { LocalGateway } from './gateway.ts';
import { principals as examples } from './principals.ts';

/** Who and what a running gateway knows. */
export function worldOf(
  { home, world }: Pick<LocalGateway, 'home' | 'world'>,
  { clusters, namespaces, environments }: Inventory,
): GatewayWorld {
  const isProduction = new Map(environments.map(({ name, production }) => [name, production]));
  const principals = (world?.principals ?? examples).map(({ name, claims }) => ({ name, groups: claims.groups ?? [] }));
  const groups = [...principals.flatMap((one) => one.groups), ...namespaces.flatMap(({ owners }) => owners)];
  return {
    accountId: home.accountId,
    region: home.region,
    principals,
    groups: [...new Set(groups)].sort(),
    clusters: clusters.map(({ accountId, region, clusterName, environment }) => ({
      accountId,
      region,
      clusterName,
      environment,
      production: isProduction.get(environment) ?? true,
    })),
    namespaces: namespaces.map(({ name, owners }) => ({ name, owners })),
  };
}
