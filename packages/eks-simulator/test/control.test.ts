import { openRequestLog } from '../src/request-log.ts';
import type { LoggedRequest } from '../src/request-log.ts';
import { podIdentityTrustPolicy } from '../src/trust-policy.ts';
import { clientOf, failure, directAssociation, roleArn, sendSigned, simulate, sendControl } from './simulation.ts';

const operation = 'CreatePodIdentityAssociation';

test('faults are added, listed and cleared over HTTP', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const fault = { operation, kind: 'throttle', times: 2, match: { namespace: 'payments' } };
  expect(await sendControl(simulator.url, 'POST faults', fault)).toEqual({ status: 200, json: { fault } });
  expect((await failure(client.create())).name).toBe('ThrottlingException');
  expect((await sendControl(simulator.url, 'GET faults')).json).toEqual({ faults: [{ ...fault, times: 1 }] });
  expect((await sendControl(simulator.url, 'DELETE faults')).status).toBe(200);
  await client.create();
});

test.each([
  ['invalid JSON', '{', 'the request body is not JSON'],
  ['a list', [], 'fault must be a JSON object'],
  ['no operation', { kind: 'throttle' }, 'fault.operation is missing'],
  ['an unknown operation', { operation: 'CreateCluster', kind: 'throttle' }, 'fault.operation must be one of Create'],
  ['an unknown kind', { operation, kind: 'explode' }, 'fault.kind must be one of error-before, error-after'],
  ['an unknown field', { operation, kind: 'throttle', time: 2 }, 'fault.time is not a known field'],
  ['times of 0', { operation, kind: 'throttle', times: 0 }, 'fault.times must be a whole number from 1'],
  [
    'times that are not a whole number',
    { operation, kind: 'throttle', times: 1.5 },
    'fault.times must be a whole number',
  ],
  ['a missing delay', { operation, kind: 'delay' }, 'fault.delayMs is required for delay'],
  ['a delay below 0', { operation, kind: 'delay', delayMs: -1 }, 'fault.delayMs must be a whole number from 0'],
  [
    'a delay for a kind without delay',
    { operation, kind: 'hang', delayMs: 1 },
    'fault.delayMs has no meaning for hang',
  ],
  [
    'an unknown match',
    { operation, kind: 'hang', match: { cluster: 'apps-dev' } },
    'fault.match.cluster is not a known field',
  ],
  [
    'a match that is not a string',
    { operation, kind: 'hang', match: { namespace: 1 } },
    'fault.match.namespace must be a',
  ],
  [
    'a late effect of a read',
    { operation: 'ListPodIdentityAssociations', kind: 'late-effect', delayMs: 1 },
    'fault.kind late-effect has no meaning for ListPodIdentityAssociations',
  ],
  [
    'the lag of a read',
    { operation: 'DescribePodIdentityAssociation', kind: 'lag', delayMs: 1 },
    'fault.kind lag has no meaning for DescribePodIdentityAssociation',
  ],
  [
    'the lag of a tag list',
    { operation: 'ListTagsForResource', kind: 'lag', delayMs: 1 },
    'fault.kind lag has no meaning for ListTagsForResource',
  ],
  [
    'an association id for a create',
    { operation, kind: 'hang', match: { associationId: 'a-1' } },
    'fault.match.associationId has no meaning for CreatePodIdentityAssociation, whose requests name no association',
  ],
  [
    'an association id for a list',
    { operation: 'ListPodIdentityAssociations', kind: 'hang', match: { associationId: 'a-1' } },
    'fault.match.associationId has no meaning for ListPodIdentityAssociations',
  ],
  [
    'an association id that is not a string',
    { operation: 'DeletePodIdentityAssociation', kind: 'hang', match: { associationId: 1 } },
    'fault.match.associationId must be a string',
  ],
])('a fault with %s gets a 400 that names the problem', async (_, body, words) => {
  const { url, control } = await simulate();
  const { status, json } = await sendControl(url, 'POST faults', body);
  expect(status).toBe(400);
  expect(json).toEqual({ message: expect.stringContaining(words) as string });
  expect(control.pendingFaults()).toEqual([]);
});

test('the log holds operation, signature date, outcome and answer of every request', async () => {
  const now = Date.UTC(2026, 10, 24, 10, 0, 0);
  const simulator = await simulate({ clock: () => now });
  const client = clientOf(simulator, { clockOffsetMs: now - Date.now() });
  const created = await client.create();
  await failure(client.create());
  await failure(client.describe('a-short'));
  await fetch(`${simulator.url}/clusters`);

  const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
  const { json } = await sendControl(simulator.url, 'GET requests');
  const { namespace, serviceAccount } = created;
  const create = { operation, cluster, namespace, serviceAccount, associationId: null, fault: null, method: 'POST' };
  const amzDate: unknown = expect.stringMatching(/^20261124T(100000|095959|100001)Z$/);
  expect(json).toMatchObject({
    requests: [
      { ...create, outcome: 'succeeded', answer: 200, time: '2026-11-24T10:00:00.000Z', amzDate },
      { ...create, outcome: 'ResourceInUseException', answer: 409 },
      { operation: 'DescribePodIdentityAssociation', associationId: 'a-short', outcome: 'InvalidParameterException' },
      { operation: null, cluster: null, amzDate: null, accessKeyId: null, path: '/clusters', answer: 403 },
    ],
  });
  expect(simulator.control.requests(operation)).toHaveLength(2);
  expect((await sendControl(simulator.url, `GET requests?operation=${operation}`)).json).toMatchObject({
    requests: [{}, {}],
  });
  expect((await sendControl(simulator.url, 'GET requests?operation=CreateCluster')).status).toBe(400);

  await sendControl(simulator.url, 'DELETE requests');
  expect((await sendControl(simulator.url, 'GET requests')).json).toEqual({ requests: [] });
});

test('the log holds the client request token of creates and updates only', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const { associationId = '' } = await client.create({ clientRequestToken: 'of-the-create' });
  await client.update(associationId, { roleArn, clientRequestToken: 'of-the-update' });
  await client.describe(associationId);
  await client.list();
  await client.remove(associationId);
  await fetch(`${simulator.url}/clusters`);
  const tokens = simulator.control.requests().map(({ clientRequestToken }) => clientRequestToken);
  expect(tokens).toEqual(['of-the-create', 'of-the-update', null, null, null, null]);

  await sendSigned(`${simulator.url}/clusters/apps-dev/pod-identity-associations`, 'POST', '{"namespace": "payments"}');
  expect(simulator.control.requests().at(-1)).toMatchObject({ operation, clientRequestToken: null });
});

test('the log holds the request id of the answer', async () => {
  const { url, control } = await simulate();
  const response = await fetch(`${url}/clusters`);
  expect(control.requests()[0]?.requestId).toBe(response.headers.get('x-amzn-requestid'));
});

test('the log holds the association of updates, deletes and tagging', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const { associationArn, associationId } = simulator.control.createAssociation(directAssociation);
  await client.tag(associationArn, { team: 'payments' });
  await client.tagsOf(associationArn);
  await client.untag(associationArn, ['team']);
  await client.update(associationId, { roleArn });
  await client.remove(associationId);
  await failure(client.remove(associationId));

  const { namespace, serviceAccount } = directAssociation;
  const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
  const about = { cluster, namespace, serviceAccount, associationId, outcome: 'succeeded', answer: 200 };
  const gone = { namespace: null, serviceAccount: null, outcome: 'ResourceNotFoundException', answer: 404 };
  expect(simulator.control.requests()).toMatchObject([
    { ...about, operation: 'TagResource', method: 'POST' },
    { ...about, operation: 'ListTagsForResource', method: 'GET' },
    { ...about, operation: 'UntagResource', method: 'DELETE' },
    { ...about, operation: 'UpdatePodIdentityAssociation', method: 'POST' },
    { ...about, operation: 'DeletePodIdentityAssociation', method: 'DELETE' },
    { ...about, operation: 'DeletePodIdentityAssociation', ...gone },
  ]);
});

test('a role added over HTTP replaces the one with the same ARN', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const arn = `${roleArn}-new`;
  expect((await sendControl(simulator.url, 'POST roles', { arn, trustPolicy: { Statement: [] } })).status).toBe(200);
  expect((await failure(client.create({ roleArn: arn }))).message).toContain('Trust policy');
  expect((await sendControl(simulator.url, 'POST roles', { arn, trustPolicy: podIdentityTrustPolicy })).status).toBe(
    200,
  );
  await client.create({ roleArn: arn });

  const refused = await sendControl(simulator.url, 'POST roles', { arn });
  expect(refused).toEqual({ status: 400, json: { message: 'role.trustPolicy is missing' } });
});

test.each(['GET nothing', 'DELETE associations', 'DELETE associations/a/b', 'PATCH faults/a', 'PUT faults'])(
  '%s gets a 404 that lists the routes',
  async (request) => {
    const { url } = await simulate();
    const { status, json } = await sendControl(url, request);
    expect(status).toBe(404);
    expect(json).toEqual({ message: expect.stringMatching(/POST faults.*PATCH associations\/ID/) as string });
  },
);

const logged = (requestId: string): LoggedRequest => ({
  ...{ requestId, time: '2026-11-24T10:00:00.000Z', method: 'GET', path: '/', amzDate: null, operation: null },
  ...{ accessKeyId: null, cluster: null, namespace: null, serviceAccount: null, associationId: null },
  ...{ clientRequestToken: null, principalArn: null, session: null },
  ...{ fault: null, outcome: 'pending', answer: null },
});

test('the log keeps the last 10,000 requests', () => {
  const log = openRequestLog();
  for (let index = 0; index < 10_001; index += 1) log.add(logged(`request-${index}`));
  expect(log.all()).toHaveLength(10_000);
  expect(log.all()[0]?.requestId).toBe('request-1');
});

test('an entry of the log can be updated after later ones were added, and stays cleared after clear', () => {
  const log = openRequestLog();
  const change = log.add(logged('one'));
  log.add(logged('two'));
  change({ outcome: 'succeeded' });
  expect(log.all().map(({ outcome }) => outcome)).toEqual(['succeeded', 'pending']);
  log.clear();
  change({ outcome: 'late' });
  expect(log.all()).toEqual([]);
});
