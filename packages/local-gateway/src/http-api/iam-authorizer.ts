import { createHash, timingSafeEqual } from 'node:crypto';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { APIGatewayEventRequestContextIAMAuthorizer } from 'aws-lambda';
import type { RequestHead } from './event.ts';

/** Credentials, and whose they are. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** ARN of an IAM user, or of a role session. */
  readonly userArn: string;
  /** Unique id; of a role session `AROA…:<session name>`. */
  readonly userId: string;
}

/** The authorizer's result for one request. */
type IamAuthorization =
  | { readonly kind: 'authorized'; readonly iam: APIGatewayEventRequestContextIAMAuthorizer['iam'] }
  | {
      readonly kind: 'unauthorized';
      /** What is wrong with the signature, in lower case and without a full stop. */
      readonly description: string;
    };

/** Checks the signature of a request with its body; never throws because of them. */
export type AuthorizeIam = (head: RequestHead, body: Buffer) => Promise<IamAuthorization>;

/** What the authorizer checks requests against. */
export interface IamAuthorizerSettings {
  readonly identities: readonly AwsIdentity[];
  readonly region: string;
  /** Account of the API: 12 digits. */
  readonly accountId: string;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** How far the date of a signature may be from the clock, as in AWS. Milliseconds. */
const windowMs = 300_000;

/**
 * Checks Signature Version 4 in the Authorization header as a route with IAM authorization does,
 * against a list of credentials: date, scope, signed headers, body and HMAC. Session tokens are not
 * checked, and every identity may invoke the API. Source: "Create a signed AWS API request" in
 * IAM's user guide.
 */
export function makeIamAuthorizer(settings: IamAuthorizerSettings): AuthorizeIam {
  const { identities, region, accountId, clock = Date.now } = settings;
  return async (head, body) => {
    const given = parseSignature(head.headers.get('authorization') ?? '');
    if (given === null) return unauthorized('the Authorization header does not hold a Signature Version 4');
    const identity = identities.find(({ accessKeyId }) => accessKeyId === given.accessKeyId);
    if (identity === undefined) return unauthorized('the access key is not one of the local server');
    const time = amzTime(head.headers.get('x-amz-date') ?? '');
    if (time === null) return unauthorized('the header X-Amz-Date is missing, or not of the form YYYYMMDDTHHMMSSZ');
    if (Math.abs(time - clock()) > windowMs) return unauthorized('the signature has expired, or is of the future');
    if (!areSigned(head, given.signedHeaders)) {
      return unauthorized('the headers Host and X-Amz-* are not all signed');
    }
    const hash = head.headers.get('x-amz-content-sha256');
    if (hash !== undefined && hash !== createHash('sha256').update(body).digest('hex')) {
      return unauthorized('the header X-Amz-Content-Sha256 is not the hash of the body');
    }
    const expected = await signatureOf(identity, region, time, given.signedHeaders, head, body);
    if (!isEqual(expected, given)) {
      return unauthorized(
        `the signature does not match: sign for execute-api in ${region}, with the secret access key`,
      );
    }
    return { kind: 'authorized', iam: contextOf(identity, accountId) };
  };
}

function unauthorized(description: string): IamAuthorization {
  return { kind: 'unauthorized', description };
}

/** What an Authorization header states. */
interface Signature {
  readonly accessKeyId: string;
  /** `<date>/<region>/<service>/aws4_request`. */
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  /** 64 hex digits. */
  readonly signature: string;
}

function parseSignature(authorization: string): Signature | null {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;
  const [, accessKeyId, scope, signed, signature] = pattern.exec(authorization.trim()) ?? [];
  if (accessKeyId === undefined || scope === undefined || signed === undefined || signature === undefined) return null;
  return { accessKeyId, scope, signedHeaders: signed.split(';'), signature };
}

/** AWS requires that these headers are signed where the request has them. */
function areSigned({ headers }: RequestHead, signedHeaders: readonly string[]): boolean {
  const required = [...headers.keys()].filter((name) => name === 'host' || name.startsWith('x-amz-'));
  return required.every((name) => signedHeaders.includes(name));
}

/** The signature that the request should have. */
async function signatureOf(
  { accessKeyId, secretAccessKey }: AwsIdentity,
  region: string,
  time: number,
  signedHeaders: readonly string[],
  head: RequestHead,
  body: Buffer,
): Promise<Signature | null> {
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region,
    service: 'execute-api',
    sha256: Hash.bind(null, 'sha256'),
    applyChecksum: false,
  });
  const query = new URLSearchParams(head.rawQueryString);
  const signed = await signer.sign(
    {
      method: head.method,
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: head.path,
      query: Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)])),
      headers: Object.fromEntries(signedHeaders.map((name) => [name, head.headers.get(name) ?? ''])),
      body,
    },
    { signingDate: new Date(time), signableHeaders: new Set(signedHeaders) },
  );
  return parseSignature(signed.headers.authorization ?? '');
}

function isEqual(expected: Signature | null, { scope, signature }: Signature): boolean {
  if (expected?.scope !== scope) return false;
  return timingSafeEqual(Buffer.from(expected.signature, 'hex'), Buffer.from(signature, 'hex'));
}

/**
 * Parses a time such as `20261124T100000Z` to milliseconds since the epoch; null when it is not
 * valid.
 */
function amzTime(text: string): number | null {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? null : time;
}

function contextOf({ accessKeyId, userArn, userId }: AwsIdentity, accountId: string) {
  const organization = { cognitoIdentity: null, principalOrgId: 'o-example' };
  return { ...organization, accessKey: accessKeyId, accountId, callerId: userId, userArn, userId };
}
