import { notAuthenticated } from './identity.ts';
import type { Directory, Identity } from './identity.ts';

/** What the names of IAM Identity Center's roles begin with: their sessions are people. */
const identityCenterPrefix = 'AWSReservedSSO_';

/** Account, name and session; names as in the IAM and STS service models. The ARN of a session lacks the role's path. */
const assumedRolePattern =
  /^arn:aws[a-z-]{0,20}:sts::([0-9]{12}):assumed-role\/([\w+=,.@-]{1,64})\/([\w+=,.@-]{1,64})$/;

/** Account and name, behind the path that the name doesn't need: it is unique in the account without it. */
const userPattern = /^arn:aws[a-z-]{0,20}:iam::([0-9]{12}):user\/(?:[\x21-\x7E]{0,510}\/)?([\w+=,.@-]{1,64})$/;

function principal(
  id: string,
  kind: 'USER' | 'SERVICE',
  groups: readonly string[],
  sessionName: string | null = null,
): Identity {
  return { kind: 'identified', principal: { id, kind, groups: [...groups], sessionName }, actor: null };
}

/**
 * Who asks with a request signed by AWS credentials (Signature Version 4), by the ARN that API Gateway found behind them.
 * Roles are services, but for those of IAM Identity Center: their session name is the person's, and set by AWS.
 */
export function identityByIam(userArn: string, directory: Directory): Identity {
  const [, roleAccount, roleName, sessionName] = assumedRolePattern.exec(userArn) ?? [];
  if (roleAccount !== undefined && roleName !== undefined && sessionName !== undefined) {
    const role = `iam:${roleAccount}:role/${roleName}`;
    if (!roleName.startsWith(identityCenterPrefix)) {
      return principal(role, 'SERVICE', directory.serviceOf(role)?.groups ?? [], sessionName);
    }
    return principal(`${role}/${sessionName}`, 'USER', directory.groupsOfPermissionSet(roleName) ?? [], sessionName);
  }
  const [, userAccount, userName] = userPattern.exec(userArn) ?? [];
  if (userAccount !== undefined && userName !== undefined) {
    return principal(`iam:${userAccount}:user/${userName}`, 'USER', []);
  }
  return notAuthenticated(
    'The request is signed by credentials that are not accepted, e.g. of a root user or a federated user: sign it as a role session or as an IAM user.',
  );
}
