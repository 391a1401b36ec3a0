import { permissionSetOf, serviceOf } from '../policy/inventory/inventory.ts';
import type { KnownPrincipals } from '../policy/inventory/inventory.ts';
import { unauthenticated } from './result.ts';
import type { PrincipalResult } from './result.ts';

/** Prefix of the names of IAM Identity Center's roles, whose sessions are people. */
const identityCenterPrefix = 'AWSReservedSSO_';

/**
 * Account, role name and session name, as in the IAM and STS service models. The ARN of a session
 * lacks the role's path.
 */
const assumedRolePattern =
  /^arn:aws[a-z-]{0,20}:sts::([0-9]{12}):assumed-role\/([\w+=,.@-]{1,64})\/([\w+=,.@-]{1,64})$/;

/** Account and user name, without the path: the name alone is unique in the account. */
const userPattern = /^arn:aws[a-z-]{0,20}:iam::([0-9]{12}):user\/(?:[\x21-\x7E]{0,510}\/)?([\w+=,.@-]{1,64})$/;

/**
 * The principal of a request signed with AWS credentials (Signature Version 4). A role session is a
 * service, except for the roles of IAM Identity Center: AWS sets their session name to the name of
 * the user.
 *
 * @param userArn the ARN that API Gateway found for the credentials
 * @param userId the unique ID that it found; of a role session `AROA…:<session name>`
 */
export function principalFromIam(
  { userArn, userId }: { readonly userArn: string; readonly userId?: string | undefined },
  inventory: KnownPrincipals,
): PrincipalResult {
  const [, roleAccount, roleName, sessionName] = assumedRolePattern.exec(userArn) ?? [];
  if (roleAccount !== undefined && roleName !== undefined && sessionName !== undefined) {
    const role = `iam:${roleAccount}:role/${roleName}`;
    if (roleName.startsWith(identityCenterPrefix)) {
      const { roleId = null, groups = [] } = permissionSetOf(inventory, roleAccount, roleName) ?? {};
      if (roleId !== null && userId !== `${roleId}:${sessionName}`) return otherRole(roleName);
      return identified(`${role}/${sessionName}`, 'USER', groups, sessionName);
    }
    return identified(role, 'SERVICE', serviceOf(inventory, role)?.groups ?? [], sessionName);
  }
  const [, userAccount, userName] = userPattern.exec(userArn) ?? [];
  if (userAccount !== undefined && userName !== undefined) {
    return identified(`iam:${userAccount}:user/${userName}`, 'USER', [], null);
  }
  return unauthenticated(
    'The request is signed with credentials that are not accepted, such as those of a root user or a federated user: sign it with those of a role session or an IAM user.',
  );
}

/**
 * A role that was deleted and created again, possibly by someone else, keeps its name but not its
 * unique ID.
 */
function otherRole(roleName: string): PrincipalResult {
  return unauthenticated(
    `The role ${roleName} does not have the unique ID that the inventory lists: ask the platform admins to check the role and to correct roleId.`,
  );
}

function identified(
  id: string,
  kind: 'USER' | 'SERVICE',
  groups: readonly string[],
  sessionName: string | null,
): PrincipalResult {
  return { kind: 'identified', principal: { id, kind, groups: [...groups], sessionName }, actor: null };
}
