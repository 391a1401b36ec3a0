import { createHash } from 'node:crypto';
import type { Operation } from './operation.ts';
import { answer, refusal } from './reply.ts';
import type { Role } from './world.ts';

/** The form of a role's name (IAM API reference, GetRole). */
const roleName = /^[\w+=,.@-]{1,64}$/;

/**
 * GetRole of IAM: the role of a name in the account of the signature, with its trust policy, tags
 * and permissions boundary.
 */
export const getRole: Operation = {
  name: 'GetRole',
  service: 'iam',
  method: 'POST',
  path: /^\/$/,
  read: ({ signer: { accountId }, body }, { roles, clock }) => {
    const form = new URLSearchParams(body);
    const [action, name] = [form.get('Action') ?? '', form.get('RoleName') ?? ''];
    if (action !== 'GetRole') return refusal(400, 'InvalidAction', `Could not find operation ${action}`);
    if (!roleName.test(name)) {
      return refusal(400, 'ValidationError', 'The specified value for roleName is invalid.');
    }
    return {
      cluster: null,
      namespace: null,
      serviceAccount: null,
      associationId: null,
      clientRequestToken: null,
      permission: { action: 'iam:GetRole', resource: `arn:aws:iam::${accountId}:role/${name}` },
      run: () => {
        const role = roles.find(accountId, name);
        if (role === null) return refusal(404, 'NoSuchEntity', `The role with name ${name} cannot be found.`);
        return answer({ GetRoleResponse: { GetRoleResult: { Role: roleDetails(role, name, clock()) } } });
      },
    };
  },
};

/** The role as IAM returns it. Its trust policy is percent-encoded JSON. */
function roleDetails({ arn, trustPolicy, tags, permissionsBoundary }: Role, name: string, now: number): object {
  const document = { Version: '2012-10-17', ...trustPolicy };
  const id = createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase();
  return {
    Path: `/${arn
      .split('/')
      .slice(1, -1)
      .map((part) => `${part}/`)
      .join('')}`,
    RoleName: name,
    RoleId: `AROA${id}`,
    Arn: arn,
    CreateDate: new Date(now).toISOString(),
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(document)),
    ...(tags === undefined ? {} : { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
    ...(permissionsBoundary === undefined ? {} : { PermissionsBoundary: boundaryOf(permissionsBoundary) }),
  };
}

function boundaryOf(arn: string): object {
  return { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: arn };
}
