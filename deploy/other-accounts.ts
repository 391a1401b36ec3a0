import type { Inventory, InventoryAccount } from '../src/policy/inventory.ts';
import type { Json, JsonObject } from './fold-conditions.ts';

/** The logical IDs of the policies in roles.yml, and the role of an account that each of them lets its function assume. */
const policies: Readonly<Record<string, (account: InventoryAccount) => string | null>> = {
  ChangeOtherAccountsPolicy: ({ roleArn }) => roleArn,
  ReadOtherAccountsPolicy: ({ readRoleArn, roleArn }) => readRoleArn ?? roleArn,
};

/**
 * Sets the roles of other accounts that each function may assume: those of the inventory that the parameter `assumeRoleArns`
 * contains too, so that a change of the inventory alone gives no access. A policy without a role is removed.
 */
export function withRolesOfOtherAccounts(
  resources: Readonly<Record<string, JsonObject>>,
  { accounts }: Pick<Inventory, 'accounts'>,
  assumeRoleArns: string,
): Record<string, JsonObject> {
  const allowed = assumeRoleArns.split(',');
  return Object.fromEntries(
    Object.entries(resources).flatMap(([name, resource]) => {
      const roleOf = policies[name];
      if (roleOf === undefined) return [[name, resource]];
      const arns = accounts.map(roleOf).filter((arn) => arn !== null && allowed.includes(arn));
      return arns.length === 0 ? [] : [[name, granting(resource, arns as string[])]];
    }),
  );
}

function granting(policy: JsonObject, arns: readonly string[]): JsonObject {
  const statement: Json = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: arns };
  const PolicyDocument: Json = { Version: '2012-10-17', Statement: [statement] };
  return { ...policy, Properties: { ...(policy.Properties as JsonObject), PolicyDocument } };
}
