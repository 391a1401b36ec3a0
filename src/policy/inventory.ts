import { createHash } from 'node:crypto';
import type { InventorySlice } from '../model/decision.ts';
import { flag, inside, list, note, object, optional, readJson, text } from './json.ts';
import type { JsonValue, Reader } from './json.ts';
import { parseRoleArn } from '../validation/role-arns.ts';

/** An account whose clusters the gateway serves. */
export interface InventoryAccount {
  readonly accountId: string;
  /** For people. */
  readonly name: string;
  readonly regions: readonly string[];
  /** The role to assume there; null in the account of the gateway itself. */
  readonly roleArn: string | null;
}

/** A namespace, or all that begin with the same letters. */
export interface InventoryNamespace {
  /** A name, or a pattern: the beginning of names and one `*`. */
  readonly name: string;
  /** Groups. */
  readonly owners: readonly string[];
  /** Whether it belongs to the cluster itself; null leaves it to `systemNamespaces`. */
  readonly system: boolean | null;
  /** Roles outside the naming convention that are lent to it. */
  readonly roleArns: readonly string[];
}

type RegisteredCluster = NonNullable<InventorySlice['cluster']>;
type RegisteredService = InventorySlice['services'][number];

/** Where the gateway works, and whose the namespaces are. */
export interface Inventory {
  readonly accounts: readonly InventoryAccount[];
  readonly clusters: readonly RegisteredCluster[];
  /** The same in every cluster. */
  readonly namespaces: readonly InventoryNamespace[];
  /** Names or patterns of namespaces that belong to the cluster itself. */
  readonly systemNamespaces: readonly string[];
  readonly services: readonly RegisteredService[];
  /** Permission sets of IAM Identity Center, and the groups of the people who use them. */
  readonly permissionSets: readonly { readonly roleNamePrefix: string; readonly groups: readonly string[] }[];
  /** See inventoryHash. */
  readonly hash: string;
}

const group = text();
const accountId = text(/^\d{12}$/, 'an AWS account id: 12 digits in quotes');
const region = text(/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'an AWS region, such as "eu-central-1"');
const roleArn: Reader<string> = (json) => {
  if (typeof json.value === 'string' && parseRoleArn(json.value) !== null) return json.value;
  return text(/^$/, 'an IAM role ARN, such as "arn:aws:iam::111122223333:role/pods/payments/payments-api"')(json);
};
// RFC 1123 label. The star may only end it: of two patterns that fit a name, one is then longer, so the choice is clear.
const namespaceName = text(
  /^(?=.{1,63}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?|([a-z0-9][a-z0-9-]*)?\*)$/,
  'a namespace, such as "payments", or the beginning of names and one star at the end, such as "payments-*"',
);

const readInventory: Reader<Omit<Inventory, 'hash'>> = object({
  accounts: list(object({ accountId, name: text(), regions: list(region), roleArn: optional(roleArn, null) })),
  clusters: list(
    object({
      accountId,
      region,
      clusterName: text(/^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$/, "an EKS cluster's name"),
      environment: text(),
    }),
  ),
  namespaces: list(
    object({
      name: namespaceName,
      owners: list(group),
      system: optional(flag, null),
      roleArns: optional(list(roleArn), []),
    }),
  ),
  systemNamespaces: list(namespaceName),
  services: list(object({ id: text(), groups: list(group), mayNamePeople: flag })),
  permissionSets: list(
    object({
      // The underscore ends the permission set's name: without it, the prefix would fit other sets too.
      roleNamePrefix: text(/^AWSReservedSSO_.+_$/, '"AWSReservedSSO_", the permission set\'s name, and "_"'),
      groups: list(group),
    }),
  ),
});

/**
 * Reads the inventory from its JSON text. Throws one Error that names every problem by its path in the file and says
 * how to mend it.
 */
export function parseInventory(content: string): Inventory {
  const read: Reader<Omit<Inventory, 'hash'>> = (json) => {
    const inventory = readInventory(json);
    findContradictions(json, inventory);
    return inventory;
  };
  return { ...readJson('The inventory', content, read), hash: inventoryHash(content) };
}

/** SHA-256 (hex) of the inventory's text in UTF-8: what `sha256sum` says of the file. */
export function inventoryHash(content: string): string {
  return createHash('sha256').update(content, 'utf8').digest('hex');
}

function findContradictions(json: JsonValue, inventory: Omit<Inventory, 'hash'>): void {
  const at = (path: string): JsonValue => inside(json, undefined, path);
  const once = (name: string, keys: readonly string[]): void =>
    keys.forEach((key, index) => {
      if (keys.indexOf(key) < index)
        note(at(`${name}.${index}`), `${key} stands here a second time; keep one of them.`);
    });
  once(
    'accounts',
    inventory.accounts.map((account) => account.accountId),
  );
  once(
    'clusters',
    inventory.clusters.map((cluster) => `${cluster.accountId}/${cluster.region}/${cluster.clusterName}`),
  );
  once(
    'namespaces',
    inventory.namespaces.map((namespace) => namespace.name),
  );
  once(
    'services',
    inventory.services.map((service) => service.id),
  );
  once(
    'permissionSets',
    inventory.permissionSets.map((set) => set.roleNamePrefix),
  );

  inventory.accounts.forEach((account, index) => {
    if (account.roleArn !== null && parseRoleArn(account.roleArn)?.accountId !== account.accountId)
      note(at(`accounts.${index}.roleArn`), `names a role of another account; write one of ${account.accountId}.`);
  });
  inventory.clusters.forEach((cluster, index) => {
    if (!isRegistered(inventory, cluster.accountId, cluster.region))
      note(at(`clusters.${index}`), `${cluster.accountId} in ${cluster.region} is not under accounts; add it there.`);
  });
  inventory.namespaces.forEach((namespace, index) => {
    // A pattern that lifts the protection could lift it for namespaces that nobody thought of.
    if (namespace.system === false && namespace.name.endsWith('*'))
      note(at(`namespaces.${index}.system`), 'is false for a pattern; give each such namespace an entry of its own.');
  });
}

/** The account of that id; null when it is not registered. */
export function accountOf(inventory: Pick<Inventory, 'accounts'>, id: string): InventoryAccount | null {
  return inventory.accounts.find((account) => account.accountId === id) ?? null;
}

/** Whether the gateway may make a client for this account and region. */
export function isRegistered(inventory: Pick<Inventory, 'accounts'>, id: string, regionName: string): boolean {
  return accountOf(inventory, id)?.regions.includes(regionName) ?? false;
}

/** The service of that principal id; null when it is not registered. */
export function serviceOf(inventory: Pick<Inventory, 'services'>, id: string): RegisteredService | null {
  return inventory.services.find((service) => service.id === id) ?? null;
}

/**
 * The groups of people who come by an IAM Identity Center role, `AWSReservedSSO_<permission set>_<hex digits>`. Empty
 * when no registered permission set fits.
 */
export function groupsOfPermissionSet(
  inventory: Pick<Inventory, 'permissionSets'>,
  roleName: string,
): readonly string[] {
  // The rest must be the digits alone: permission set Admin_Lite must not pass for Admin.
  return inventory.permissionSets
    .filter(
      ({ roleNamePrefix: prefix }) => roleName.startsWith(prefix) && /^[0-9a-f]+$/.test(roleName.slice(prefix.length)),
    )
    .flatMap((set) => set.groups);
}
