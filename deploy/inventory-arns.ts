import type { Inventory } from '../src/policy/inventory/inventory.ts';
import { isObject } from './fold-conditions.ts';
import type { Json } from './fold-conditions.ts';

/**
 * The placeholders of roles.yml: all clusters, all associations, or one add-on of all clusters, of
 * the account of the stack.
 */
const placeholder =
  /^(arn:\$\{AWS::Partition\}:eks):\*:(\$\{AWS::AccountId\}):(cluster|podidentityassociation|addon)\/\*(\/[\w-]+\/\*)?$/;

/** A text with a list of role paths in its last part. */
const rolePaths = /^(arn:.*:role\/)(.+,.+)$/;

/**
 * Clusters named one by one. An inline policy holds 10,240 characters ("IAM and AWS STS quotas");
 * each cluster needs an ARN of up to 210 characters in each of three statements.
 */
const maxNamedClusters = 14;

/**
 * Replaces the placeholders in a part of the template: `cluster/*` of all regions by the clusters
 * of the inventory in the gateway's own account, and a list of role paths by one ARN for each.
 */
export function withArnsOf(inventory: Pick<Inventory, 'accounts' | 'clusters'>, value: Json): Json {
  if (Array.isArray(value)) return (value as Json[]).flatMap((item) => withArnsOf(inventory, item));
  if (!isObject(value)) return value;
  const text = value['Fn::Sub'];
  if (typeof text === 'string' && Object.keys(value).length === 1) {
    const arns = arnsOf(inventory, text);
    if (arns !== null) return arns.map((arn) => ({ 'Fn::Sub': arn }));
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withArnsOf(inventory, each)]));
}

function arnsOf(inventory: Pick<Inventory, 'accounts' | 'clusters'>, text: string): string[] | null {
  const [, prefix, accountId, type, part = ''] = placeholder.exec(text) ?? [];
  if (type !== undefined) {
    return scopes(inventory).map(({ region, cluster }) => {
      const suffix = type === 'podidentityassociation' && cluster !== '*' ? `${cluster}/*` : `${cluster}${part}`;
      return `${prefix}:${region}:${accountId}:${type}/${suffix}`;
    });
  }
  const [, roles, paths] = rolePaths.exec(text) ?? [];
  return paths === undefined ? null : paths.split(',').map((path) => `${roles}${path}`);
}

/**
 * The regions and clusters of the gateway's own account. A region without listed clusters is served
 * whole, as authorization does; so is each region when there are too many clusters for one policy.
 * An inventory without clusters of the account gives the region `none`, which does not exist,
 * because IAM does not accept an empty list.
 */
function scopes({ accounts, clusters }: Pick<Inventory, 'accounts' | 'clusters'>) {
  const home = accounts.filter(({ roleArn }) => roleArn === null);
  const regions = home.flatMap(({ accountId, regions: names }) => names.map((region) => ({ accountId, region })));
  const named = regions.flatMap(({ accountId, region }) => {
    const names = clusters.filter((one) => one.accountId === accountId && one.region === region);
    return names.length === 0
      ? [{ region, cluster: '*' }]
      : names.map(({ clusterName }) => ({ region, cluster: clusterName }));
  });
  if (named.length === 0) return [{ region: 'none', cluster: '*' }];
  return named.length <= maxNamedClusters ? named : regions.map(({ region }) => ({ region, cluster: '*' }));
}
