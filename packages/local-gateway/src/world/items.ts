import * as v from 'valibot';
import { accountId, clusterName, namespaceName, personName, region } from '../../../../src/policy/inventory/items.ts';
import { anyObject, exactly, flag, list, text } from '../../../../src/policy/inventory/json.ts';
import { parseRoleArn } from '../../../../src/validation/role-arns.ts';
import { asRole, podIdentityTrustPolicy } from '../../../eks-simulator/src/index.ts';

/**
 * A name of `token NAME`; of a service it is an access key id and the name of an IAM role too, so
 * the characters are few.
 */
const principalName = text('a name of 1 to 64 letters, digits and _+=.@-', (value) => /^[\w+=.@-]{1,64}$/.test(value));
const group = text('a group, such as "payments-team"');
const groups = v.nullish(list(group), []);

/** A cluster: its name, or an object. Null: the account and region of the world. */
export const cluster = v.pipe(
  v.unknown(),
  v.transform((value) => (typeof value === 'string' ? { clusterName: value } : value)),
  exactly({
    clusterName,
    accountId: v.nullish(accountId, null),
    region: v.nullish(region, null),
    environment: v.nullish(text(), 'dev'),
  }),
);

const roleOfNamespace = text(
  'the name of a role, such as "payments-api", or its ARN',
  (value) => isRoleName(value) || parseRoleArn(value) !== null,
);

/** A namespace or a pattern, its owners and the roles that it may use. */
export const namespace = exactly({
  name: namespaceName,
  owners: list(group),
  roles: v.nullish(list(roleOfNamespace), []),
});

/**
 * A role of the simulated IAM, whose rules are those of the simulator. By default it trusts EKS Pod
 * Identity.
 */
export const role = v.pipe(
  anyObject,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return asRole({ trustPolicy: podIdentityTrustPolicy, ...dataset.value }, 'role');
    } catch (error) {
      addIssue({ message: `is not valid: ${error instanceof Error ? error.message : String(error)}.` });
      return NEVER;
    }
  }),
);

/** A person, with the names by which services may name them. */
export const person = exactly({ name: principalName, groups, names: v.nullish(list(personName), []) });

/** A service, with a token and with AWS credentials. */
export const service = exactly({ name: principalName, groups, mayNamePeople: v.nullish(flag, false) });

/** Whether a text is the name of a role in IAM; an ARN is not one. */
export function isRoleName(value: string): boolean {
  return /^[\w+=,.@-]{1,64}$/.test(value);
}
