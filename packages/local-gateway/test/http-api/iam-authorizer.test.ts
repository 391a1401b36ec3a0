import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { identitiesOf } from '../../src/aws-identities.ts';
import { makeIamAuthorizer } from '../../src/http-api/iam-authorizer.ts';
import { echo, start, stopAll } from './http-api-server.ts';

const accountId = '111122223333';
const region = 'eu-central-1';
const localSecret = 'a secret of the folder';
const identities = identitiesOf({ home: { accountId }, world: null }, localSecret);
const body = '{"query":"{ viewer { id } }"}';

afterEach(stopAll);

/** What a request is signed with, and what is changed after that. */
interface Options {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly region?: string;
  readonly service?: string;
  readonly date?: Date;
  readonly query?: Record<string, string>;
  readonly change?: (headers: Record<string, string>) => Record<string, string>;
  readonly sentBody?: string;
}

/** Signs a request as AWS SDKs do, and sends it. */
async function send(options: Options = {}): Promise<Response> {
  const authorizeIam = makeIamAuthorizer({ identities, region, accountId });
  const { url } = await start(echo, { authorizeIam });
  const { accessKeyId = 'ci-deployer', secretAccessKey = localSecret, sessionToken, query = {} } = options;
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    region: options.region ?? region,
    service: options.service ?? 'execute-api',
    sha256: Hash.bind(null, 'sha256'),
  });
  const { host, hostname } = new URL(url);
  const request = {
    method: 'POST',
    protocol: 'http:',
    hostname,
    path: '/iam/graphql',
    query,
    headers: { host, 'content-type': 'application/json' },
    body,
  };
  const { headers } = await signer.sign(request, { signingDate: options.date ?? new Date() });
  const search = new URLSearchParams(query).toString();
  return fetch(`${url}/iam/graphql${search === '' ? '' : `?${search}`}`, {
    method: 'POST',
    headers: options.change?.({ ...headers }) ?? headers,
    body: options.sentBody ?? body,
  });
}

test.each([
  ['ci-deployer', 'arn:aws:sts::111122223333:assumed-role/ci-deployer/build-7', 'AROA0123456789ABCDEF7:build-7'],
  [
    'platform-admin',
    'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_PlatformAdmin_0123456789abcdef/pat',
    'AROA0123456789ABCDEF0:pat',
  ],
  ['user', 'arn:aws:iam::111122223333:user/alice', 'AIDA0123456789ABCDEF0'],
])('a request signed by %s reaches the handler with its ARN', async (accessKeyId, userArn, userId) => {
  const response = await send({ accessKeyId });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    routeKey: 'POST /iam/graphql',
    requestContext: {
      routeKey: 'POST /iam/graphql',
      authorizer: { iam: { accessKey: accessKeyId, accountId, callerId: userId, userArn, userId } },
    },
  });
});

test.each([
  ['a session token', { sessionToken: 'any' }],
  ['query parameters', { query: { b: 'x y', a: '1' } }],
  ['a date within five minutes', { date: new Date(Date.now() - 290_000) }],
])('a request with %s is accepted', async (_, options) => {
  expect((await send(options)).status).toBe(200);
});

const without = (name: string) => (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

test.each<[string, Options, string]>([
  ['another secret access key', { secretAccessKey: 'other' }, 'The signature does not match'],
  ['an unknown access key', { accessKeyId: 'mallory' }, 'The access key is not one of the local server'],
  ['another service', { service: 'eks' }, 'The signature does not match'],
  ['another region', { region: 'us-east-1' }, 'The signature does not match'],
  ['an expired date', { date: new Date(Date.now() - 310_000) }, 'The signature has expired'],
  ['a date of the future', { date: new Date(Date.now() + 310_000) }, 'is of the future'],
  ['no date', { change: without('x-amz-date') }, 'The header X-Amz-Date is missing'],
  ['no signature', { change: without('authorization') }, 'does not hold a Signature Version 4'],
  ['another body', { sentBody: '{"query":"{ gateway { version } }"}' }, 'is not the hash of the body'],
  [
    'another body and no hash',
    { sentBody: '{}', change: without('x-amz-content-sha256') },
    'The signature does not match',
  ],
  [
    'a header that is not signed',
    { change: (headers) => ({ ...headers, 'x-amz-target': 'x' }) },
    'The headers Host and X-Amz-* are not all signed',
  ],
  [
    'a changed header',
    { change: (headers) => ({ ...headers, 'content-type': 'application/graphql' }) },
    'The signature does not match',
  ],
])('a request with %s gets 403 with the reason', async (_, options, reason) => {
  const response = await send(options);
  expect(response.status).toBe(403);
  expect(await response.json()).toEqual({ message: 'Forbidden', advice: expect.stringContaining(reason) as string });
});

test('a token is not accepted in place of a signature', async () => {
  const response = await send({ change: (headers) => ({ ...headers, authorization: 'Bearer x.y.z' }) });
  expect(response.status).toBe(403);
});

test('a path without a route is answered with both routes', async () => {
  const { url } = await start(echo, { authorizeIam: makeIamAuthorizer({ identities, region, accountId }) });
  const response = await fetch(`${url}/other`, { method: 'POST', body });
  expect(await response.json()).toEqual({
    message: 'Not Found',
    advice: 'Send POST /graphql with a token, or POST /iam/graphql with AWS credentials.',
  });
});

test('a server without an IAM authorizer has no such route', async () => {
  const { url } = await start(echo);
  expect((await fetch(`${url}/iam/graphql`, { method: 'POST', body })).status).toBe(404);
});

test('GET /health is answered without credentials', async () => {
  const { url } = await start(echo);
  const response = await fetch(`${url}/health`);
  expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  expect((await fetch(`${url}/health`, { method: 'POST' })).status).toBe(404);
});
