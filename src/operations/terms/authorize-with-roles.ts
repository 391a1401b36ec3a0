import type { CallBounds } from '../../eks/eks.ts';
import type { ClusterRef } from '../../model/association.ts';
import type { Decision, RoleAttributes } from '../../model/decision.ts';
import type { AuthorizationRequest, Authorize } from '../../policy/policy.ts';
import { withRoles } from '../../policy/policies/role-attribute-use.ts';
import type { Log } from '../../runtime/log.ts';
import { effectDeadline } from './admission.ts';
import type { ValidRequest } from './admission.ts';
import { readRole } from './read-role.ts';
import type { RoleReader } from './read-role.ts';

/** Policy, and how the roles are read that it asks about. */
export interface RoleAuthorizer extends RoleReader {
  readonly authorize: Authorize;
  readonly log: Log;
}

/**
 * Authorizes a change. Where policy depends on attributes of its roles, they are read from IAM
 * first, at one call each: but not for a principal without a permit in the cluster, nor for a
 * request that policy denies whatever its roles are. A role that can't be read or does not exist is
 * a denial.
 */
export async function authorizeWithRoles(
  authorizer: RoleAuthorizer,
  valid: ValidRequest,
  request: AuthorizationRequest,
): Promise<Decision> {
  const decision = authorizer.authorize(valid.authorization, request);
  const { unknownRoles = [] } = decision;
  if (unknownRoles.length === 0) return decision;
  const denial = valid.denial();
  if (denial !== null) return denial;
  const bounds = { deadline: effectDeadline(valid) };
  const roles = await Promise.all(unknownRoles.map((arn) => attributesOf(authorizer, valid.request, arn, bounds)));
  return authorizer.authorize(valid.authorization, withRoles(request, roles));
}

async function attributesOf(
  authorizer: RoleAuthorizer,
  cluster: ClusterRef,
  arn: string,
  bounds: CallBounds,
): Promise<RoleAttributes> {
  const read = await readRole(authorizer, cluster, arn, bounds);
  switch (read.kind) {
    case 'found': {
      const { kind, tags, permissionsBoundary } = read;
      return { arn, kind, tags, permissionsBoundary };
    }
    case 'absent':
      return { arn, kind: 'absent' };
    case 'failed': {
      const { exception, message, requestId } = read.error;
      authorizer.log('warn', 'A role could not be read for a decision.', { arn, exception, message, requestId });
      return { arn, kind: 'failed', reason: exception };
    }
  }
}
