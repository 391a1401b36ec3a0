import type { CallOptions } from '../../client/src/client/call.ts';
import type { GatewayClient } from '../../client/src/client/client.ts';
import { itemsOf } from '../../client/src/client/pages.ts';
import { mapLimited } from './declaration/check.ts';
import type { Checked } from './declaration/check.ts';
import { clusterKeyOf } from './declaration/declaration.ts';
import type { Target } from './declaration/declaration.ts';
import { matches } from './declaration/template.ts';

type Cluster = Pick<Target, 'accountId' | 'region' | 'clusterName'>;

/** A namespace of the inventory, or all with a prefix: `payments-*`. */
interface KnownNamespace {
  readonly name: string;
  readonly owners: readonly string[];
  readonly system: boolean;
}

/** The namespaces of the inventory by the keys of clusters. */
export type Namespaces = ReadonlyMap<string, NamespacesOfCluster>;

interface NamespacesOfCluster {
  readonly byName: ReadonlyMap<string, KnownNamespace>;
  /** The longest first. */
  readonly patterns: readonly KnownNamespace[];
}

/** Roles that a namespace would use, in a cluster, if the inventory allowed it. */
export interface MissingRoles {
  readonly target: Cluster & Pick<Target, 'namespace'>;
  readonly roleArns: readonly string[];
}

/** What the inventory needs for a namespace, in the form of its `namespaces`. */
export interface InventoryLine {
  /** Whether the inventory has an entry of this name: then only the roles are added to it. */
  readonly exists: boolean;
  readonly entry: {
    readonly name: string;
    /** Empty if nobody owns the namespace. */
    readonly owners: readonly string[];
    /** As the pattern says that applied before; absent if it is not a system namespace by it. */
    readonly system?: true;
    /** Absent if the namespace only needs an owner. */
    readonly roleArns?: readonly string[];
  };
}

/** How many clusters are read at once. */
const concurrency = 8;
const pageSize = 1_000;

/** The shipped policies that an entry of the inventory lifts, with the setting of their role. */
const lifted: Readonly<Record<string, 'roleArn' | 'targetRoleArn'>> = {
  'role-by-convention': 'roleArn',
  'target-role-for-pods': 'targetRoleArn',
};

interface Roles {
  readonly roleArn: string;
  readonly targetRoleArn: string | null;
}

/**
 * The roles that the inventory would have to allow, so that the denied change is permitted; empty
 * if that is not enough, and for policies of other names than the shipped ones.
 */
export function missingRoles(checked: Pick<Checked, 'decision'>, roles: Roles): readonly string[] {
  const violations = checked.decision?.violations ?? [];
  return violations.every(({ policyId }) => Object.hasOwn(lifted, policyId)) ? rolesOfViolations(checked, roles) : [];
}

/** The roles that the inventory would have to allow, whatever else denies the change. */
export function rolesOfViolations({ decision }: Pick<Checked, 'decision'>, roles: Roles): readonly string[] {
  return (decision?.violations ?? []).flatMap(({ policyId }) => {
    const setting = Object.hasOwn(lifted, policyId) ? lifted[policyId] : undefined;
    return setting === undefined ? [] : (roles[setting] ?? []);
  });
}

/** The namespaces of clusters that the caller may see, a call for each cluster. */
export async function readNamespaces(
  client: GatewayClient,
  clusters: readonly Cluster[],
  options: CallOptions,
): Promise<Namespaces> {
  const distinct = new Map(clusters.map((one) => [clusterKeyOf(one), one]));
  const read = await mapLimited([...distinct], concurrency, async ([key, { accountId, region, clusterName }]) => {
    const found: KnownNamespace[] = [];
    const variables = { accountId, region, clusterName, first: pageSize };
    for await (const { name, owners, system } of itemsOf(client.namespaces, variables, options))
      found.push({ name, owners, system });
    const patterns = found
      .filter(({ name }) => name.endsWith('*'))
      .sort((one, other) => lengthOf(other) - lengthOf(one));
    return [key, { byName: new Map(found.map((one) => [one.name, one])), patterns }] as const;
  });
  return new Map(read);
}

function lengthOf({ name }: KnownNamespace): number {
  return name.length;
}

/** The entry that applies to a namespace: of its name, else of the longest prefix; null if none. */
export function namespaceOf(namespaces: Namespaces, target: MissingRoles['target']): KnownNamespace | null {
  const known = namespaces.get(clusterKeyOf(target));
  const exact = known?.byName.get(target.namespace);
  return exact ?? known?.patterns.find(({ name }) => matches(name, target.namespace)) ?? null;
}

interface Group {
  readonly name: string;
  readonly known: KnownNamespace | null;
  readonly roleArns: Set<string>;
}

/** One line for each namespace, and for each set of owners where clusters differ in them. */
export function inventoryLines(missing: readonly MissingRoles[], namespaces: Namespaces): readonly InventoryLine[] {
  const groups = new Map<string, Group>();
  for (const { target, roleArns } of missing) {
    const known = namespaceOf(namespaces, target);
    const { namespace: name } = target;
    const key = JSON.stringify([name, known]);
    const group = groups.get(key) ?? { name, known, roleArns: new Set() };
    for (const arn of roleArns) group.roleArns.add(arn);
    groups.set(key, group);
  }
  const sorted = [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
  return sorted.map(([, group]) => lineOf(group));
}

function lineOf({ name, known, roleArns }: Group): InventoryLine {
  const exists = known?.name === name;
  return {
    exists,
    entry: {
      name,
      owners: known?.owners ?? [],
      // An entry of its own replaces the pattern, which may protect the namespace.
      ...(known?.system === true && !exists ? { system: true } : {}),
      ...(roleArns.size === 0 ? {} : { roleArns: [...roleArns].sort() }),
    },
  };
}

/** Lines of the inventory as text: first the entries to complete, then the new ones. */
export function inventoryText(lines: readonly InventoryLine[]): readonly string[] {
  const texts = (exists: boolean, heading: string) => {
    const some = lines.filter((line) => line.exists === exists);
    return some.length === 0 ? [] : [heading, ...some.map(({ entry }) => `  ${JSON.stringify(entry)},`)];
  };
  const ownerless = lines.filter(({ entry }) => entry.owners.length === 0).length;
  return [
    ...texts(true, 'Add the roleArns to these entries in `namespaces` of the inventory, in each scope:'),
    ...texts(false, 'Add these entries; one replaces the pattern that applied, so add the roleArns of that:'),
    ...(ownerless > 0 ? [`Fill in the owners of ${ownerless} entries: the inventory has none for them.`] : []),
  ];
}
