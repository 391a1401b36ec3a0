import { podIdentityTrustPolicy } from '../../../src/local/simulator/trust-policy.ts';
import { clientOf, failure, roleArn, simulate, some } from './simulation.ts';

const operation = 'CreatePodIdentityAssociation';
const outsider = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'payments-api', roleArn };

async function steer(url: string, request: string, body?: unknown): Promise<{ status: number; json: unknown }> {
  const [method = '', path] = request.split(' ');
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${url}/_simulator/${path}`, { method, ...(body === undefined ? {} : { body: text }) });
  return { status: response.status, json: await response.json() };
}

test('faults are added, shown and cleared over HTTP', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const fault = { operation, kind: 'throttle', times: 2, match: { namespace: 'payments' } };
  expect(await steer(simulator.url, 'POST faults', fault)).toEqual({ status: 200, json: { fault } });
  expect((await failure(client.create())).name).toBe('ThrottlingException');
  expect((await steer(simulator.url, 'GET faults')).json).toEqual({ faults: [{ ...fault, times: 1 }] });
  expect((await steer(simulator.url, 'DELETE faults')).status).toBe(200);
  await client.create();
});

test.each([
  ['no JSON', '{', 'the request body is not JSON'],
  ['a list', [], 'fault must be a JSON object'],
  ['no operation', { kind: 'throttle' }, 'fault.operation is missing'],
  ['an unknown operation', { operation: 'CreateCluster', kind: 'throttle' }, 'fault.operation must be one of Create'],
  ['an unknown kind', { operation, kind: 'explode' }, 'fault.kind must be one of error-before, error-after'],
  ['an unknown field', { operation, kind: 'throttle', time: 2 }, 'fault.time is not known here'],
  ['times of 0', { operation, kind: 'throttle', times: 0 }, 'fault.times must be a whole number from 1'],
  ['times that are no whole number', { operation, kind: 'throttle', times: 1.5 }, 'fault.times must be a whole number'],
  ['a delay that is missing', { operation, kind: 'delay' }, 'fault.delayMs is missing: delay needs it'],
  ['a delay below 0', { operation, kind: 'delay', delayMs: -1 }, 'fault.delayMs must be a whole number from 0'],
  ['a delay without meaning', { operation, kind: 'hang', delayMs: 1 }, 'fault.delayMs means nothing for hang'],
  ['an unknown match', { operation, kind: 'hang', match: { cluster: 'apps-dev' } }, 'fault.match.cluster is not known'],
  ['a match that is no text', { operation, kind: 'hang', match: { namespace: 1 } }, 'fault.match.namespace must be a'],
  [
    'an effect of a read',
    { operation: 'ListPodIdentityAssociations', kind: 'late-effect', delayMs: 1 },
    'fault.kind late-effect means nothing for ListPodIdentityAssociations',
  ],
  [
    'the lag of a read',
    { operation: 'DescribePodIdentityAssociation', kind: 'lag', delayMs: 1 },
    'fault.kind lag means nothing for DescribePodIdentityAssociation',
  ],
])('a fault with %s gets a 400 that says so', async (_, body, words) => {
  const { url, control } = await simulate();
  const { status, json } = await steer(url, 'POST faults', body);
  expect(status).toBe(400);
  expect(json).toEqual({ message: expect.stringContaining(words) as string });
  expect(control.pendingFaults()).toEqual([]);
});

test('the log tells of every request, what was asked, by what signature, and what became of it', async () => {
  const now = Date.UTC(2026, 10, 24, 10, 0, 0);
  const simulator = await simulate({ clock: () => now });
  const client = clientOf(simulator, { clockOffsetMs: now - Date.now() });
  const created = await client.create();
  await failure(client.create());
  await failure(client.describe('a-short'));
  await fetch(`${simulator.url}/clusters`);

  const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
  const { json } = await steer(simulator.url, 'GET requests');
  const { namespace, serviceAccount } = created;
  const create = { operation, cluster, namespace, serviceAccount, associationId: null, fault: null, method: 'POST' };
  const amzDate: unknown = expect.stringMatching(/^20261124T(100000|095959|100001)Z$/);
  expect(json).toMatchObject({
    requests: [
      { ...create, outcome: 'succeeded', answer: 200, time: '2026-11-24T10:00:00.000Z', amzDate },
      { ...create, outcome: 'ResourceInUseException', answer: 409 },
      { operation: 'DescribePodIdentityAssociation', associationId: 'a-short', outcome: 'InvalidParameterException' },
      { operation: null, cluster: null, amzDate: null, path: '/clusters', answer: 403 },
    ],
  });
  expect(simulator.control.requests(operation)).toHaveLength(2);
  expect((await steer(simulator.url, `GET requests?operation=${operation}`)).json).toMatchObject({
    requests: [{}, {}],
  });
  expect((await steer(simulator.url, 'GET requests?operation=CreateCluster')).status).toBe(400);

  await steer(simulator.url, 'DELETE requests');
  expect((await steer(simulator.url, 'GET requests')).json).toEqual({ requests: [] });
});

test('the log names the request id that the client was given', async () => {
  const { url, control } = await simulate();
  const response = await fetch(`${url}/clusters`);
  expect(control.requests()[0]?.requestId).toBe(response.headers.get('x-amzn-requestid'));
});

test('an outsider creates and deletes associations over HTTP', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const ownerArn = 'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/aws-ebs-csi-driver/1';
  const { status } = await steer(simulator.url, 'POST associations', { ...outsider, ownerArn, tags: { by: 'hand' } });
  expect(status).toBe(200);
  const { associationId } = some(simulator.control.associations()[0]);
  expect(await client.describe(associationId)).toMatchObject({ ...outsider, ownerArn, tags: { by: 'hand' } });
  expect((await failure(client.create())).status).toBe(409);
  expect((await steer(simulator.url, 'GET associations')).json).toMatchObject({ associations: [{ associationId }] });

  expect((await steer(simulator.url, `DELETE associations/${associationId}`)).status).toBe(200);
  expect((await steer(simulator.url, `DELETE associations/${associationId}`)).status).toBe(404);
  await client.create();
});

test('what an outsider creates is shown after the lag', async () => {
  let now = Date.now();
  const simulator = await simulate({ clock: () => now, listLagMs: 1000 });
  simulator.control.createAssociation(outsider);
  expect((await clientOf(simulator).list()).names).toEqual([]);
  now += 1000;
  expect((await clientOf(simulator).list()).names).toHaveLength(1);
});

test.each([
  ['no namespace', { ...outsider, namespace: undefined }, 'association.namespace is missing'],
  ['an unknown cluster', { ...outsider, clusterName: 'apps-test' }, 'the world has no cluster apps-test'],
  ['another region', { ...outsider, region: 'eu-west-1' }, 'the world has no cluster apps-dev'],
  ['another account', { ...outsider, accountId: '444455556666' }, 'the world has no cluster apps-dev'],
  ['a role that is no ARN', { ...outsider, roleArn: 'x' }, 'association.roleArn must be the ARN of an IAM role'],
  ['an unknown field', { ...outsider, role: 'x' }, 'association.role is not known here'],
  ['a service account that is taken', { ...outsider, serviceAccount: 'taken' }, 'Association already exists: a-'],
])('an outsider with %s gets a 400 that says so', async (_, body, words) => {
  const { url, control } = await simulate();
  control.createAssociation({ ...outsider, serviceAccount: 'taken' });
  const { status, json } = await steer(url, 'POST associations', body);
  expect(status).toBe(400);
  expect(json).toEqual({ message: expect.stringContaining(words) as string });
  expect(control.associations()).toHaveLength(1);
});

test('an outsider says account and region where several clusters have the name', async () => {
  const clusters = ['eu-central-1', 'eu-west-1'].map((region) => ({
    accountId: '111122223333',
    region,
    clusterName: 'apps-dev',
  }));
  const { control } = await simulate({
    world: { defaultAccountId: '111122223333', accessKeys: {}, clusters, roles: [] },
  });
  expect(() => control.createAssociation(outsider)).toThrow('several clusters are named apps-dev');
  expect(control.createAssociation({ ...outsider, region: 'eu-west-1' }).region).toBe('eu-west-1');
});

test('a role is added over HTTP, and replaced by one with the same ARN', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const arn = `${roleArn}-new`;
  expect((await steer(simulator.url, 'POST roles', { arn, trustPolicy: { Statement: [] } })).status).toBe(200);
  expect((await failure(client.create({ roleArn: arn }))).message).toContain('Trust policy');
  expect((await steer(simulator.url, 'POST roles', { arn, trustPolicy: podIdentityTrustPolicy })).status).toBe(200);
  await client.create({ roleArn: arn });

  const refused = await steer(simulator.url, 'POST roles', { arn });
  expect(refused).toEqual({ status: 400, json: { message: 'role.trustPolicy is missing' } });
});

test.each(['GET nothing', 'DELETE associations', 'DELETE associations/a/b', 'PUT faults'])(
  '%s gets a 404 that says what there is',
  async (request) => {
    const { url } = await simulate();
    const { status, json } = await steer(url, request);
    expect(status).toBe(404);
    expect(json).toEqual({ message: expect.stringContaining('POST faults') as string });
  },
);
