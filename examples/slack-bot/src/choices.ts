import { itemsOf } from 'pod-identity-client';
import type { GatewayClient } from 'pod-identity-client';
import { optionOf } from './blocks.ts';
import type { Place } from './forms.ts';

type Option = NonNullable<ReturnType<typeof optionOf>>;

/**
 * The options that Slack takes for one menu, and the items that are read at most to find them:
 * Slack waits for three seconds.
 */
const mostOptions = 100;
const mostRead = 1_000;

/** Clusters that the person may see and whose names contain the text. */
export function clusterOptions(client: GatewayClient, _place: Place, typed: string): Promise<Option[]> {
  return filtered(itemsOf(client.clusters, { first: 100 }), ({ accountId, region, clusterName, environment }) => {
    const option = optionOf(`${accountId}/${region}/${clusterName}`, `${clusterName} (${environment}, ${accountId})`);
    return clusterName.includes(typed) ? option : null;
  });
}

/**
 * Namespaces of the cluster that contain the text; with a prefix of the inventory, the text itself.
 */
export function namespaceOptions(client: GatewayClient, { cluster = '' }: Place, typed: string): Promise<Option[]> {
  return filtered(itemsOf(client.namespaces, { ...clusterOf(cluster), first: 200 }), ({ name }) =>
    matching(name, name.endsWith('*'), typed),
  );
}

/**
 * Roles that policy would let the person bind there; with a path of the naming convention, the role
 * of that name in it.
 */
export async function bindableOptions(client: GatewayClient, place: Place, typed: string): Promise<Option[]> {
  const { cluster = '', namespace = '', serviceAccount = '', tags = [] } = place;
  const roles = await client.bindableRoles({ ...clusterOf(cluster), namespace, serviceAccount, tags });
  const options = await filtered(roles, ({ roleArn }) => {
    if (!roleArn.endsWith('/*')) return matching(roleArn, false, typed);
    const isName = /^[\w+=,.@-]{1,64}$/.test(typed);
    return isName ? optionOf(roleArn.replace(/\*$/, () => typed)) : null;
  });
  // The dry run says why a role is not offered.
  const asTyped = /^arn:[\w-]+:iam::\d{12}:role\//.test(typed) ? optionOf(typed) : null;
  return options.length > 0 || asTyped === null ? options : [asTyped];
}

/** An option for a name, or for a text that a pattern with `*` at its end allows. */
function matching(name: string, isPattern: boolean, typed: string): Option | null {
  if (isPattern) return typed.startsWith(name.slice(0, -1)) ? optionOf(typed) : null;
  return name.includes(typed) ? optionOf(name) : null;
}

/** The cluster of a value of the menu. */
export function clusterOf(cluster: string) {
  const [accountId = '', region = '', clusterName = ''] = cluster.split('/');
  return { accountId, region, clusterName };
}

async function filtered<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  optionFor: (item: Item) => Option | null,
): Promise<Option[]> {
  const options: Option[] = [];
  let count = 0;
  for await (const item of items) {
    const option = optionFor(item);
    if (option !== null && !options.some(({ value }) => value === option.value)) options.push(option);
    count += 1;
    if (options.length === mostOptions || count === mostRead) break;
  }
  return options;
}
