import type { Inventory, InventoryAccount } from '../src/policy/inventory.ts';
import type { JsonObject } from './fold-conditions.ts';

/** The logical IDs of the policies in roles.yml, and the role of an account that each of them lets its function assume. */
const policies: Readonly<Record<string, (account: InventoryAccount) => string | null>> = {
  ChangeOtherAccountsPolicy: ({ roleArn }) => roleArn,
  QueryOtherAccountsPolicy: ({ readRoleArn }) => readRoleArn,
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

/** The policy with these resources in its statement. */
function granting(policy: JsonObject, arns: readonly string[]): JsonObject {
  const { PolicyDocument, ...properties } = policy.Properties as JsonObject & { readonly PolicyDocument: JsonObject };
  const Statement = (PolicyDocument.Statement as JsonObject[]).map((each) => ({ ...each, Resource: arns }));
  return { ...policy, Properties: { ...properties, PolicyDocument: { ...PolicyDocument, Statement } } };
}
