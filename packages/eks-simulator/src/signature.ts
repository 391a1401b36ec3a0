import type { IncomingHttpHeaders } from 'node:http';
import { refusal } from './reply.ts';
import type { Refusal } from './reply.ts';
import type { World } from './world.ts';

/** The signer of a request, and the region it is for. */
export interface Signer {
  readonly kind: 'signed';
  readonly accountId: string;
  readonly region: string;
  /** ARN of the IAM user that owns the access key. */
  readonly userArn: string;
}

/**
 * Reads the signer and region of a Signature Version 4, and checks its date. The HMAC is not checked, because the simulator
 * has no secret keys. `wanted` is the service. `now` is milliseconds since the epoch; `windowMs` is milliseconds.
 */
export function readSignature(
  headers: IncomingHttpHeaders,
  world: World,
  now: number,
  windowMs: number,
  wanted: 'eks' | 'iam',
): Signer | Refusal {
  const authorization = headers.authorization;
  if (!authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    return refusal(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const credential = /[ ,]Credential=([^/,]+)\/\d{8}\/([^/,]+)\/([^/,]+)\/aws4_request,/.exec(authorization);
  const [, accessKeyId, region, service] = credential ?? [];
  if (accessKeyId === undefined || region === undefined || !authorization.includes('Signature=')) {
    const parts = `Credential=<access key id>/<date>/<region>/${wanted}/aws4_request, SignedHeaders=… and Signature=…`;
    return refusal(403, 'IncompleteSignatureException', `Authorization header must hold ${parts}`);
  }
  if (service !== wanted) return invalidSignature(`Credential should be scoped to correct service: '${wanted}'.`);

  const late = dateProblem(headers['x-amz-date'], now, windowMs);
  if (late) return late;
  const keys = world.accessKeys;
  const accountId = (Object.hasOwn(keys, accessKeyId) ? keys[accessKeyId] : undefined) ?? world.defaultAccountId;
  return { kind: 'signed', accountId, region, userArn: `arn:aws:iam::${accountId}:user/${accessKeyId}` };
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

/** Parses a time such as `20261124T100000Z` to milliseconds since the epoch; null when it is invalid. */
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
