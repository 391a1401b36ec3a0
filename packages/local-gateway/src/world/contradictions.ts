import * as v from 'valibot';
import { duplicates } from '../../../../src/policy/inventory/contradictions.ts';
import type { Contradiction } from '../../../../src/policy/inventory/contradictions.ts';
import { accountId, environment, region, rolePath } from '../../../../src/policy/inventory/items.ts';
import { rolePathOf } from '../../../../src/policy/inventory/role-paths.ts';
import { fieldOf, validItems } from '../../../../src/policy/inventory/schema.ts';
import { parseRoleArn } from '../../../../src/validation/role-arns.ts';
import { cluster, isRoleName, namespace, person, role, service } from './items.ts';

/** What a world has where it does not say it. */
export interface Defaults {
  readonly accountId: string;
  readonly region: string;
}

/** The role path of worlds that give none; that of the example inventory. */
export const defaultRolePath = '/pods/{namespace}/';

/** Contradictions between the valid items of the lists. Works on an invalid world too. */
export function contradictions(world: unknown, defaults: Defaults): readonly Contradiction[] {
  const itemsOf = <I>(field: string, item: v.GenericSchema<unknown, I>) => validItems(world, field, item, false);
  const [people, services] = [itemsOf('principals', person), itemsOf('services', service)];
  const takenNames = new Set(people.map(([, { name }]) => name));
  return [
    ...duplicates('clusters', itemsOf('clusters', cluster), (one) => {
      const place = placeOf(world, defaults);
      return `${one.accountId ?? place.accountId}/${one.region ?? place.region}/${one.clusterName}`;
    }),
    ...duplicates('environments', itemsOf('environments', environment), ({ name }) => name),
    ...duplicates('namespaces', itemsOf('namespaces', namespace), ({ name }) => name),
    ...duplicates('roles', itemsOf('roles', role), ({ arn }) => arn),
    ...duplicates(
      'principals',
      people.flatMap(([index, { name, names }]) =>
        [...new Set([name, ...names])].map((each) => [index, each] as const),
      ),
      (each) => each,
    ),
    ...duplicates('services', services, ({ name }) => name),
    ...services
      .filter(([, { name }]) => takenNames.has(name))
      .map(([index, { name }]) => ({
        path: ['services', index, 'name'],
        message: `${JSON.stringify(name)} is a principal too; give the service another name.`,
      })),
    ...roleProblems(world, defaults),
  ];
}

/** Account and region of the world itself. */
function placeOf(world: unknown, defaults: Defaults): Defaults {
  const [ownAccount, ownRegion] = [fieldOf(world, 'accountId'), fieldOf(world, 'region')];
  return {
    accountId: v.is(accountId, ownAccount) ? ownAccount : defaults.accountId,
    region: v.is(region, ownRegion) ? ownRegion : defaults.region,
  };
}

/**
 * Names of roles of patterns, which have no path, and roles that IAM can't have at the same time.
 */
function roleProblems(world: unknown, defaults: Defaults): readonly Contradiction[] {
  const ownPath = fieldOf(world, 'rolePath');
  const path = v.is(rolePath, ownPath) ? ownPath : defaultRolePath;
  const home = placeOf(world, defaults).accountId;
  const clusters = validItems(world, 'clusters', cluster, false).map(([, one]) => one);
  const accountIds = new Set(clusters.map((one) => one.accountId ?? home));
  const problems: Contradiction[] = [];
  const arns = new Map<string, string>();
  const add = (place: readonly (string | number)[], arn: string) => {
    const { accountId: account, name } = parseRoleArn(arn) ?? {};
    const key = `${account}/${name?.toLowerCase()}`;
    const other = arns.get(key) ?? arn;
    arns.set(key, other);
    if (other !== arn) {
      const message = `${arn} and ${other} have one name; IAM has one role of a name in an account: rename one of them.`;
      problems.push({ path: place, message });
    }
    return other === arn;
  };
  for (const [index, { arn }] of validItems(world, 'roles', role, false)) add(['roles', index], arn);
  for (const [index, { name, roles }] of validItems(world, 'namespaces', namespace, false)) {
    for (const [position, text] of roles.entries()) {
      const place = ['namespaces', index, 'roles', position];
      if (!isRoleName(text)) add(place, text);
      else if (name.endsWith('*')) {
        const message = `${JSON.stringify(text)} is a role of a pattern of namespaces; write the ARN of a role.`;
        problems.push({ path: place, message });
      } else [...accountIds].every((account) => add(place, roleArnOf(account, path, name, text)));
    }
  }
  return problems;
}

/** The ARN of the role of a namespace by convention. */
export function roleArnOf(account: string, path: string, namespaceName: string, name: string): string {
  return `arn:aws:iam::${account}:role${rolePathOf(path, namespaceName)}${name}`;
}
