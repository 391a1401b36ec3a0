import { GetRoleCommand, IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam';
import type { IAMClientConfig } from '@aws-sdk/client-iam';
import * as v from 'valibot';
import { parseRoleArn } from '../validation/role-arns.ts';
import type { RoleResult } from './eks.ts';
import { eksErrorOf, unexpectedResponse } from './errors.ts';

/** The parts of `Role` in the IAM API reference that are read. The trust policy is percent-encoded JSON. */
const roleShape = v.object({
  Arn: v.string(),
  AssumeRolePolicyDocument: v.pipe(v.string(), v.maxLength(65_536)),
});

/** IAM of one account. */
export function connectIam(config: IAMClientConfig): IAMClient {
  return new IAMClient(config);
}

/** Reads a role of the account of the client. Errors of IAM and of the network are results, not exceptions. */
export async function readRole(client: IAMClient, roleArn: string, abortSignal: AbortSignal): Promise<RoleResult> {
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
  if (parsed.output.Arn !== roleArn) return { kind: 'absent' };
  try {
    return { kind: 'found', trustPolicy: JSON.parse(decodeURIComponent(parsed.output.AssumeRolePolicyDocument)) };
  } catch {
    return unreadable(requestId);
  }
}

function unreadable(requestId: string | null): RoleResult {
  return { kind: 'failed', error: unexpectedResponse('The role in the response can not be read.', requestId) };
}
