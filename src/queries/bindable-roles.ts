import type { BindableRole, QueryBindableRolesArgs } from '../generated/types.ts';
import { votedNeeds } from '../model/approval-vote.ts';
import type { VotedNeed } from '../model/approval-vote.ts';
import type { AssociationTarget } from '../model/association.ts';
import type { Decision, Violation } from '../model/decision.ts';
import type { Permissions } from '../operations/checks/known-states.ts';
import type { Directory } from '../policy/inventory/directory.ts';
import type { Authorize } from '../policy/policy.ts';
import { validateCreate } from '../validation/create.ts';
import { resolveCluster } from '../validation/names.ts';
import { roleArnIn } from '../validation/role-names.ts';
import type { RequestContext } from './terms/request-context.ts';
import type { QueryResult } from './terms/query-result.ts';

/** How many roles of the inventory are examined, at up to two evaluations of policy each. */
const maxInventoryRoles = 50;

/** Limit of `roleNameType` in the IAM service model. */
const maxRoleNameLength = 64;

/** Policy, and the roles that it is asked about. */
interface RolePolicy extends Permissions {
  readonly authorize: Authorize;
  readonly directory: Directory;
}

/** The violation of who has no permit, and that of what could not be judged. */
const notExplained: readonly string[] = ['default-deny', 'evaluation-failed'];

/**
 * What policy says of creates for a service account: with the roles that the inventory allows its
 * namespace to use, and those of the conventional paths, for which a role named
 * `<namespace>-<serviceAccount>` is evaluated. Reads nothing but the inventory and writes nothing.
 *
 * A denied role is shown only to who has a permit for the create and may list the associations of
 * the namespace: others would learn from it what the inventory allows a namespace to use.
 */
export function bindableRoles(
  policy: RolePolicy,
  { identity, allowsRead }: Pick<RequestContext, 'identity' | 'allowsRead'>,
  input: QueryBindableRolesArgs,
): QueryResult<readonly CandidateRole[]> {
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
  const isDeniedShown =
    input.includeDenied === true &&
    allowsRead({ action: 'ListPodIdentityAssociations', scope: { kind: 'namespace', ...namespaceOf(request) } });
  const judged = (roleArn: string, source: BindableRole['source'], evaluated = roleArn): CandidateRole[] => {
    const decision = decide(evaluated);
    const permission = permissionOf(decision);
    const { needs = [], violations } = decision;
    if (permission !== 'DENIED') return [{ roleArn, source, permission, violations: [], needs: votedNeeds(needs, []) }];
    const isShown = isDeniedShown && !violations.some(({ policyId }) => notExplained.includes(policyId));
    return isShown ? [{ roleArn, source, permission, violations, needs: [] }] : [];
  };

  const { afterRoleArn = null } = input;
  const inventoryRoles = (decide(anyRole).slice.namespace?.roleArns ?? [])
    .toSorted()
    .filter((roleArn) => afterRoleArn === null || roleArn > afterRoleArn)
    .slice(0, maxInventoryRoles);
  const example = `${request.namespace}-${request.serviceAccount}`.slice(0, maxRoleNameLength);
  const paths = afterRoleArn === null ? policy.directory.rolePaths : [];
  const ofConvention = paths
    .map((path) => path.replaceAll('{namespace}', request.namespace))
    .flatMap((path) => {
      const arnOf = (name: string) => roleArnIn(accountId, region, `${path}${name}`);
      return judged(arnOf('*'), 'CONVENTION', arnOf(example));
    });
  return { kind: 'ok', value: [...inventoryRoles.flatMap((arn) => judged(arn, 'INVENTORY')), ...ofConvention] };
}

/** A {@link BindableRole} with its violations as policy has them. */
type CandidateRole = Omit<BindableRole, 'violations' | 'needs'> & {
  readonly violations: readonly Violation[];
  readonly needs: readonly VotedNeed[];
};

function namespaceOf({ accountId, region, clusterName, namespace }: AssociationTarget) {
  return { accountId, region, clusterName, namespace };
}

/**
 * Where policy depends on tags or permissions boundary of the role, which are not read here, it may
 * permit the role.
 */
function permissionOf({ allowed, needs, unknownRoles }: Decision): BindableRole['permission'] {
  if (allowed) return 'PERMITTED';
  if (needs !== undefined) return 'NEEDS_APPROVAL';
  return unknownRoles === undefined ? 'DENIED' : 'DEPENDS_ON_ROLE';
}
