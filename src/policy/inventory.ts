import { createHash } from 'node:crypto';
import type { InventorySlice } from '../model/decision.ts';
import { inventorySchema } from './inventory-schema.ts';
import { parseJson } from './json.ts';

/** An account whose clusters the gateway serves. */
export interface InventoryAccount {
  readonly accountId: string;
  /** A name for readers; it has no effect. */
  readonly name: string;
  readonly regions: readonly string[];
  /** The role to assume there; null in the account of the gateway itself. */
  readonly roleArn: string | null;
  /** The role that the reconciler assumes there, which only reads; null: `roleArn`. */
  readonly readRoleArn: string | null;
}

/** A namespace, or all namespaces with a common prefix. */
export interface InventoryNamespace {
  /** A name, or a pattern: a prefix and `*`. */
  readonly name: string;
  /** The groups that own it. */
  readonly owners: readonly string[];
  /** Whether it is a system namespace; null: `systemNamespaces` decides. */
  readonly system: boolean | null;
  /** ARNs of roles outside the naming convention that it may use. */
  readonly roleArns: readonly string[];
}

/** The role that IAM Identity Center created for a permission set in an account, and the groups of its users. */
interface InventoryPermissionSet {
  readonly accountId: string;
  /** `AWSReservedSSO_<permission set>_<hex digits>`. */
  readonly roleName: string;
  /** The role's unique id, `AROA…`: another role with the same name is rejected. Null: any role with this name. */
  readonly roleId: string | null;
  readonly groups: readonly string[];
}

/** The services and permission sets of an inventory: what authentication uses. */
export type KnownPrincipals = Pick<Inventory, 'services' | 'permissionSets'>;

type RegisteredCluster = NonNullable<InventorySlice['cluster']>;
type RegisteredService = InventorySlice['services'][number];

/** The accounts and clusters that the gateway serves, the owners of namespaces, and the groups of services and users. */
export interface Inventory {
  readonly accounts: readonly InventoryAccount[];
  readonly clusters: readonly RegisteredCluster[];
  /** They apply to every cluster. */
  readonly namespaces: readonly InventoryNamespace[];
  /** Paths of roles by convention, such as `/pods/{namespace}/`: suggestions for clients; policy decides. */
  readonly rolePaths: readonly string[];
  /** Names or patterns of namespaces that belong to the cluster itself, such as `kube-*`. */
  readonly systemNamespaces: readonly string[];
  readonly services: readonly RegisteredService[];
  readonly permissionSets: readonly InventoryPermissionSet[];
  /** The time zone of `context.weekday` and `context.hour`: a name in the IANA database. */
  readonly timeZone: string;
  /** See inventoryHash. */
  readonly hash: string;
}

/**
 * Parses the inventory from its JSON text. Throws one Error that names every problem by its path in the file and says how
 * to fix it.
 */
export function parseInventory(content: string): Inventory {
  return { ...parseJson('The inventory', content, inventorySchema), hash: inventoryHash(content) };
}

/** SHA-256 (hex) of the inventory's text in UTF-8, as `sha256sum` prints for the file. */
export function inventoryHash(content: string): string {
  return createHash('sha256').update(content, 'utf8').digest('hex');
}

/** The account with this ID; null when it is not registered. */
export function accountOf(inventory: Pick<Inventory, 'accounts'>, id: string): InventoryAccount | null {
  return inventory.accounts.find((account) => account.accountId === id) ?? null;
}

/** Whether the gateway serves this account and region. */
export function isRegistered(inventory: Pick<Inventory, 'accounts'>, id: string, regionName: string): boolean {
  return accountOf(inventory, id)?.regions.includes(regionName) ?? false;
}

/** The service with this principal ID; null when it is not registered. */
export function serviceOf(inventory: Pick<Inventory, 'services'>, id: string): RegisteredService | null {
  return inventory.services.find((service) => service.id === id) ?? null;
}

/** The permission set of this role; null when it is not registered. */
export function permissionSetOf(
  inventory: Pick<Inventory, 'permissionSets'>,
  accountId: string,
  roleName: string,
): InventoryPermissionSet | null {
  return inventory.permissionSets.find((set) => set.accountId === accountId && set.roleName === roleName) ?? null;
}
