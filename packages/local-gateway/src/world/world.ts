import * as v from 'valibot';
import shipped from '../../../../policies/inventory.json' with { type: 'json' };
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';
import { accountId, environment, region, rolePath } from '../../../../src/policy/inventory/items.ts';
import { exactly, list, parseJson } from '../../../../src/policy/inventory/json.ts';
import { issuer } from '../principals.ts';
import type { ExamplePrincipal } from '../principals.ts';
import { contradictions, defaultRolePath, roleArnOf } from './contradictions.ts';
import type { Defaults } from './contradictions.ts';
import { cluster, isRoleName, namespace, person, role, service } from './items.ts';
import { simulatedWorld } from './simulated.ts';
import type { World as SimulatedWorld } from '../../../eks-simulator/src/index.ts';

/**
 * The JSON of a world. One validation reports every problem: those of single fields and
 * contradictions between them.
 */
function worldSchema(defaults: Defaults) {
  return v.pipe(
    exactly({
      accountId: v.nullish(accountId, defaults.accountId),
      region: v.nullish(region, defaults.region),
      clusters: v.pipe(list(cluster), v.minLength(1, 'is empty; write the name of a cluster.')),
      environments: v.nullish(list(environment), [{ name: 'dev', production: false }]),
      namespaces: v.nullish(list(namespace), []),
      roles: v.nullish(list(role), []),
      rolePath: v.nullish(rolePath, defaultRolePath),
      principals: v.nullish(list(person), []),
      services: v.nullish(list(service), []),
    }),
    v.rawCheck(({ dataset, addIssue }) => {
      for (const { path, message } of contradictions(dataset.value, defaults)) {
        const [first, ...others] = path.map(
          (key) => ({ type: 'unknown', origin: 'value', input: undefined, key, value: undefined }) as const,
        );
        addIssue({ message, ...(first === undefined ? {} : { path: [first, ...others] }) });
      }
    }),
  );
}

type ParsedWorld = v.InferOutput<ReturnType<typeof worldSchema>>;

/** What follows from a world file. */
export interface MadeWorld {
  /** Account and region of requests that name none. */
  readonly home: Defaults;
  readonly inventory: Inventory;
  /** The JSON of `inventory.json`. */
  readonly inventoryText: string;
  /** What the simulator starts with. */
  readonly simulated: SimulatedWorld;
  /** Whose tokens can be asked for by name. */
  readonly principals: readonly ExamplePrincipal[];
  /** Services that may sign requests with AWS credentials, as the IAM role of this name. */
  readonly services: readonly string[];
}

/**
 * Reads a world: accounts, clusters, namespaces with their owners, roles and principals. Throws one
 * Error that names every problem by its line and path in the file and says how to fix it.
 *
 * @param file its name, for the message
 * @param defaults account and region where the world names none
 */
export function makeWorld(file: string, text: string, defaults: Defaults): MadeWorld {
  const world = parseJson(file, text, worldSchema(defaults));
  const home = { accountId: world.accountId, region: world.region };
  const inventoryText = `${JSON.stringify(inventoryOf(world), null, 2)}\n`;
  const inventory = parseInventory(inventoryText);
  return {
    home,
    inventory,
    inventoryText,
    simulated: simulatedWorld(inventory, home, rolesOf(world)),
    principals: principalsOf(world),
    services: world.services.map(({ name }) => name),
  };
}

/** The clusters with their account and region. */
function clustersOf({ clusters, ...world }: ParsedWorld) {
  return clusters.map((one) => ({
    ...one,
    accountId: one.accountId ?? world.accountId,
    region: one.region ?? world.region,
  }));
}

/** `inventory.json` of the world, with the system namespaces of the example inventory. */
function inventoryOf(world: ParsedWorld): object {
  const { environments, namespaces, services, principals: people } = world;
  const clusters = clustersOf(world);
  const accountIds = [...new Set([world.accountId, ...clusters.map((one) => one.accountId)])];
  const foreign = world.roles.map(({ arn }) => arn.split(':')[4]);
  return {
    accounts: accountIds.map((id) => ({
      accountId: id,
      name: id,
      regions: [...new Set([world.region, ...clusters.filter((one) => one.accountId === id).map((one) => one.region)])],
      ...(id === world.accountId
        ? {}
        : { roleArn: accessRole(id, world, 'change'), readRoleArn: accessRole(id, world, 'read') }),
    })),
    clusters,
    environments,
    namespaces: namespaces.map(({ name, owners, roles }) => ({
      name,
      owners,
      roleArns: roles.filter((text) => !isRoleName(text)),
    })),
    rolePaths: [world.rolePath],
    targetRoleAccounts: [...new Set([...accountIds, ...foreign])],
    systemNamespaces: shipped.systemNamespaces,
    services: services.flatMap(({ name, ...one }) => [
      { id: `${issuer}#${name}`, ...one },
      { id: `iam:${world.accountId}:role/${name}`, ...one },
    ]),
    permissionSets: [],
    people: people.map(({ name, groups, names }) => ({ id: `${issuer}#${name}`, names, groups })),
  };
}

/** The role that the gateway assumes in another account, named as in AWS for the stage `local`. */
function accessRole(account: string, { region: home }: ParsedWorld, access: 'change' | 'read'): string {
  return `arn:aws:iam::${account}:role/pod-identity-gateway/pod-identity-gateway-local-${home}-${access}`;
}

/** All roles of pods: those with fields of their own first, which replace others of their ARN. */
function rolesOf(world: ParsedWorld): readonly { readonly arn: string }[] {
  const accountIds = [...new Set(clustersOf(world).map((one) => one.accountId))];
  const named = world.namespaces.flatMap(({ name, roles }) =>
    roles.flatMap((text) =>
      isRoleName(text) ? accountIds.map((id) => roleArnOf(id, world.rolePath, name, text)) : [text],
    ),
  );
  const own = new Set(world.roles.map(({ arn }) => arn));
  return [...world.roles, ...[...new Set(named)].filter((arn) => !own.has(arn)).map((arn) => ({ arn }))];
}

function principalsOf({ principals: people, services }: ParsedWorld): readonly ExamplePrincipal[] {
  const described = (groups: readonly string[]) =>
    groups.length === 0 ? 'without a group' : `groups ${groups.join(', ')}`;
  return [
    ...people.map(({ name, groups }) => ({ name, description: described(groups), claims: { sub: name, groups } })),
    ...services.map(({ name, groups }) => ({
      name,
      description: `a service, ${described(groups)}`,
      claims: { sub: name, client_id: name },
    })),
  ];
}
