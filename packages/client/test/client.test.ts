import { setImmediate as nextTurn } from 'node:timers/promises';
import { roleArn } from '../../../test/support/gateway.ts';
import { startAnsweringServer } from '../../../test/support/answering-server.ts';
import {
  anonymous,
  bearer,
  makeGatewayClient,
  GatewayError,
  itemsOf,
  LostAnswerError,
  sigV4,
  UnsentError,
} from '../src/index.ts';
import type { ClientSettings, GatewayClient, MutationResult, Retry } from '../src/index.ts';
import { gateway, openFaultyRoute, route, variablesOf } from './gateway.ts';
import { expectedSignature } from './signature.ts';

openFaultyRoute();

const clientOf = (name = 'alice', settings: Partial<ClientSettings> = {}): GatewayClient =>
  makeGatewayClient({ url: route.url, authentication: bearer(() => gateway.tokenOf(name)), ...settings });

let count = 0;
const input = () => ({
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: `client-${(count += 1)}`,
  roleArn: roleArn('payments/payments-api'),
  tags: [{ key: 'team', value: 'payments' }],
});

/** An answer of the gateway for one of its requests, whose token is the one that was sent. */
const answer = (fields: object) => ({
  status: 200,
  body: JSON.stringify({
    data: {
      createPodIdentityAssociation: {
        association: null,
        refusal: null,
        replayed: false,
        clientRequestToken: 't',
        auditEntry: { id: 'e', operationId: 'o' },
        retryAfterSeconds: null,
        ...fields,
      },
    },
  }),
});

/** An error of API Gateway after which a request may be sent at once. */
const again = (status: number) => ({ status, headers: { 'retry-after': '0' } });

test.each(['', 'api.example', 'ftp://api.example'])('a client for the URL "%s" can\'t be made', (url) => {
  expect(() => makeGatewayClient({ url, authentication: anonymous })).toThrow(/is not the URL of a gateway/);
});

test('the items of a list are read page after page, as they are asked for', async () => {
  const created = [];
  for (let index = 0; index < 3; index += 1) {
    created.push(await clientOf().createPodIdentityAssociation(input()));
  }
  const scope = { cluster: { clusterName: 'apps-dev', namespace: 'payments' } };
  route.seen.length = 0;
  const ids: string[] = [];
  for await (const { operationId } of itemsOf(clientOf().auditTrail, { scope, first: 1, events: ['SUCCEEDED'] })) {
    ids.push(operationId);
    expect(route.seen).toHaveLength(ids.length);
    if (ids.length === 3) break;
  }
  expect(ids).toEqual(created.map(({ operationId }) => operationId).reverse());
});

test('a batch of changes is checked, with the revision of each service account for a create', async () => {
  const create = input();
  const check = async () =>
    (await clientOf().checkPodIdentityAssociations({ input: { changes: [{ create }] } })).results;
  expect(await check()).toMatchObject([{ wouldBeAttempted: true, revision: 0 }]);
  const [checked] = await check();
  const created = await clientOf().createPodIdentityAssociation({ ...create, expectedRevision: checked?.revision });
  expect(created).toMatchObject({ association: { serviceAccount: create.serviceAccount } });
  expect(await check()).toMatchObject([{ refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' }, revision: 1 }]);
});

test('an operation is followed to its end, and its request is not sent again', async () => {
  const inProgress = {
    status: 200,
    body: JSON.stringify({
      data: { operation: { id: 'o', status: 'IN_PROGRESS', retryAfterSeconds: 0, entries: [] } },
    }),
  };
  const { operationId } = await clientOf().createPodIdentityAssociation(input());
  route.seen.length = 0;
  route.faults.push(inProgress, inProgress);
  expect(await clientOf().completedOperation({ id: operationId })).toMatchObject({ status: 'SUCCEEDED' });
  expect(route.seen).toHaveLength(3);
  route.faults.push(inProgress);
  const hasty = clientOf('alice', { retries: { maxAttempts: 1 } });
  expect(await hasty.completedOperation({ id: operationId })).toMatchObject({ status: 'IN_PROGRESS' });
});

test('a mutation and each query return typed results', async () => {
  const client = clientOf();
  const wanted = input();
  const check = await client.checkCreatePodIdentityAssociation(wanted);
  expect(check).toMatchObject({ wouldBeAttempted: true, refusal: null, decision: { allowed: true } });

  const created = await client.createPodIdentityAssociation(wanted);
  if (created.kind !== 'succeeded') throw new Error(created.kind);
  const { clusterName, associationId, associationArn } = created.association;
  expect(await client.podIdentityAssociation({ clusterName, associationId })).toMatchObject({
    serviceAccount: wanted.serviceAccount,
    operationId: created.operationId,
  });
  const page = await client.podIdentityAssociations({ clusterName, namespace: 'payments' });
  expect(page.nodes.map((one) => one.associationArn)).toContain(associationArn);
  const trail = await client.auditTrail({ scope: { associationArn } });
  expect(trail.nodes.map(({ event }) => event)).toEqual(['SUCCEEDED']);
  expect((await client.associations({ filter: { serviceAccount: wanted.serviceAccount } })).nodes).toMatchObject([
    { associationArn, origin: 'OPERATION', operationId: created.operationId },
  ]);
  expect((await client.associationDrift({ clusterName, namespace: 'payments' })).nodes).toEqual([]);
  expect(await client.viewer()).toMatchObject({ id: 'https://issuer.example#alice', kind: 'USER' });

  const target = { clusterName, associationId };
  const role = roleArn('payments/payments-worker');
  expect(await client.checkUpdatePodIdentityAssociation({ ...target, roleArn: role })).toMatchObject({
    differences: [{ field: 'roleArn', requested: role }],
  });
  expect(await client.updatePodIdentityAssociation({ ...target, roleArn: role })).toMatchObject({
    kind: 'succeeded',
    association: { roleArn: role },
  });
  const owner = [{ key: 'owner', value: 'a' }];
  expect(await client.checkTagPodIdentityAssociation({ ...target, tags: owner })).toMatchObject({
    wouldBeAttempted: true,
    differences: [{ field: 'tags.owner', requested: 'a', existing: null }],
  });
  expect(await client.tagPodIdentityAssociation({ ...target, tags: owner })).toMatchObject({ kind: 'succeeded' });
  const keys = { ...target, tagKeys: ['owner'] };
  expect(await client.checkUntagPodIdentityAssociation(keys)).toMatchObject({ wouldBeAttempted: true });
  expect(await client.untagPodIdentityAssociation({ ...keys, expectedTags: owner })).toMatchObject({
    kind: 'refused',
    refusal: { code: 'ASSOCIATION_CHANGED', differences: [{ field: 'tags.team' }] },
  });
  expect(await client.untagPodIdentityAssociation(keys)).toMatchObject({ kind: 'succeeded' });
  const admin = clientOf('pat');
  const same = { ...wanted, roleArn: role, clientRequestToken: crypto.randomUUID(), ifExists: 'ADOPT' } as const;
  expect(await admin.createPodIdentityAssociation(same)).toMatchObject({
    kind: 'succeeded',
    adopted: true,
    association: { associationId },
  });
  expect(await admin.checkAdoptPodIdentityAssociation(target)).toMatchObject({ wouldBeAttempted: true });
  expect(await admin.adoptPodIdentityAssociation(target)).toMatchObject({ kind: 'succeeded', warnings: [] });
  expect(await client.checkDeletePodIdentityAssociation(target)).toMatchObject({ wouldBeAttempted: true });
  expect(await client.deletePodIdentityAssociation(target)).toMatchObject({ kind: 'succeeded' });
  expect(await client.podIdentityAssociation(target)).toBeNull();
});

test('the kind of a result narrows its type, and the type of a refusal its details', async () => {
  const result: MutationResult = await clientOf('bob').createPodIdentityAssociation(input());
  switch (result.kind) {
    case 'refused':
      if (result.refusal.__typename !== 'PolicyDenied') throw new Error(result.refusal.__typename);
      expect(result.refusal.violations[0]?.policyId).toBe('default-deny');
      expect(result.refusal.owners).toEqual(['payments-team']);
      return;
    case 'succeeded':
      throw new Error(result.association.associationId);
    case 'inProgress':
      throw new Error(result.status);
  }
});

describe('retries', () => {
  const retries: Retry[] = [];
  const onRetry = (retry: Retry) => retries.push(retry);
  beforeEach(() => (retries.length = 0));

  test('a lost answer is asked for again with the same token, and one association exists', async () => {
    const wanted = input();
    route.faults.push('lost answer');
    const result = await clientOf().createPodIdentityAssociation(wanted, { onRetry });
    expect(result).toMatchObject({ kind: 'succeeded', replayed: true });
    const [first, second, ...others] = route.seen.map((seen) => variablesOf(seen).input.clientRequestToken);
    expect(others).toEqual([]);
    expect(second).toBe(first);
    expect(result.clientRequestToken).toBe(first);
    expect(retries).toMatchObject([{ attempt: 2 }]);
    const existing = gateway.simulator.control.associations();
    expect(existing.filter(({ serviceAccount }) => serviceAccount === wanted.serviceAccount)).toHaveLength(1);
  });

  test.each([
    ['a lost request', 'lost request'],
    ['status 503 of API Gateway', { ...again(503), body: '{"message":"Service Unavailable"}' }],
    ['status 408 of a server that waited for the request', { ...again(408), body: 'Request Timeout' }],
    ['status 429', { ...again(429), body: '{"message":"Too Many Requests"}' }],
    ['an answer that is cut off', { status: 200, body: '{"data": {"createPod' }],
    ['a page of a proxy', { status: 200, body: '<html>' }],
    [
      'an error that says it is retryable',
      {
        status: 200,
        body: '{"errors":[{"message":"m","extensions":{"code":"NEW","retryable":true,"retryAfterSeconds":0}}]}',
      },
    ],
    [
      'an error of a gateway that does not say so',
      { status: 200, body: '{"errors":[{"message":"m","extensions":{"code":"LEDGER_UNAVAILABLE"}}],"data":null}' },
    ],
    ['a request in progress', answer({ status: 'IN_PROGRESS', retryAfterSeconds: 0 })],
    ['a status of a later version', answer({ status: 'QUEUED', retryAfterSeconds: 0 })],
    [
      'a refusal that waiting can end',
      answer({
        status: 'REFUSED',
        retryAfterSeconds: 0,
        refusal: { __typename: 'EksRefused', code: 'THROTTLED', message: 'm', advice: null, retryable: true },
      }),
    ],
  ] as const)('%s is followed by another attempt', async (_, fault) => {
    route.faults.push(fault);
    const result = await clientOf().createPodIdentityAssociation(input(), { onRetry });
    expect(result.kind).toBe('succeeded');
    expect(retries).toHaveLength(1);
  });

  test.each([
    ['a refusal', answer({ status: 'REFUSED', refusal: { code: 'POLICY_DENIED', message: 'm', retryable: false } })],
    [
      'a refusal that waiting does not end',
      answer({ status: 'REFUSED', refusal: { code: 'POLICY_EVALUATION_FAILED', message: 'm', retryable: true } }),
    ],
  ] as const)('%s is final', async (_, fault) => {
    route.faults.push(fault);
    expect(await clientOf().createPodIdentityAssociation(input(), { onRetry })).toMatchObject({ kind: 'refused' });
    expect(retries).toEqual([]);
  });

  test('the gateway sets the wait', async () => {
    route.faults.push(answer({ status: 'IN_PROGRESS', retryAfterSeconds: 1 }));
    await clientOf().createPodIdentityAssociation(input(), { onRetry });
    const reason = 'The request is in progress.';
    expect(retries).toEqual([{ attempt: 2, delayMs: 1_000, reason, mayBeDone: true, operationId: 'o' }]);
  });

  test('a wait beyond the limit ends the retries with the last result', async () => {
    route.faults.push(answer({ status: 'QUEUED', retryAfterSeconds: 61 }));
    const result = await clientOf().createPodIdentityAssociation(input(), { onRetry });
    expect(result).toEqual({
      kind: 'inProgress',
      status: 'QUEUED',
      retryAfterSeconds: 61,
      replayed: false,
      clientRequestToken: 't',
      operationId: 'o',
      auditEntryId: 'e',
    });
    expect(retries).toEqual([]);
  });

  test('the number of attempts is bounded, and the error has the token', async () => {
    route.faults.push('lost request', 'lost request', 'lost request');
    const client = clientOf('alice', { retries: { maxAttempts: 3 } });
    const ended = client.createPodIdentityAssociation({ ...input(), clientRequestToken: 'mine' });
    await expect(ended).rejects.toThrow(LostAnswerError);
    await expect(ended).rejects.toMatchObject({ clientRequestToken: 'mine' });
    expect(route.seen).toHaveLength(3);
  });

  test('an attempt without an answer ends after its timeout', async () => {
    route.faults.push('silence');
    const client = clientOf('alice', { timeoutMs: 1_000 });
    expect(await client.viewer({ onRetry })).toMatchObject({ kind: 'USER' });
    expect(retries).toHaveLength(1);
  });

  test.each([
    ['an attempt', 'silence'],
    ['a wait', answer({ status: 'IN_PROGRESS', retryAfterSeconds: 30 })],
  ] as const)('a signal ends %s', async (_, fault) => {
    route.faults.push(fault);
    const stop = new AbortController();
    const abort = () => stop.abort(new Error('Enough.'));
    const call = clientOf().createPodIdentityAssociation(input(), {
      signal: stop.signal,
      onRetry: () => void setImmediate(abort),
    });
    const rejected = expect(call).rejects.toThrow('Enough.');
    while (route.seen.length === 0) await nextTurn();
    if (fault === 'silence') abort();
    await rejected;
    expect(route.seen).toHaveLength(1);
  });

  test('a call that is asked to finish gives the last answer if that says that nothing was done', async () => {
    const refusal = { __typename: 'EksRefused', code: 'ROLE_NOT_FOUND', message: 'm', advice: null, retryable: true };
    route.faults.push(answer({ status: 'REFUSED', retryAfterSeconds: 30, refusal }));
    const finish = new AbortController();
    const result = await clientOf().createPodIdentityAssociation(input(), {
      finish: finish.signal,
      onRetry: () => void setImmediate(() => finish.abort()),
    });
    expect(result).toMatchObject({ kind: 'refused', refusal: { code: 'ROLE_NOT_FOUND' } });
    expect(route.seen).toHaveLength(1);
  });

  test.each([
    ['is in progress', answer({ status: 'IN_PROGRESS', retryAfterSeconds: 0 })],
    ['got no answer', 'lost answer'],
  ] as const)('a call that is asked to finish still gets the result of a change that %s', async (_, fault) => {
    route.faults.push(fault);
    const finish = AbortSignal.abort();
    expect(await clientOf().createPodIdentityAssociation(input(), { finish, onRetry })).toMatchObject({
      kind: 'succeeded',
    });
    expect(retries).toMatchObject([{ mayBeDone: true }]);
  });

  test('a query that is asked to finish is not sent again', async () => {
    route.faults.push('lost answer');
    const finish = new AbortController();
    const query = clientOf().viewer({ finish: finish.signal, onRetry: () => void setImmediate(() => finish.abort()) });
    await expect(query).rejects.toThrow('The gateway did not answer');
    expect(route.seen).toHaveLength(1);
  });

  test('a signal that is aborted before the call sends nothing', async () => {
    await expect(clientOf().viewer({ signal: AbortSignal.abort(new Error('Never.')) })).rejects.toThrow('Never.');
    expect(route.seen).toEqual([]);
  });
});

describe('errors', () => {
  const errorOf = (call: Promise<unknown>): Promise<GatewayError> =>
    call.then(
      () => Promise.reject(new Error('It succeeded.')),
      (error: unknown) => {
        if (error instanceof GatewayError) return error;
        throw error;
      },
    );

  test('a denied read is an error with its code and its violations', async () => {
    const error = await errorOf(
      clientOf('bob').podIdentityAssociations({ clusterName: 'apps-dev', namespace: 'payments' }),
    );
    expect(error).toMatchObject({ code: 'FORBIDDEN', status: 200, retryable: false, retryAfterSeconds: null });
    expect(error.extensions.violations).toHaveLength(1);
  });

  test('missing credentials are an error with the status of API Gateway', async () => {
    const error = await errorOf(makeGatewayClient({ url: gateway.url, authentication: anonymous }).viewer());
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', status: 401, retryable: false });
    expect(error.message).toContain('Unauthorized');
  });

  test('an error has the retry hints and the request id of the gateway', async () => {
    const extensions = { code: 'NEW', requestId: 'r-1', retryable: false, retryAfterSeconds: 3 };
    route.faults.push({ status: 200, body: JSON.stringify({ errors: [{ message: 'm', extensions }] }) });
    const { message, code, requestId, retryable, retryAfterSeconds } = await errorOf(clientOf().viewer());
    expect({ message, code, requestId, retryable, retryAfterSeconds }).toEqual({ message: 'm', ...extensions });
  });

  test('an error of API Gateway has its request id', async () => {
    route.faults.push({ status: 413, headers: { 'apigw-requestid': 'g-1' }, body: '{"message":"Too large"}' });
    expect(await errorOf(clientOf().viewer())).toMatchObject({ code: 'HTTP_413', requestId: 'g-1' });
  });

  test('a redirect is an error: credentials are not sent elsewhere', async () => {
    route.faults.push({ status: 301, headers: { location: `${gateway.url}/graphql` }, body: '' });
    const error = await errorOf(clientOf().viewer());
    expect(error).toMatchObject({
      code: 'HTTP_301',
      message: `${route.url}/graphql answered with HTTP status 301 and a redirect to ${gateway.url}/graphql. Is it the URL of the gateway?`,
    });
    expect(route.seen).toHaveLength(1);
  });

  test('an aborted call ends while it waits for a token', async () => {
    const never = () => new Promise<string>(() => undefined);
    const controller = new AbortController();
    const call = clientOf('alice', { authentication: bearer(never) }).viewer({ signal: controller.signal });
    controller.abort(new Error('stopped'));
    await expect(call).rejects.toThrow('stopped');
    const late = clientOf('alice', { authentication: bearer(never), timeoutMs: 10 }).viewer();
    await expect(late).rejects.toThrow(UnsentError);
    expect(route.seen).toEqual([]);
  });

  test('a token that expired meanwhile is asked for once more', async () => {
    const tokens = ['expired', gateway.tokenOf('alice')];
    const client = clientOf('alice', { authentication: bearer(() => tokens.shift() ?? 'expired') });
    expect(await client.viewer()).toMatchObject({ id: expect.any(String) });
    await expect(client.viewer()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(route.seen).toHaveLength(4);
  });

  test.each([200, 404])('a page with status %d ends the call, and its error names the URL', async (status) => {
    route.faults.push({ status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>' });
    const call = clientOf().createPodIdentityAssociation(input());
    await expect(call).rejects.toThrow(
      `${route.url}/graphql answered with HTTP status ${status} and text/html; charset=utf-8. Is it the URL of the gateway?`,
    );
    expect(route.seen).toHaveLength(1);
  });

  test('an answer without extensions is an error too', async () => {
    route.faults.push({ status: 400, body: '{"errors":[{}]}' });
    expect(await errorOf(clientOf().viewer())).toMatchObject({ code: 'UNKNOWN', message: 'Unknown error.' });
  });
});

describe('requests', () => {
  test.each([
    ['', '/graphql'],
    ['/', '/graphql'],
    ['/graphql', '/graphql'],
    ['/iam/graphql', '/graphql'],
    ['/stage/graphql/', '/stage/graphql'],
  ])('the path "%s" of the URL leads to %s', async (path, expected) => {
    const server = await startAnsweringServer((response) => response.end('{"data":{"viewer":{"id":"x"}}}'));
    await makeGatewayClient({ url: `${server.endpoint}${path}`, authentication: anonymous }).viewer();
    expect(server.seen.map((seen) => seen.path)).toEqual([expected]);
    await server.stop();
  });

  test('a request has the headers of the settings', async () => {
    await clientOf('alice', { headers: { 'user-agent': 'bot/1' } }).viewer();
    expect(route.seen[0]?.headers).toMatchObject({ 'user-agent': 'bot/1', 'content-type': 'application/json' });
  });

  test.each(['', 'a b', 'a\nb', 'ä'])('the token %j, which a header cannot have, is not sent', async (token) => {
    const call = clientOf('alice', { authentication: bearer(token) }).viewer();
    await expect(call).rejects.toThrow(UnsentError);
    await expect(call).rejects.toThrow('The token is empty or has characters that a header cannot have.');
    expect(route.seen).toEqual([]);
  });

  test('AWS credentials sign each request for the route of IAM', async () => {
    const credentials = { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'session' };
    const server = await startAnsweringServer((response) => response.end('{"data":{"viewer":{"id":"x"}}}'));
    const url = `${server.endpoint}/graphql`;
    const authentication = sigV4({ credentials: () => Promise.resolve(credentials), region: 'eu-central-1' });
    await makeGatewayClient({ url, authentication }).viewer();
    const [seen] = server.seen;
    expect(seen?.path).toBe('/iam/graphql');
    expect(seen?.headers['x-amz-security-token']).toBe('session');
    const signed = 'SignedHeaders=accept;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token,';
    expect(seen?.headers.authorization).toContain(signed);
    expect(seen?.headers.authorization).toBe(expectedSignature(seen, credentials, 'eu-central-1'));
    await server.stop();
  });

  test('the URL of API Gateway names the region to sign for', async () => {
    const sent: Record<string, string>[] = [];
    const fetch: ClientSettings['fetch'] = (_, { headers }) => {
      sent.push(headers);
      return Promise.resolve(new Response('{"data":{"viewer":{"id":"x"}}}'));
    };
    const url = 'https://abc.execute-api.eu-north-1.amazonaws.com';
    const authentication = sigV4({ credentials: { accessKeyId: 'a', secretAccessKey: 's' }, region: 'us-east-1' });
    await makeGatewayClient({ url, authentication, fetch }).viewer();
    expect(sent[0]?.authorization).toContain('/eu-north-1/execute-api/aws4_request');
  });

  test('a host without a region needs one in the settings', async () => {
    const authentication = sigV4({ credentials: { accessKeyId: 'a', secretAccessKey: 's' } });
    const client = makeGatewayClient({ url: 'https://gateway.example', authentication });
    await expect(client.viewer()).rejects.toThrow('Signing a request to gateway.example needs the region');
  });
});
