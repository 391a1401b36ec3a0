import * as v from 'valibot';
import { parseRoleArn } from '../../validation/role-arns.ts';
import { duplicates } from './contradictions.ts';
import type { Contradiction, Indexed } from './contradictions.ts';
import {
  account,
  accountId,
  cluster,
  environment,
  namespace,
  namespaceName,
  permissionSet,
  person,
  rolePath,
  service,
  timeZone,
} from './items.ts';
import type { namespaceScope } from './items.ts';
import { exactly, list } from './json.ts';
import { canCollide } from './role-paths.ts';
import { everywhere, scopeText } from './scope.ts';

/**
 * The inventory's JSON. One validation reports every problem: those of single fields and
 * contradictions between them.
 */
export const inventorySchema = v.pipe(
  exactly({
    accounts: list(account),
    clusters: list(cluster),
    namespaces: list(namespace),
    systemNamespaces: list(namespaceName),
    environments: v.nullish(list(environment), []),
    targetRoleAccounts: v.nullish(list(accountId), []),
    rolePaths: v.nullish(v.pipe(list(rolePath), v.maxLength(100, 'has more than 100 paths.')), ['/pods/{namespace}/']),
    services: list(service),
    permissionSets: list(permissionSet),
    people: v.nullish(list(person), []),
    timeZone: v.nullish(timeZone, 'UTC'),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    const isValid = dataset.typed && dataset.issues === undefined;
    for (const { path, message } of contradictions(dataset.value, isValid)) {
      const [first, ...others] = path.map(
        (key) => ({ type: 'unknown', origin: 'value', input: undefined, key, value: undefined }) as const,
      );
      addIssue({ message, ...(first === undefined ? {} : { path: [first, ...others] }) });
    }
  }),
);

/**
 * Contradictions between the valid items of the inventory's lists. Works on an invalid inventory
 * too.
 */
function contradictions(inventory: unknown, isValid: boolean): readonly Contradiction[] {
  const itemsOf = <I>(field: string, item: v.GenericSchema<unknown, I>) => validItems(inventory, field, item, isValid);
  const accounts = itemsOf('accounts', account);
  const clusters = itemsOf('clusters', cluster);
  const namespaces = itemsOf('namespaces', namespace);
  const services = itemsOf('services', service);
  const people = itemsOf('people', person);
  const permissionSets = itemsOf('permissionSets', permissionSet);
  return [
    ...duplicates('accounts', accounts, (one) => one.accountId),
    ...duplicates('environments', itemsOf('environments', environment), ({ name }) => name),
    ...collidingPaths(itemsOf('rolePaths', rolePath)),
    ...duplicates('clusters', clusters, (one) => `${one.accountId}/${one.region}/${one.clusterName}`),
    ...duplicates('namespaces', namespaces, ({ name, scope }) => [name, scopeText(scope)].join(' ').trim()),
    ...duplicates('services', services, ({ id }) => id),
    ...duplicates('permissionSets', permissionSets, (one) => `${one.accountId}/${one.roleName}`),
    ...duplicates(
      'people',
      people.flatMap(([index, { id, names }]) => [...new Set([id, ...names])].map((name) => [index, name] as const)),
      (name) => name,
    ),
    ...accounts.flatMap(([index, one]) => foreignRoles(index, one)),
    ...(isValid || v.is(list(account), fieldOf(inventory, 'accounts')) ? unservedClusters(accounts, clusters) : []),
    ...scopeProblems(namespaces, accounts, clusters),
    // A pattern with false would lift the protection of namespaces that the author did not think
    // of.
    ...namespaces
      .filter(([, { name, system }]) => system === false && name.endsWith('*'))
      .map(([index]) => ({
        path: ['namespaces', index, 'system'],
        message: 'is false for a pattern; give each such namespace an entry of its own.',
      })),
  ];
}

/**
 * Roles to assume in an account that are not roles of it, and a role to read without one to change.
 */
function foreignRoles(index: number, one: v.InferOutput<typeof account>): readonly Contradiction[] {
  const problem = (field: string, message: string) => ({ path: ['accounts', index, field], message });
  const isForeign = (arn: string | null) => arn !== null && parseRoleArn(arn)?.accountId !== one.accountId;
  return [
    ...(['roleArn', 'readRoleArn'] as const)
      .filter((field) => isForeign(one[field]))
      .map((field) => problem(field, `is a role of another account; write a role of ${one.accountId}.`)),
    ...(one.readRoleArn !== null && one.roleArn === null
      ? [problem('readRoleArn', 'is given without roleArn; add the role that may change.')]
      : []),
  ];
}

/** Paths of roles by which a role would belong to two namespaces. */
function collidingPaths(all: readonly Indexed<string>[]): readonly Contradiction[] {
  // More are a problem of their own; each pair is compared.
  const paths = all.slice(0, 100);
  return paths.flatMap(([index, path], position) =>
    paths
      .slice(0, position)
      .filter(([, earlier]) => canCollide(earlier, path))
      .map(([, earlier]) => ({
        path: ['rolePaths', index],
        message: `gives two namespaces the same path as "${earlier}"; keep one of them.`,
      })),
  );
}

/** Scopes of namespaces that are not complete, or that include no cluster. */
function scopeProblems(
  namespaces: readonly Indexed<v.InferOutput<typeof namespace>>[],
  accounts: readonly Indexed<v.InferOutput<typeof account>>[],
  clusters: readonly Indexed<v.InferOutput<typeof cluster>>[],
): readonly Contradiction[] {
  const environments = new Set(clusters.map(([, { environment }]) => environment));
  const accountIds = new Set(accounts.map(([, one]) => one.accountId));
  const names = new Set(clusters.map(([, one]) => scopeText({ ...everywhere, ...one, environment: null })));
  const problemOf = (scope: v.InferOutput<typeof namespaceScope>): string | null => {
    const given = Object.entries(scope).flatMap(([field, value]) => (value === null ? [] : [field]));
    if (!scopeForms.includes(given.join(' '))) {
      return `has ${given.join(', ')}; write environment alone, accountId alone, or accountId, region and clusterName.`;
    }
    if (scope.environment !== null && !environments.has(scope.environment)) {
      const known = [...environments].slice(0, 10).join(', ');
      return `no cluster has the environment ${JSON.stringify(scope.environment)}; write one of ${known}.`;
    }
    if (scope.clusterName !== null && !names.has(scopeText(scope))) return `${scopeText(scope)} is not under clusters.`;
    if (scope.accountId !== null && !accountIds.has(scope.accountId))
      return `${scope.accountId} is not under accounts.`;
    return null;
  };
  return namespaces.flatMap(([index, { scope }]) => {
    const message = problemOf(scope);
    return message === null ? [] : [{ path: ['namespaces', index, 'scope'], message }];
  });
}

/** The fields that a scope can have. */
const scopeForms: readonly string[] = ['', 'environment', 'accountId', 'accountId region clusterName'];

/** Clusters whose account and region are not registered. */
function unservedClusters(
  accounts: readonly Indexed<v.InferOutput<typeof account>>[],
  clusters: readonly Indexed<v.InferOutput<typeof cluster>>[],
): readonly Contradiction[] {
  const served = new Set(accounts.flatMap(([, one]) => one.regions.map((name) => `${one.accountId}/${name}`)));
  return clusters
    .filter(([, one]) => !served.has(`${one.accountId}/${one.region}`))
    .map(([index, one]) => ({
      path: ['clusters', index],
      message: `${one.accountId} in ${one.region} is not under accounts; add it there.`,
    }));
}

/** The items of a list that a schema accepts, of an inventory that may be invalid otherwise. */
export function validItems<Item>(
  inventory: unknown,
  field: string,
  schema: v.GenericSchema<unknown, Item>,
  isValid: boolean,
): readonly Indexed<Item>[] {
  const items = fieldOf(inventory, field);
  if (!Array.isArray(items)) return [];
  // To validate them again would be half the time of a large inventory, or most of a list of wrong
  // items.
  if (isValid) return items.map((item: Item, index) => [index, item]);
  return items.slice(0, 10_000).flatMap((item: unknown, index) => {
    const result = v.safeParse(schema, item);
    return result.success ? [[index, result.output] as const] : [];
  });
}

/** A field of what may be an object. */
export function fieldOf(inventory: unknown, field: string): unknown {
  return typeof inventory === 'object' && inventory !== null ? Reflect.get(inventory, field) : undefined;
}
