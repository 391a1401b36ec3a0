import type { Backend, Operation } from './operation.ts';
import { answer, refusal } from './reply.ts';
import type { Refusal, Reply } from './reply.ts';
import type { Session, SessionRequest } from './sessions.ts';
import type { Signer } from './signature.ts';
import { allowsPrincipal } from './trust-policy.ts';
import { roleArnPattern } from './world-names.ts';

/** Names of sessions and source identities (STS API reference, AssumeRole). */
const sessionName = /^[\w+=,.@-]{2,64}$/;

/** Shortest and longest session, and the one when a request names none; seconds. */
const duration = { least: 900, most: 43_200, fallback: 3_600 };

/**
 * AssumeRole of STS: credentials of a role of the world, in any account, whose trust policy names
 * the signer or its account.
 */
export const assumeRole: Operation = {
  name: 'AssumeRole',
  service: 'sts',
  method: 'POST',
  path: /^\/$/,
  read: ({ signer, body }, backend) => {
    const form = new URLSearchParams(body);
    const action = form.get('Action') ?? '';
    if (action !== 'AssumeRole') return refusal(400, 'InvalidAction', `Could not find operation ${action}`);
    const session = sessionOf(form);
    if ('kind' in session) return session;
    return {
      cluster: null,
      namespace: null,
      serviceAccount: null,
      associationId: null,
      clientRequestToken: null,
      session,
      permission: { action: 'sts:AssumeRole', resource: session.roleArn },
      run: () => start(session, signer, backend),
    };
  },
};

/** What a request asks for; a refusal when a parameter is missing or wrong. */
function sessionOf(form: URLSearchParams): SessionRequest | Refusal {
  const roleArn = form.get('RoleArn') ?? '';
  const name = form.get('RoleSessionName') ?? '';
  const sourceIdentity = form.get('SourceIdentity');
  const durationSeconds = Number(form.get('DurationSeconds') ?? duration.fallback);
  const policy = form.get('Policy');
  if (!roleArnPattern.test(roleArn)) return invalid('RoleArn', 'the ARN of an IAM role');
  if (!sessionName.test(name)) return invalid('RoleSessionName', `2 to 64 characters of [\\w+=,.@-]`);
  if (sourceIdentity !== null && !sessionName.test(sourceIdentity)) {
    return invalid('SourceIdentity', `2 to 64 characters of [\\w+=,.@-]`);
  }
  if (!Number.isInteger(durationSeconds) || durationSeconds < duration.least || durationSeconds > duration.most) {
    return invalid('DurationSeconds', `a whole number from ${duration.least} to ${duration.most}`);
  }
  if (policy !== null && !isJsonObject(policy)) return refusal(400, 'MalformedPolicyDocument', 'Policy must be JSON');
  return { roleArn, sessionName: name, sourceIdentity, durationSeconds, tags: tagsOf(form), policy };
}

function invalid(parameter: string, means: string): Refusal {
  return refusal(400, 'ValidationError', `1 validation error detected: ${parameter} must be ${means}`);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The list `Tags.member.1.Key`, `Tags.member.1.Value`, … of the query protocol. */
function tagsOf(form: URLSearchParams): Readonly<Record<string, string>> {
  const keys = [...form].flatMap(([field, key]) => {
    const [, index] = /^Tags\.member\.(\d+)\.Key$/.exec(field) ?? [];
    return index === undefined ? [] : [[key, form.get(`Tags.member.${index}.Value`) ?? ''] as const];
  });
  return Object.fromEntries(keys);
}

function start(request: SessionRequest, signer: Signer, { roles, sessions }: Backend): Reply {
  const { roleArn, sourceIdentity, tags } = request;
  const role = roles.withArn(roleArn);
  const needed = [
    'sts:AssumeRole',
    ...(sourceIdentity === null ? [] : ['sts:SetSourceIdentity']),
    ...(Object.keys(tags).length === 0 ? [] : ['sts:TagSession']),
  ];
  const missing = needed.find((action) => role === null || !allowsPrincipal(role.trustPolicy, signer.names, action));
  if (missing === undefined) return answer(credentialsOf(sessions.start(request), sourceIdentity));
  // STS answers so for a role that does not exist, too.
  const message = `User: ${signer.arn} is not authorized to perform: ${missing} on resource: ${roleArn}`;
  return refusal(403, 'AccessDenied', message);
}

function credentialsOf(session: Session, sourceIdentity: string | null): object {
  const { accessKeyId, secretAccessKey, token, expiresAt, arn } = session;
  return {
    AssumeRoleResponse: {
      AssumeRoleResult: {
        ...(sourceIdentity === null ? {} : { SourceIdentity: sourceIdentity }),
        Credentials: {
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          SessionToken: token,
          Expiration: new Date(expiresAt).toISOString(),
        },
        AssumedRoleUser: { Arn: arn, AssumedRoleId: `AROA${accessKeyId.slice(4)}:${arn.split('/').at(-1)}` },
      },
    },
  };
}
