import type { IncomingHttpHeaders } from 'node:http';
import { refusal } from './reply.ts';
import type { Refusal } from './reply.ts';
import { isIssuedKey } from './sessions.ts';
import type { Sessions } from './sessions.ts';
import type { World } from './world.ts';

/** A simulated AWS service, as in the scope of a signature. */
export type Service = 'eks' | 'iam' | 'sts';

/** The signer of a request, and the region it is for. */
export interface Signer {
  readonly kind: 'signed';
  readonly accountId: string;
  readonly region: string;
  /** ARN of the IAM user that owns the access key, or of the session that it was issued for. */
  readonly arn: string;
  /** By which a trust policy can name the signer: ARNs, and the id of its account. */
  readonly names: readonly string[];
}

/** Whose access keys a simulator knows. */
export interface KnownKeys {
  readonly world: Pick<World, 'accessKeys' | 'defaultAccountId'>;
  readonly sessions: Pick<Sessions, 'find'>;
}

/** The scope of a Signature Version 4, as sent; null where the header has none. */
export function scopeOf({ authorization = '' }: IncomingHttpHeaders) {
  const credential = /[ ,]Credential=([^/,]+)\/\d{8}\/([^/,]+)\/([^/,]+)\/aws4_request,/.exec(authorization);
  const [, accessKeyId, region, service] = credential ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return null;
  return { accessKeyId, region, service };
}

/**
 * Reads the signer and region of a Signature Version 4, and checks its date. The HMAC is not
 * checked, because the simulator has no secret keys. `wanted` is the service. `now` is milliseconds
 * since the epoch; `windowMs` is milliseconds. The date may also fit to one of `otherTimes`.
 */
export function readSignature(
  headers: IncomingHttpHeaders,
  keys: KnownKeys,
  now: number,
  windowMs: number,
  wanted: Service,
  otherTimes: readonly number[] = [],
): Signer | Refusal {
  const authorization = headers.authorization;
  if (!authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    return refusal(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const scope = scopeOf(headers);
  if (scope === null || !authorization.includes('Signature=')) {
    const parts = `Credential=<access key id>/<date>/<region>/${wanted}/aws4_request, SignedHeaders=… and Signature=…`;
    return refusal(403, 'IncompleteSignatureException', `Authorization header must hold ${parts}`);
  }
  const { accessKeyId, region, service } = scope;
  if (service !== wanted) return invalidSignature(`Credential should be scoped to correct service: '${wanted}'.`);

  const date = headers['x-amz-date'];
  const late = dateProblem(date, now, windowMs);
  if (late && !otherTimes.some((time) => dateProblem(date, time, windowMs) === null)) return late;
  if (isIssuedKey(accessKeyId)) return sessionSigner(keys.sessions, accessKeyId, headers, region, now);
  const { accessKeys, defaultAccountId } = keys.world;
  const accountId = (Object.hasOwn(accessKeys, accessKeyId) ? accessKeys[accessKeyId] : undefined) ?? defaultAccountId;
  return signerOf(accountId, region, [`arn:aws:iam::${accountId}:user/${accessKeyId}`]);
}

/** The session of issued credentials, which are in its account only. */
function sessionSigner(
  sessions: Pick<Sessions, 'find'>,
  accessKeyId: string,
  headers: IncomingHttpHeaders,
  region: string,
  now: number,
): Signer | Refusal {
  const session = sessions.find(accessKeyId);
  if (session === null || session.token !== headers['x-amz-security-token']) {
    return refusal(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (session.expiresAt <= now) {
    return refusal(403, 'ExpiredTokenException', 'The security token included in the request is expired');
  }
  return signerOf(session.accountId, region, [session.arn, session.roleArn]);
}

/** @param arns of the signer; the first is its own */
function signerOf(accountId: string, region: string, arns: readonly [string, ...string[]]): Signer {
  return {
    kind: 'signed',
    accountId,
    region,
    arn: arns[0],
    names: [...arns, `arn:aws:iam::${accountId}:root`, accountId],
  };
}

/** Checks the signing date as AWS does: at most the window before or after the clock. */
function dateProblem(header: string | string[] | undefined, now: number, windowMs: number): Refusal | null {
  if (header === undefined) {
    const message = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
    return refusal(403, 'IncompleteSignatureException', message);
  }
  const amzDate = String(header);
  const time = amzTime(amzDate);
  if (time === null) {
    return refusal(403, 'IncompleteSignatureException', `X-Amz-Date must be YYYYMMDDTHHMMSSZ, but is '${amzDate}'`);
  }
  const [clock, minutes] = [amzText(now), windowMs / 60_000];
  if (time < now - windowMs) {
    const earliest = amzText(now - windowMs);
    return invalidSignature(
      `Signature expired: ${amzDate} is now earlier than ${earliest} (${clock} - ${minutes} min.)`,
    );
  }
  if (time > now + windowMs) {
    const latest = amzText(now + windowMs);
    return invalidSignature(
      `Signature not yet current: ${amzDate} is still later than ${latest} (${clock} + ${minutes} min.)`,
    );
  }
  return null;
}

function invalidSignature(message: string): Refusal {
  return refusal(403, 'InvalidSignatureException', message);
}

/**
 * Parses a time such as `20261124T100000Z` to milliseconds since the epoch; null when it is
 * invalid.
 */
function amzTime(text: string): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return null;
  const [, year, month, day, hour, minute, second] = parts;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? null : time;
}

function amzText(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}
