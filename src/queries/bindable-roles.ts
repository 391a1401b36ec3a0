import type { BindableRole, QueryBindableRolesArgs } from '../generated/types.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { Permissions } from '../operations/checks/known-states.ts';
import type { Directory } from '../policy/inventory/directory.ts';
import type { Authorize } from '../policy/policy.ts';
import { validateCreate } from '../validation/create.ts';
import { resolveCluster } from '../validation/names.ts';
import { roleArnIn } from '../validation/role-names.ts';
import type { QueryResult } from './terms/query-result.ts';

/** How many roles of the inventory are examined, at one evaluation of policy each. */
const maxInventoryRoles = 50;

/** Limit of `roleNameType` in the IAM service model. */
const maxRoleNameLength = 64;

/** Policy, and the roles that it is asked about. */
interface RolePolicy extends Permissions {
  readonly authorize: Authorize;
  readonly directory: Directory;
}

/**
 * Roles with which policy would permit a create for a service account, also once others approve it:
 * those that the inventory allows its namespace to use, and those of the conventional paths, for
 * which a role named `<namespace>-<serviceAccount>` is evaluated. Reads nothing but the inventory
 * and writes nothing.
 */
export function bindableRoles(
  policy: RolePolicy,
  identity: RequestIdentity,
  input: QueryBindableRolesArgs,
): QueryResult<readonly BindableRole[]> {
  const { accountId, region } = resolveCluster(input, policy.home);
  const anyRole = roleArnIn(accountId, region, 'x');
  const validated = validateCreate({ ...input, roleArn: anyRole }, policy.home);
  if (validated.kind === 'invalid') {
    const findings = validated.findings.filter(({ path }) => path !== 'roleArn');
    return { kind: 'invalid', findings };
  }
  const { request, onBehalfOf } = validated;
  const context = { identity, onBehalfOf, hasReason: true, now: policy.clock() };
  if (policy.preauthorize(context, 'CreatePodIdentityAssociation', request) !== null) return { kind: 'ok', value: [] };
  const decide = (role: string) =>
    policy.authorize(context, { action: 'CreatePodIdentityAssociation', association: { ...request, roleArn: role } });
  /**
   * Where policy depends on tags or permissions boundary of the role, which are not read here, it
   * may permit the role; an approval can too.
   */
  const mayBeBound = (role: string) => {
    const { allowed, needs, unknownRoles = [] } = decide(role);
    return allowed || needs !== undefined || unknownRoles.length > 0;
  };

  const inventoryRoles = decide(anyRole).slice.namespace?.roleArns ?? [];
  const ofNamespace = inventoryRoles.slice(0, maxInventoryRoles).filter(mayBeBound);
  const example = `${request.namespace}-${request.serviceAccount}`.slice(0, maxRoleNameLength);
  const ofConvention = policy.directory.rolePaths
    .map((path) => path.replaceAll('{namespace}', request.namespace))
    .filter((path) => mayBeBound(roleArnIn(accountId, region, `${path}${example}`)))
    .map((path) => roleArnIn(accountId, region, `${path}*`));
  return { kind: 'ok', value: [...offered(ofNamespace, 'INVENTORY'), ...offered(ofConvention, 'CONVENTION')] };
}

function offered(roleArns: readonly string[], source: BindableRole['source']): BindableRole[] {
  return roleArns.map((arn) => ({ roleArn: arn, source }));
}
