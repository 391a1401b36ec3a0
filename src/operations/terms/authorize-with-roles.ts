import type { CallBounds } from '../../eks/eks.ts';
import type { ClusterRef } from '../../model/association.ts';
import type { Decision, RoleAttributes } from '../../model/decision.ts';
import type { AuthorizationRequest } from '../../policy/policy.ts';
import { withRoles } from '../../policy/policies/role-attribute-use.ts';
import { effectDeadline } from './admission.ts';
import type { ValidRequest } from './admission.ts';
import type { Dependencies } from './dependencies.ts';
import { readRole } from './read-role.ts';

/** What roles are read with for a decision. */
export type RoleDependencies = Pick<Dependencies, 'eksFor' | 'directory' | 'log'>;

/**
 * Authorizes a change. Where policy depends on attributes of its roles, they are read from IAM
 * first, at one call each: but not for a principal without a permit in the cluster, nor for a
 * request that policy denies whatever its roles are. A role that can't be read or does not exist is
 * a denial.
 */
export async function authorizeWithRoles(
  deps: RoleDependencies & Pick<Dependencies, 'authorize'>,
  valid: ValidRequest,
  request: AuthorizationRequest,
): Promise<Decision> {
  const decision = deps.authorize(valid.authorization, request);
  const { unknownRoles = [] } = decision;
  if (unknownRoles.length === 0) return decision;
  const denial = valid.denial();
  if (denial !== null) return denial;
  const bounds = { deadline: effectDeadline(valid) };
  const roles = await Promise.all(unknownRoles.map((arn) => attributesOf(deps, valid.request, arn, bounds)));
  return deps.authorize(valid.authorization, withRoles(request, roles));
}

async function attributesOf(
  deps: RoleDependencies,
  cluster: ClusterRef,
  arn: string,
  bounds: CallBounds,
): Promise<RoleAttributes> {
  const read = await readRole(deps, cluster, arn, bounds);
  switch (read.kind) {
    case 'found': {
      const { kind, tags, permissionsBoundary } = read;
      return { arn, kind, tags, permissionsBoundary };
    }
    case 'absent':
      return { arn, kind: 'absent' };
    case 'failed': {
      const { exception, message, requestId } = read.error;
      deps.log('warn', 'A role could not be read for a decision.', { arn, exception, message, requestId });
      return { arn, kind: 'failed', reason: exception };
    }
  }
}
