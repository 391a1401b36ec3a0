import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { makeGatewayHandler } from '../../src/app/gateway-handler.ts';
import { defaultTokenSettings } from '../../src/auth/claims.ts';
import { refuseForeignEvents } from '../../src/graphql/event-source-check.ts';
import { makeHandler } from '../../src/graphql/handler.ts';
import type { Authenticate, GraphqlHandler } from '../../src/graphql/handler.ts';
import { makeContext } from '../../packages/local-gateway/src/http-api/context.ts';
import { localEventSource } from '../../packages/local-gateway/src/http-api/http-api.ts';
import { audience, issuer } from '../../packages/local-gateway/src/principals.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { tokenOf } from '../auth/caller-event.ts';
import { openForAllTests, openForEachTest } from '../support/each-test.ts';
import { openBehindProxy } from '../support/fault-proxy.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { makeIssuerKey, sign, startKeyServer } from '../support/key-server.ts';
import type { IssuerKey } from '../support/key-server.ts';
import { iamEvent, jwtEvent } from '../support/lambda-event.ts';
import { dependenciesOn } from '../support/mutations.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';

describe('requests over HTTP', () => {
  let gateway: Gateway;

  openForAllTests((opened) => ({ gateway } = opened));
  beforeEach(() => void gateway.logged.splice(0));

  const body = JSON.stringify({ query: '{ viewer { id } }' });

  async function send(method: string, headers: Record<string, string> = {}, text: string | null = null) {
    const authorization = `Bearer ${await gateway.tokenOf('alice')}`;
    return fetch(`${gateway.url}/graphql`, { method, body: text, headers: { authorization, ...headers } });
  }

  test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s gets 405, which names the method that is right', async (method) => {
    const response = await send(method, { 'content-type': 'application/json' }, method === 'GET' ? null : body);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await response.json()).toMatchObject({
      errors: [
        {
          message: expect.stringContaining('with POST'),
          extensions: { code: 'METHOD_NOT_ALLOWED', requestId: expect.any(String), retryable: false },
        },
      ],
    });
    expect(gateway.logged).toMatchObject([{ level: 'warn', fields: { route: `${method} /graphql`, status: 405 } }]);
  });

  test('HEAD gets 405 without a body', async () => {
    const response = await send('HEAD');
    expect([response.status, response.headers.get('allow'), await response.text()]).toEqual([405, 'POST', '']);
  });

  test.each([
    'text/plain',
    'text/html',
    'application/graphql',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=iso-8859-1',
    'application/json5',
  ])('the content type %s gets 415, which names the one that is right', async (type) => {
    const response = await send('POST', { 'content-type': type }, body);
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({
      errors: [
        {
          message: expect.stringContaining('content-type application/json'),
          extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' },
        },
      ],
    });
  });

  test.each(['application/json', 'Application/JSON; charset=UTF-8', 'application/json;charset="utf-8"'])(
    'the content type %s is accepted',
    async (type) => {
      expect((await send('POST', { 'content-type': type }, body)).status).toBe(200);
    },
  );

  test('an answer that the client does not accept gets 406 as JSON', async () => {
    const response = await send('POST', { 'content-type': 'application/json', accept: 'image/png' }, body);
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });

  test.each([
    ['POST', 200],
    ['GET', 405],
  ])('an answer to %s has headers for browsers', async (method, status) => {
    const response = await send(method, { 'content-type': 'application/json' }, method === 'POST' ? body : null);
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(response.headers.has('strict-transport-security')).toBe(false);
  });

  test.each([
    ['a JWT', () => jwtEvent('alice', '{ viewer { id } }')],
    ['a signature', () => iamEvent('{ viewer { id } }')],
  ])('behind HTTPS, the answer to a request with %s tells browsers to use nothing else', async (_, eventOf) => {
    const event = await eventOf();
    const handler = makeHandler(gateway.deps, () => ({ kind: 'unauthenticated', message: 'No identity.' }));
    const context = makeContext({ accountId: '111122223333', functionName: 'graphql' }, Date.now() + 29_000);
    const https = { ...event, headers: { ...event.headers, 'x-forwarded-proto': 'https' } };
    const { headers } = await handler(https, context);
    expect(headers).toMatchObject({ 'strict-transport-security': 'max-age=63072000; includeSubDomains' });
  });
});

describe('tokens that the function alone verifies', () => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, sub: 'pat', aud: audience, exp: now + 600, groups: ['platform-admins'] };
  const accountId = '111122223333';

  let key: IssuerKey;
  let keys: Awaited<ReturnType<typeof startKeyServer>>;

  beforeAll(async () => {
    key = await makeIssuerKey('1');
  });
  beforeEach(async () => {
    keys = await startKeyServer([key.jwk]);
  });
  afterEach(() => keys.close());

  /** Sends an event of the JWT route without an authorizer, as where the function verifies tokens alone. */
  async function send(token: string) {
    const logged: [string, string][] = [];
    const deps = dependenciesOn(makeSqliteLedger({ file: ':memory:' }), {
      log: (level, message) => void logged.push([level, message]),
    });
    const handler = makeGatewayHandler(deps, {
      tokens: defaultTokenSettings,
      issuers: [{ issuer, audiences: [audience], keys: keys.url }],
      eventSource: localEventSource(accountId),
    });
    const event = await jwtEvent('alice', '{ viewer { id groups } }');
    const { authorizer: _, ...requestContext } = event.requestContext as typeof event.requestContext & {
      authorizer?: unknown;
    };
    const headers = { ...event.headers, authorization: `Bearer ${token}` };
    const lambda = makeContext({ accountId, functionName: 'graphql' }, Date.now() + 10_000);
    const { statusCode, body } = await handler({ ...event, headers, requestContext }, lambda);
    return { statusCode, answer: JSON.parse(body ?? '') as unknown, logged };
  }

  test('the function alone authenticates a token that the issuer signed', async () => {
    const { statusCode, answer } = await send(await sign(key, claims));
    expect(statusCode).toBe(200);
    expect(answer).toEqual({ data: { viewer: { id: `${issuer}#pat`, groups: ['platform-admins'] } } });
  });

  test('the function alone rejects an unsigned token with 401', async () => {
    const { statusCode, answer, logged } = await send(tokenOf(claims));
    expect(statusCode).toBe(401);
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(logged).toContainEqual(['warn', 'Request answered.']);
  });

  test(`a request is answered with 503 and a time to retry while the keys of the issuer can't be read`, async () => {
    keys.serve({}, 500);
    const { statusCode, answer, logged } = await send(await sign(key, claims));
    expect(statusCode).toBe(503);
    expect(answer).toMatchObject({
      errors: [{ extensions: { code: 'ISSUER_UNAVAILABLE', retryable: true, retryAfterSeconds: 5 } }],
    });
    expect(JSON.stringify(answer)).not.toContain('stack');
    expect(logged).toContainEqual(['error', 'Request answered.']);
  });
});

const context = () => makeContext({ accountId: '111122223333', functionName: 'graphql' }, Date.now() + 10_000);

describe('a hand-made event', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway({ ledger: makeSqliteLedger({ file: ':memory:' }) });
  });
  beforeEach(() => void gateway.logged.splice(0));
  afterAll(() => gateway.close());

  const invoke = (event: unknown) => gateway.handler(event as Parameters<GraphqlHandler>[0], context());

  it('with an unsigned token and the identity of another API is refused with 403, and executes nothing', async () => {
    const claims = { iss: 'https://issuer.example', sub: 'pat', exp: 2_000_000_000, groups: ['platform-admins'] };
    const event = await jwtEvent('alice', '{ viewer { id } }');
    const forged = {
      ...event,
      headers: { ...event.headers, authorization: `Bearer ${tokenOf(claims)}` },
      requestContext: {
        ...event.requestContext,
        apiId: 'guessed',
        authorizer: { jwt: { claims: { ...claims, exp: '2000000000', groups: '[platform-admins]' }, scopes: null } },
      },
    };
    const { statusCode, body } = await invoke(forged);
    expect(statusCode).toBe(403);
    expect(JSON.parse(body ?? '')).toEqual({
      errors: [
        {
          message: 'The event was not sent by the API of this gateway: send requests to its URL.',
          extensions: {
            code: 'FORBIDDEN',
            requestId: expect.any(String) as unknown,
            retryable: false,
            retryAfterSeconds: null,
          },
        },
      ],
    });
  });

  it('leaves one warning with the reason and the ids of the request, without a stack', async () => {
    const event = await iamEvent('{ viewer { id } }');
    const lambda = context();
    await gateway.handler({ ...event, requestContext: { ...event.requestContext, stage: 'test' } }, lambda);
    expect(gateway.logged).toEqual([
      {
        level: 'warn',
        message: 'Event refused.',
        fields: {
          apiRequestId: event.requestContext.requestId,
          lambdaRequestId: lambda.awsRequestId,
          reason: 'requestContext.stage is "test", expected "$default".',
        },
      },
    ]);
  });

  it.each([null, 7, 'event', [], {}, { requestContext: { requestId: 7 } }])('%j is refused with 403', async (event) => {
    expect((await invoke(event)).statusCode).toBe(403);
    expect(gateway.logged).toMatchObject([{ level: 'warn', fields: { apiRequestId: null } }]);
  });

  it('with a JWT on the IAM route, or the reverse, is refused with 403', async () => {
    const [jwt, iam] = [await jwtEvent('alice', '{ viewer { id } }'), await iamEvent('{ viewer { id } }')];
    const swap = (to: typeof jwt, from: typeof jwt) => ({
      ...to,
      headers: jwt.headers,
      requestContext: { ...to.requestContext, authorizer: Reflect.get(from.requestContext, 'authorizer') as object },
    });
    expect((await invoke(swap(iam, jwt))).statusCode).toBe(403);
    expect((await invoke(swap(jwt, iam))).statusCode).toBe(403);
  });
});

test('an event of the API reaches the handler unchanged', async () => {
  const received: unknown[] = [];
  const handler: GraphqlHandler = (...args) => {
    received.push(...args);
    return Promise.resolve({ statusCode: 200 });
  };
  const source = { apiId: 'local', accountId: '111122223333', stage: '$default', acceptsIam: true };
  const event = await jwtEvent('alice', '{ viewer { id } }');
  const lambda = context();
  await refuseForeignEvents(handler, source, () => undefined)(event, lambda);
  expect(received[0]).toBe(event);
  expect(received[1]).toBe(lambda);
});

const stranger: Authenticate = () => ({ kind: 'unauthenticated', message: 'No identity.' });

/** Handles an event; how often its body is read. */
async function handle(authenticate: Authenticate, change: Partial<APIGatewayProxyEventV2> = {}) {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  const handler = makeHandler(dependenciesOn(ledger), authenticate);
  const { body: text, ...event } = await jwtEvent('alice', '{ viewer { id } }');
  let reads = 0;
  const body = () => {
    reads += 1;
    return change.body ?? text;
  };
  const watched = Object.defineProperty({ ...event, ...change }, 'body', { get: body, enumerable: true });
  const lambda = makeContext({ accountId: '111122223333', functionName: 'graphql' }, Date.now() + 10_000);
  const answer = await handler(watched, lambda);
  ledger.close();
  const { errors = [] } = JSON.parse(answer.body ?? '') as { errors?: { extensions: { code: string } }[] };
  return { status: answer.statusCode, codes: errors.map(({ extensions }) => extensions.code), reads };
}

describe('the body of a request without an identity is not read', () => {
  const nested = JSON.stringify({ query: `{ viewer ${'{ a '.repeat(500)}${'}'.repeat(500)} }` });
  test.each([
    ['valid', {}],
    ['not JSON', { body: '{' }],
    ['nested deeply', { body: nested }],
    ['in base64', { body: Buffer.from(nested).toString('base64'), isBase64Encoded: true }],
  ])('where it is %s', async (_, change) => {
    expect(await handle(stranger, change)).toEqual({ status: 401, codes: ['UNAUTHENTICATED'], reads: 0 });
  });

  test(`where the keys of the issuer can't be read`, async () => {
    const unavailable: Authenticate = () => ({ kind: 'keys-unavailable', issuer: 'https://idp.example', cause: null });
    expect(await handle(unavailable, { body: '{' })).toEqual({ status: 503, codes: ['ISSUER_UNAVAILABLE'], reads: 0 });
  });
});

describeOnDynamoDb('the line of a request in the log', () => {
  let proxy: FaultProxy;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, proxy } = opened), { open: openBehindProxy });

  /** The lines since the last call. */
  const lines = () => gateway.logged.splice(0).map(({ level, message, fields }) => ({ level, message, ...fields }));
  const eksRequestIds = () => gateway.simulator.control.requests().map(({ requestId }) => requestId);
  const dynamoDbAttempts = () => proxy.seen.splice(0).length;

  test('of a create is the only one, and names its operation, its calls and where their time was spent', async () => {
    const { auditEntry } = await gateway.create();
    expect(lines()).toEqual([
      expect.objectContaining({
        message: 'Request answered.',
        outcome: 'SUCCEEDED',
        operationId: auditEntry.operationId,
        policySetHash: gateway.deps.about.policySetHash,
        inventoryHash: gateway.deps.about.inventoryHash,
        dynamoDbCalls: dynamoDbAttempts(),
        dynamoDbMs: expect.any(Number),
        dynamoDbSlowestMs: expect.any(Number),
        eksCalls: 1,
        eksMs: expect.any(Number),
        eksRequestIds: eksRequestIds(),
        policyMs: expect.any(Number),
        durationMs: expect.any(Number),
        requests: 1,
      }),
    ]);
  });

  test('of a replay and of a take-over says so', async () => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    await gateway.create();
    await gateway.create();
    await gateway.create();
    const [first, takeOver, replay] = lines();
    expect(first).toMatchObject({ outcome: 'UNKNOWN' });
    expect(first).not.toHaveProperty('takeOvers');
    expect(takeOver).toMatchObject({ outcome: 'SUCCEEDED', takeOvers: 1 });
    expect(takeOver).not.toHaveProperty('replays');
    expect(replay).toMatchObject({ outcome: 'REPLAYED', replays: 1 });
    expect(replay).not.toHaveProperty('takeOvers');
    expect(replay).not.toHaveProperty('eksCalls');
  });

  test('counts attempts at the wire, and which of them were throttled', async () => {
    proxy.faults.push({ kind: 'answer', exception: 'ThrottlingException' });
    await gateway.create();
    const [line] = lines();
    expect(line).toMatchObject({ outcome: 'SUCCEEDED', dynamoDbCalls: dynamoDbAttempts(), dynamoDbThrottles: 1 });

    gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'throttle', times: 2 });
    const query = '{ podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { id } } }';
    await gateway.send(query);
    expect(lines()).toEqual([
      expect.objectContaining({
        outcome: 'ANSWERED',
        eksCalls: 3,
        eksThrottles: 2,
        eksRequestIds: eksRequestIds().slice(-3),
      }),
    ]);
  });

  test('of a change that EKS throttles counts it', async () => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'throttle' });
    await gateway.create();
    expect(lines()).toEqual([expect.objectContaining({ level: 'info', code: 'THROTTLED', eksThrottles: 1 })]);
  });

  test('warns with the message of EKS when the gateway lacks a permission', async () => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'access-denied' });
    const { refusal } = await gateway.create();
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'warn', code: 'GATEWAY_ACCESS_DENIED', detail: refusal?.message }),
    ]);
  });

  test('has the result of a mutation also when its answer has an error', async () => {
    gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'access-denied' });
    await gateway.send(
      'mutation ($input: CreatePodIdentityAssociationInput!) { createPodIdentityAssociation(input: $input) { auditEntry { association { id } } } }',
      { input },
    );
    expect(lines()).toEqual([
      expect.objectContaining({
        outcome: 'FAILED',
        code: 'EKS_READ_FAILED',
        operationId: expect.any(String),
        result: 'SUCCEEDED',
      }),
    ]);
  });

  test('counts what goes beyond the limits of a request and of a principal', async () => {
    await gateway.close();
    const requestLimits = { burst: 1, perSecond: 0.001 };
    gateway = await openGateway({ ledger: gateway.deps.ledger, requestLimits });
    const trail = 'auditTrail(scope: { gateway: ALL_ENTRIES }, events: [DENIED], first: 1) { nodes { id } }';
    const trails = Array.from({ length: 11 }, (_, index) => `t${index}: ${trail}`);
    await gateway.send(`{ ${trails.join(' ')} }`, {}, 'olivia');
    await gateway.send('{ viewer { id } }', {}, 'olivia');
    expect(lines()).toEqual([
      expect.objectContaining({ code: 'BAD_USER_INPUT', budgetRefusals: 1 }),
      expect.objectContaining({ code: 'RATE_LIMITED', budgetRefusals: 1, status: 429 }),
    ]);
  });

  test('counts drift', async () => {
    const place = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev', namespace: 'payments' };
    gateway.simulator.control.createAssociation({ ...place, serviceAccount: 'other', roleArn: input.roleArn });
    await gateway.send(
      '{ associationDrift(clusterName: "apps-dev", namespace: "payments") { nodes { kind } } }',
      {},
      'olivia',
    );
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'warn', message: 'Drift found.', count: 1 }),
      expect.objectContaining({ message: 'Request answered.', driftFound: 1 }),
    ]);
  });
});
