import type { ServerResponse } from 'node:http';
import { startAnsweringServer } from './answering-server.ts';
import type { SeenRequest } from './answering-server.ts';

/** A session that the server gave credentials for. */
export interface Session {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly sourceIdentity: string | null;
  readonly durationSeconds: number;
  /** Access key ID of the session's credentials. */
  readonly accessKeyId: string;
  /** Access key ID and region of the request's signature. */
  readonly signedBy: string;
  readonly region: string;
}

/** Names that STS accepts (AssumeRole in its API reference: RoleSessionName, SourceIdentity). */
const name = /^[\w+=,.@-]{2,64}$/;

/** A rule of the API reference; `value` is null where the parameter is absent. */
const rules: Readonly<Record<string, (value: string | null) => boolean>> = {
  Action: (value) => value === 'AssumeRole',
  Version: (value) => value === '2011-06-15',
  RoleArn: (value) => value !== null && value.length <= 2_048 && /^arn:aws:iam::\d{12}:role\/.+$/.test(value),
  RoleSessionName: (value) => value !== null && name.test(value),
  SourceIdentity: (value) => value === null || (name.test(value) && !value.startsWith('aws:')),
  DurationSeconds: (value) =>
    value === null || (/^\d+$/.test(value) && Number(value) >= 900 && Number(value) <= 43_200),
};

/**
 * Starts an STS that answers AssumeRole over HTTP as its API reference describes: it checks the parameters and the scope of
 * the signature. A role of `withSourceIdentity` can be assumed only with one, as by its trust policy.
 */
export async function startSts(withSourceIdentity: readonly string[] = []) {
  const sessions: Session[] = [];
  let instead: ((response: ServerResponse) => unknown) | null = null;
  const { endpoint, seen, stop } = await startAnsweringServer((response, request) => {
    response.setHeader('content-type', 'text/xml');
    if (instead) {
      instead(response);
      return;
    }
    const problem = problemOf(request, withSourceIdentity);
    if (problem) {
      stsError(response, ...problem);
      return;
    }
    const session = sessionFor(request, sessions.length);
    sessions.push(session);
    response.end(credentialsXml(session));
  });
  return {
    endpoint,
    /** All requests, also those that were refused. */
    seen,
    sessions,
    /** The session with which a request was signed. */
    sessionOf: (accessKeyId: string | null | undefined) => sessions.find((one) => one.accessKeyId === accessKeyId),
    /** Forgets all requests and sessions. */
    clear: () => {
      seen.length = 0;
      sessions.length = 0;
    },
    /** Answers all requests in another way from now on; null: as STS does. */
    answerInstead: (other: typeof instead) => (instead = other),
    stop,
  };
}

/** Access key ID and region of a signature for STS. */
function signatureOf({ headers }: SeenRequest) {
  const scope = /Credential=([^/]+)\/\d{8}\/([^/]+)\/sts\/aws4_request/.exec(headers.authorization ?? '');
  return { signedBy: scope?.[1] ?? null, region: scope?.[2] ?? null };
}

/** Why STS refuses a request: status, code and message; null if it does not. */
function problemOf(request: SeenRequest, withSourceIdentity: readonly string[]): [number, string, string] | null {
  const parameters = new URLSearchParams(request.body);
  const { signedBy } = signatureOf(request);
  const roleArn = parameters.get('RoleArn') ?? '';
  const wrong = Object.keys(rules).find((key) => rules[key]?.(parameters.get(key)) === false);
  if (signedBy === null) return [403, 'SignatureDoesNotMatch', 'The scope of the signature is wrong.'];
  if (wrong !== undefined) return [400, 'ValidationError', `${wrong} fails to satisfy constraint.`];
  if (withSourceIdentity.includes(roleArn) && parameters.get('SourceIdentity') === null) {
    const message = `User: ${signedBy} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
    return [403, 'AccessDenied', message];
  }
  return null;
}

function sessionFor(request: SeenRequest, index: number): Session {
  const parameters = new URLSearchParams(request.body);
  const { signedBy, region } = signatureOf(request);
  return {
    roleArn: parameters.get('RoleArn') ?? '',
    sessionName: parameters.get('RoleSessionName') ?? '',
    sourceIdentity: parameters.get('SourceIdentity'),
    durationSeconds: Number(parameters.get('DurationSeconds') ?? 3_600),
    accessKeyId: `ASIA${String(index).padStart(16, '0')}`,
    signedBy: signedBy ?? '',
    region: region ?? '',
  };
}

function credentialsXml({ accessKeyId, durationSeconds }: Session): string {
  const expiration = new Date(Date.now() + durationSeconds * 1_000).toISOString();
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
    <AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
    <SessionToken>session</SessionToken><Expiration>${expiration}</Expiration>
    </Credentials></AssumeRoleResult></AssumeRoleResponse>`;
}

/** Answers with an error of the Query protocol. */
export function stsError(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status)
    .end(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
    <Code>${code}</Code><Message>${message}</Message></Error><RequestId>sts-request-1</RequestId></ErrorResponse>`);
}

/** Runs `use` while the SDK's clients of STS send their requests to this endpoint. */
export async function withStsAt<T>(endpoint: string, use: () => Promise<T>): Promise<T> {
  process.env.AWS_ENDPOINT_URL_STS = endpoint;
  try {
    return await use();
  } finally {
    delete process.env.AWS_ENDPOINT_URL_STS;
  }
}
