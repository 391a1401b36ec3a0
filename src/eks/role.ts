import { GetRoleCommand, IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam';
import type { IAMClientConfig } from '@aws-sdk/client-iam';
import * as v from 'valibot';
import { maxTags } from '../model/association.ts';
import type { Tag } from '../model/association.ts';
import { parseRoleArn } from '../validation/role-arns.ts';
import type { Deadline } from '../runtime/deadline.ts';
import type { RoleResult } from './eks.ts';
import { eksErrorOf, unexpectedResponse } from './errors.ts';
import { meterOf } from './metered.ts';

/** Limits of `tagKeyType`, `tagValueType` and `arnType` in the IAM API reference. */
const tag = v.object({
  Key: v.pipe(v.string(), v.maxLength(128)),
  Value: v.pipe(v.string(), v.maxLength(256)),
});
const arn = v.pipe(v.string(), v.maxLength(2_048));

/**
 * The parts of `Role` in the IAM API reference that are read. The trust policy is percent-encoded
 * JSON.
 */
const roleShape = v.object({
  Arn: v.string(),
  AssumeRolePolicyDocument: v.pipe(v.string(), v.maxLength(65_536)),
  Tags: v.nullish(v.pipe(v.array(tag), v.maxLength(maxTags)), []),
  PermissionsBoundary: v.nullish(v.object({ PermissionsBoundaryArn: arn })),
});

/** IAM of one account. */
export function connectIam(config: IAMClientConfig): IAMClient {
  const client = new IAMClient(config);
  client.middlewareStack.use(meterOf('iam'));
  return client;
}

/**
 * Reads a role of the account of the client. Errors of IAM and of the network are results, not
 * exceptions.
 */
export async function readRole(client: IAMClient, roleArn: string, abortSignal: Deadline): Promise<RoleResult> {
  try {
    const command = new GetRoleCommand({ RoleName: parseRoleArn(roleArn)?.name });
    const output = await client.send(command, { abortSignal });
    return roleFrom(output.Role, roleArn, output.$metadata.requestId ?? null);
  } catch (error) {
    return error instanceof NoSuchEntityException ? { kind: 'absent' } : { kind: 'failed', error: eksErrorOf(error) };
  }
}

function roleFrom(role: unknown, roleArn: string, requestId: string | null): RoleResult {
  const parsed = v.safeParse(roleShape, role);
  if (!parsed.success) return unreadable(requestId);
  // Names are unique in an account whatever the path, so a role of this name can have another ARN.
  const { Arn, AssumeRolePolicyDocument, Tags, PermissionsBoundary } = parsed.output;
  if (Arn !== roleArn) return { kind: 'absent' };
  const tags = Tags.map(({ Key, Value }) => ({ key: Key, value: Value })).toSorted(byKey);
  const permissionsBoundary = PermissionsBoundary?.PermissionsBoundaryArn ?? null;
  try {
    const trustPolicy: unknown = JSON.parse(decodeURIComponent(AssumeRolePolicyDocument));
    return { kind: 'found', trustPolicy, tags, permissionsBoundary };
  } catch {
    return unreadable(requestId);
  }
}

function byKey(one: Tag, other: Tag): number {
  return one.key < other.key ? -1 : 1;
}

function unreadable(requestId: string | null): RoleResult {
  return { kind: 'failed', error: unexpectedResponse("The role in the response can't be read.", requestId) };
}
