import { createHash } from 'node:crypto';
import type { ClusterRef } from '../../model/association.ts';
import type { InventorySlice } from '../../model/decision.ts';
import { findBy } from './find-by.ts';
import { inventorySchema } from './schema.ts';
import { parseJson } from './json.ts';
import type { NamespaceScope } from './scope.ts';

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
  readonly scope: NamespaceScope;
  /** The groups that own it. */
  readonly owners: readonly string[];
  /** Whether it is a system namespace; null: `systemNamespaces` decides. */
  readonly system: boolean | null;
  /** ARNs of roles outside the naming convention that it may use. */
  readonly roleArns: readonly string[];
}

/**
 * The role that IAM Identity Center created for a permission set in an account, and the groups of
 * its users.
 */
interface InventoryPermissionSet {
  readonly accountId: string;
  /** `AWSReservedSSO_<permission set>_<hex digits>`. */
  readonly roleName: string;
  /**
   * The role's unique id, `AROA…`: another role with the same name is rejected. Null: any role with
   * this name.
   */
  readonly roleId: string | null;
  readonly groups: readonly string[];
}

/** A person whom services may name in `onBehalfOf`. */
interface InventoryPerson {
  /**
   * The id of the principal that this person is with a token of their own, such as
   * `https://issuer.example#alice`.
   */
  readonly id: string;
  /** Other names of the person, such as an e-mail address. */
  readonly names: readonly string[];
  readonly groups: readonly string[];
}

/** A service, with what only the gateway needs to know of it. */
interface InventoryService extends RegisteredService {
  /**
   * How many requests a second it may send in the long run, to each process; null or absent: as
   * many as every principal.
   */
  readonly requestsPerSecond?: number | null | undefined;
}

/** The services and permission sets of an inventory: what authentication uses. */
export type KnownPrincipals = Pick<Inventory, 'services' | 'permissionSets'>;

type RegisteredCluster = NonNullable<InventorySlice['cluster']>;
type RegisteredService = InventorySlice['services'][number];

/**
 * The accounts and clusters that the gateway serves, the owners of namespaces, and the groups of
 * services and users.
 */
export interface Inventory {
  readonly accounts: readonly InventoryAccount[];
  readonly clusters: readonly RegisteredCluster[];
  /** Which environments are production. One that is not listed is. */
  readonly environments: readonly { readonly name: string; readonly production: boolean }[];
  /** See namespaceIn for which of them applies. */
  readonly namespaces: readonly InventoryNamespace[];
  /**
   * Paths of roles by convention, such as `/pods/{namespace}/`. Each is the path of one namespace's
   * roles only.
   */
  readonly rolePaths: readonly string[];
  /** Names or patterns of namespaces that belong to the cluster itself, such as `kube-*`. */
  readonly systemNamespaces: readonly string[];
  readonly services: readonly InventoryService[];
  readonly permissionSets: readonly InventoryPermissionSet[];
  /** The people whom services may name in `onBehalfOf`. */
  readonly people: readonly InventoryPerson[];
  /** The time zone of `context.weekday` and `context.hour`: a name in the IANA database. */
  readonly timeZone: string;
  /** See inventoryHash. */
  readonly hash: string;
}

/**
 * Parses the inventory from its JSON text. Throws one Error that names every problem by its line
 * and path in the file and says how to fix it.
 *
 * @param file its name, for the message
 */
export function parseInventory(content: string, file = 'inventory.json'): Inventory {
  const { targetRoleAccounts, ...fields } = parseJson(file, content, inventorySchema);
  const production = new Map(fields.environments.map((one) => [one.name, one.production]));
  const clusters = fields.clusters.map((cluster) => ({
    ...cluster,
    // An environment that is not listed may be production.
    production: production.get(cluster.environment) ?? true,
    targetRoleAccounts,
  }));
  return { ...fields, clusters, hash: inventoryHash(content) };
}

/** SHA-256 (hex) of the inventory's text in UTF-8, as `sha256sum` prints for the file. */
export function inventoryHash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The account with this ID; null when it is not registered. */
export function accountOf(inventory: Pick<Inventory, 'accounts'>, id: string): InventoryAccount | null {
  return inventory.accounts.find((account) => account.accountId === id) ?? null;
}

/** Whether the gateway serves this account and region. */
export function isRegistered(inventory: Pick<Inventory, 'accounts'>, id: string, regionName: string): boolean {
  return accountOf(inventory, id)?.regions.includes(regionName) ?? false;
}

/** The cluster with this account, region and name; null when it is not registered. */
export function clusterIn(inventory: Pick<Inventory, 'clusters'>, ref: ClusterRef): RegisteredCluster | null {
  return findCluster(inventory.clusters, clusterKey(ref));
}

const findCluster = findBy<RegisteredCluster>((cluster) => [clusterKey(cluster)]);

function clusterKey({ accountId, region, clusterName }: ClusterRef): string {
  return `${accountId}/${region}/${clusterName}`;
}

/** The service with this principal ID, as policies see it; null when it is not registered. */
export function serviceOf(inventory: Pick<Inventory, 'services'>, id: string): RegisteredService | null {
  const found = findService(inventory.services, id);
  return found && { id: found.id, groups: found.groups, mayNamePeople: found.mayNamePeople };
}

/**
 * How many requests a second the inventory lets a principal send; null: as many as every principal.
 */
export function requestsPerSecondOf(inventory: Pick<Inventory, 'services'>, id: string): number | null {
  return findService(inventory.services, id)?.requestsPerSecond ?? null;
}

const findService = findBy<InventoryService>(({ id }) => [id]);

/**
 * The person with this id or name; null when they are not registered. Names are compared exactly.
 */
export function personOf(inventory: Pick<Inventory, 'people'>, name: string): InventoryPerson | null {
  return findPerson(inventory.people, name);
}

const findPerson = findBy<InventoryPerson>(({ id, names }) => [id, ...names]);

/** The permission set of this role; null when it is not registered. */
export function permissionSetOf(
  inventory: Pick<Inventory, 'permissionSets'>,
  accountId: string,
  roleName: string,
): InventoryPermissionSet | null {
  return inventory.permissionSets.find((set) => set.accountId === accountId && set.roleName === roleName) ?? null;
}
