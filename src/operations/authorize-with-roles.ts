import type { CallBounds } from '../eks/eks.ts';
import type { ClusterRef } from '../model/association.ts';
import type { Decision, RoleFacts } from '../model/decision.ts';
import type { AuthorizationRequest } from '../policy/policy.ts';
import { withRoles } from '../policy/role-attribute-use.ts';
import type { Dependencies } from './dependencies.ts';
import { effectDeadline } from './operation.ts';
import type { ValidRequest } from './operation.ts';
import { readRole } from './read-role.ts';

/**
 * Authorizes a change. Where policy depends on facts of its roles, they are read from IAM first, at one call each: but not for a
 * principal without a permit in the cluster, nor for a request that policy denies whatever its roles are. A role that can't be read
 * or does not exist is a denial.
 */
export async function authorizeWithRoles(
  deps: Dependencies,
  valid: ValidRequest,
  request: AuthorizationRequest,
): Promise<Decision> {
  const decision = deps.authorize(valid.authorization, request);
  const { unknownRoles = [] } = decision;
  if (unknownRoles.length === 0) return decision;
  const denial = valid.denial();
  if (denial !== null) return denial;
  const bounds = { deadline: effectDeadline(valid) };
  const roles = await Promise.all(unknownRoles.map((arn) => factsOf(deps, valid.request, arn, bounds)));
  return deps.authorize(valid.authorization, withRoles(request, roles));
}

async function factsOf(deps: Dependencies, cluster: ClusterRef, arn: string, bounds: CallBounds): Promise<RoleFacts> {
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
