import type { AwsCredentialIdentity } from '@smithy/types';
import type { Deadline } from '../runtime/deadline.ts';
import type { ChangeBounds } from './eks.ts';
import { sourceIdentityOf } from './source-identity.ts';
import type { AssumeRoleRequest } from './sts.ts';

/**
 * The credentials with which the changes of one operation are sent. Rejects with the error of STS
 * or of the network.
 */
export type SessionFor = (
  operation: Pick<ChangeBounds, 'operationId' | 'principalId'>,
  abortSignal: Deadline,
) => Promise<AwsCredentialIdentity>;

/** Assumes a role. Rejects with the error of STS or of the network. */
export type AssumeRole = (request: AssumeRoleRequest, abortSignal: Deadline) => Promise<AwsCredentialIdentity>;

/** The shortest duration that STS allows. An operation needs seconds. */
const sessionSeconds = 900;

/**
 * More operations than one process works on at a time. One that is forgotten too early costs an STS
 * call.
 */
const maxSessions = 32;

/**
 * One session of a role for each operation, named by it and with the principal as its source
 * identity, so that each event of CloudTrail names both. It serves all calls of its operation, such
 * as a create that is sent again while a new role propagates, and no other operation: that would
 * appear under the name of the first.
 */
export function sessionsOf(roleArn: string, assumeRole: AssumeRole): SessionFor {
  const sessions = new Map<string, Promise<AwsCredentialIdentity>>();
  return ({ operationId, principalId }, abortSignal) => {
    const known = sessions.get(operationId);
    if (known) return known;
    const request = {
      RoleArn: roleArn,
      RoleSessionName: operationId,
      SourceIdentity: sourceIdentityOf(principalId),
      DurationSeconds: sessionSeconds,
    };
    const session = assumeRole(request, abortSignal);
    sessions.set(operationId, session);
    session.catch(() => sessions.delete(operationId));
    const [oldest = ''] = sessions.keys();
    if (sessions.size > maxSessions) sessions.delete(oldest);
    return session;
  };
}
