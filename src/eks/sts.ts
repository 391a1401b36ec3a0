import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Deadline } from '../runtime/deadline.ts';
import type { CallerResult } from './eks.ts';
import { eksErrorOf, unexpectedResponse } from './errors.ts';
import { meterOf } from './metered.ts';
import { connectionTimeoutMs, sdkSettings } from './sdk-settings.ts';
import type { SdkSettings } from './sdk-settings.ts';

/** Which role to assume, and what CloudTrail shows of the session. */
export type AssumeRoleRequest = AssumeRoleCommandInput;

/** Prepares a connection to the STS of a region. Sends no request. */
export function connectSts(settings: SdkSettings): STSClient {
  const requestHandler = new NodeHttpHandler({ connectionTimeout: connectionTimeoutMs, ...settings.agents });
  const client = new STSClient({ ...sdkSettings(settings), requestHandler, maxAttempts: 3 });
  client.middlewareStack.use(meterOf('sts'));
  return client;
}

/** Assumes a role. Rejects with the error of STS or of the network. */
export async function assumeRole(
  sts: STSClient,
  request: AssumeRoleRequest,
  abortSignal?: Deadline,
): Promise<AwsCredentialIdentity> {
  const { Credentials } = await sts.send(new AssumeRoleCommand(request), abortSignal ? { abortSignal } : {});
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = Credentials ?? {};
  if (!accessKeyId || !secretAccessKey) throw new Error('AWS STS returned no credentials.');
  const { SessionToken: sessionToken, Expiration: expiration } = Credentials ?? {};
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(expiration === undefined ? {} : { expiration }),
  };
}

/** The account of a client's credentials. Errors are results, not exceptions. */
export async function callerAccount(sts: STSClient, abortSignal: Deadline): Promise<CallerResult> {
  try {
    const { Account: accountId } = await sts.send(new GetCallerIdentityCommand(), { abortSignal });
    if (accountId !== undefined) return { kind: 'found', accountId };
    return { kind: 'failed', error: unexpectedResponse('AWS STS named no account.', null) };
  } catch (error) {
    return { kind: 'failed', error: eksErrorOf(error) };
  }
}
