import { setTimeout as sleep } from 'node:timers/promises';
import { injected, plain, pod } from '../../command/test/doctor/pods.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { bindings, events, namespaces, pods, serviceAccounts } from './api-server/kinds.ts';
import type { SeenRequest } from './api-server/server.ts';
import {
  addServiceAccount,
  bindingIn,
  change,
  conditionsIn,
  declare,
  eventually,
  messageIn,
  roleArn,
} from './support.ts';
import { leaseOf, startController, startWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
let port: number;

beforeAll(async () => {
  world = await startWorld();
  const controller = startController(world);
  port = await controller.port;
  closeAtEnd(async () => {
    await controller.stop();
    await world.close();
  });
});

const isReady = ['Ready=True:Bound'];
const conditions = (name: string, namespace = 'payments') =>
  conditionsIn(world.cluster, namespace, name).filter((one) => !one.startsWith('CredentialsInjected'));
const associationOf = (serviceAccount: string, namespace = 'payments') =>
  world
    .eks()
    .associations()
    .find((one) => one.namespace === namespace && one.serviceAccount === serviceAccount);
const declared = (name: string, spec: object = {}, createdAt?: string) =>
  declare(world.cluster, 'payments', name, { tags: { team: 'payments' }, ...spec }, createdAt);
const untilReady = (name: string) => eventually(() => expect(conditions(name)).toEqual(isReady));
const removed = async (name: string) => {
  world.cluster.store.remove(bindings, 'payments', name);
  await eventually(() => expect(bindingIn(world.cluster, 'payments', name)).toBeUndefined());
};

test('a resource becomes an association, follows its changes, and takes it away at its end', async () => {
  declared('api');
  await untilReady('api');
  expect(associationOf('api')).toMatchObject({ roleArn: roleArn('payments/payments-api'), tags: { team: 'payments' } });
  const { status } = bindingIn(world.cluster, 'payments', 'api') ?? {};
  expect(status).toMatchObject({
    observedGeneration: 1,
    associations: [{ serviceAccount: 'api', state: 'Bound', associationId: associationOf('api')?.associationId }],
  });
  change(world.cluster, 'payments', 'api', { tags: { team: 'payments', tier: 'gold' } });
  await eventually(() => expect(bindingIn(world.cluster, 'payments', 'api')?.status.observedGeneration).toBe(2));
  expect(associationOf('api')?.tags).toMatchObject({ team: 'payments', tier: 'gold' });
  expect(conditions('api')).toEqual(isReady);
  await removed('api');
  expect(associationOf('api')).toBeUndefined();
});

test('the requests are those of the service account of the namespace, without a person', async () => {
  declared('whose');
  await untilReady('whose');
  const request = world.route.seen.find(({ body }) => body.includes('ensurePodIdentityAssociation'));
  expect(request?.body).not.toContain('onBehalfOf":"');
  const [, payload = ''] = (request?.headers.authorization ?? '').split('.');
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
    iss: world.cluster.url,
    sub: 'system:serviceaccount:payments:pod-identity-requester',
    aud: ['pod-identity-gateway'],
  });
  await removed('whose');
});

test('a resource whose deletionPolicy is Retain leaves the association', async () => {
  declared('kept', { deletionPolicy: 'Retain' });
  await untilReady('kept');
  await removed('kept');
  expect(associationOf('kept')).toBeDefined();
});

test('what policy denies is stalled with its advice, until the spec changes', async () => {
  declared('denied', { roleArn: roleArn('search/search-api') });
  await eventually(() =>
    expect(conditions('denied')).toEqual(['Ready=False:PolicyDenied', 'Stalled=True:PolicyDenied']),
  );
  expect(messageIn(world.cluster, 'payments', 'denied')).toMatch(/^denied: .*role/);
  change(world.cluster, 'payments', 'denied', { roleArn: roleArn('payments/payments-api') });
  await untilReady('denied');
  await removed('denied');
});

test('a namespace that did not opt in is told how', async () => {
  world.cluster.store.create(namespaces, undefined, { metadata: { name: 'other' } } as never);
  declare(world.cluster, 'other', 'api', {});
  await eventually(() => expect(conditions('api', 'other')).toEqual(['Ready=False:NoToken', 'Stalled=True:NoToken']));
  expect(messageIn(world.cluster, 'other', 'api')).toContain('"pod-identity-requester" not found');
  addServiceAccount(world.cluster, 'other', 'pod-identity-requester');
  // It has a token now, but no policy permits anything: the inventory does not list it.
  await eventually(() =>
    expect(conditions('api', 'other')).toEqual(['Ready=False:PolicyDenied', 'Stalled=True:PolicyDenied']),
  );
});

test('a pattern binds the service accounts that exist, up to its limit', async () => {
  for (const name of ['worker-a', 'worker-b']) addServiceAccount(world.cluster, 'payments', name);
  declared('workers', { serviceAccountPattern: 'worker-*', maxServiceAccounts: 2 });
  await untilReady('workers');
  expect([associationOf('worker-a'), associationOf('worker-b')]).not.toContain(undefined);
  addServiceAccount(world.cluster, 'payments', 'worker-0');
  await eventually(() =>
    expect(conditions('workers')).toEqual([
      'Ready=False:TooManyServiceAccounts',
      'Stalled=True:TooManyServiceAccounts',
    ]),
  );
  expect(associationOf('worker-0')).toBeUndefined();
  expect(associationOf('worker-a')).toBeDefined();
  world.cluster.store.remove(serviceAccounts, 'payments', 'worker-a');
  await untilReady('workers');
  expect([associationOf('worker-0') === undefined, associationOf('worker-a') === undefined]).toEqual([false, true]);
  await removed('workers');
  expect(associationOf('worker-b')).toBeUndefined();
});

test('of resources that overlap, the oldest wins, the others say so, and one follows at its end', async () => {
  declared('younger', { serviceAccount: 'shared', tags: { team: 'payments', of: 'younger' } }, '2026-01-02T00:00:00Z');
  await untilReady('younger');
  declared('older', { serviceAccount: 'shared', tags: { team: 'payments', of: 'older' } }, '2026-01-01T00:00:00Z');
  await untilReady('older');
  const stalled = ['Ready=False:Overlapped', 'Stalled=True:Overlapped', 'Overlapped=True:Overlapped'];
  await eventually(() => expect(conditions('younger')).toEqual(stalled));
  expect(messageIn(world.cluster, 'payments', 'younger')).toContain('shared (older)');
  expect(associationOf('shared')?.tags).toMatchObject({ of: 'older' });
  await removed('older');
  await untilReady('younger');
  expect(associationOf('shared')?.tags).toMatchObject({ of: 'younger' });
  await removed('younger');
});

test('an association of others is left alone, unless the resource may take it over', async () => {
  const made = {
    clusterName: 'apps-dev',
    namespace: 'payments',
    serviceAccount: 'foreign',
    roleArn: roleArn('payments/payments-worker'),
  };
  world.eks().createAssociation(made);
  declared('foreign', { tags: undefined });
  await eventually(() =>
    expect(conditions('foreign')).toEqual(['Ready=False:DeclaredElsewhere', 'Stalled=True:DeclaredElsewhere']),
  );
  expect(associationOf('foreign')?.roleArn).toBe(made.roleArn);
  change(world.cluster, 'payments', 'foreign', { takeOver: true });
  await untilReady('foreign');
  expect(associationOf('foreign')?.roleArn).toBe(roleArn('payments/payments-api'));
  await removed('foreign');
});

test('answers of the API server that are lost, late or errors change nothing about the result', async () => {
  const isWrite = ({ method, path, user }: SeenRequest) =>
    user === 'controller' && method === 'PATCH' && path.includes('/faulty');
  for (const kind of ['after', 'before', 500, 'slow', 'after', 409] as const)
    world.cluster.addFault({ match: isWrite, kind });
  world.eks().clearRequests();
  declared('faulty');
  await untilReady('faulty');
  // The last write can be one whose answer was lost: then none follows it.
  expect(world.cluster.pendingFaults()).toBeLessThanOrEqual(1);
  expect(world.eks().requests('CreatePodIdentityAssociation')).toHaveLength(1);
  await removed('faulty');
  // One token for each namespace, for the whole time.
  expect(world.cluster.tokenRequests()).toBeLessThanOrEqual(2);
});

test('the condition CredentialsInjected follows the pods, by the findings of the doctor', async () => {
  const injection = () =>
    conditionsIn(world.cluster, 'payments', 'seen').filter((one) => one.startsWith('CredentialsInjected'));
  declared('seen');
  await untilReady('seen');
  const start = (name: string, container: object) =>
    world.cluster.store.create(
      pods,
      'payments',
      pod({ containers: [container], metadata: { name }, spec: { serviceAccountName: 'seen' } }) as never,
    );
  start('early', plain());
  await eventually(() => expect(injection()).toEqual(['CredentialsInjected=False:NotInjected']));
  expect(messageIn(world.cluster, 'payments', 'seen', 'CredentialsInjected')).toMatch(
    /1 of 1 pods lack.*started before the association.*kubectl -n payments rollout restart deployment\/api/,
  );
  expect(conditions('seen')).toEqual(isReady);
  const asked = world.route.seen.length;
  world.cluster.store.remove(pods, 'payments', 'early');
  start('late', injected());
  await eventually(() => expect(injection()).toEqual(['CredentialsInjected=True:Injected']));
  expect(world.route.seen).toHaveLength(asked);
  await removed('seen');
});

test('a status that did not change is not written again', async () => {
  declared('quiet');
  await untilReady('quiet');
  const writes = () =>
    world.cluster.seen.filter(({ method, path }) => method === 'PATCH' && path.endsWith('/quiet/status')).length;
  const before = writes();
  change(world.cluster, 'payments', 'quiet', {}, { other: 'annotation' });
  change(world.cluster, 'payments', 'quiet', {}, { other: 'value' });
  await eventually(() =>
    expect(bindingIn(world.cluster, 'payments', 'quiet')?.metadata.annotations).toEqual({ other: 'value' }),
  );
  await sleep(300);
  expect(writes()).toBe(before);
  await removed('quiet');
});

test('a controller that waits to lead is ready, and stops at once', async () => {
  const asked = world.route.seen.length;
  const waiting = startController(world, { lease: { ...leaseOf('two'), retryMs: 100 } });
  const metrics = await (await fetch(`http://127.0.0.1:${await waiting.port}/metrics`)).text();
  expect(metrics).toContain('pod_identity_controller_leader 0\n');
  expect((await fetch(`http://127.0.0.1:${await waiting.port}/readyz`)).status).toBe(200);
  expect(await waiting.stop()).toBe(true);
  expect(world.route.seen).toHaveLength(asked);
});

test('events and metrics tell what happened, and every right of the manifests is used', async () => {
  const told = world.cluster.store.list(events, 'payments') as unknown as {
    involvedObject: object;
    reason: string;
    type: string;
  }[];
  expect(told.find(({ reason }) => reason === 'PolicyDenied')).toMatchObject({
    type: 'Warning',
    involvedObject: { name: 'denied' },
  });
  expect(told.find(({ reason }) => reason === 'Bound')).toMatchObject({
    type: 'Normal',
    involvedObject: { kind: 'PodIdentityBinding' },
  });
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toMatch(/^pod_identity_controller_answers_total\{reason="Bound"\} \d+$/m);
  expect(metrics).toContain('pod_identity_controller_leader 1\n');
  expect(metrics).toMatch(/^pod_identity_controller_bindings\{ready="False"\} 1$/m);
  for (const path of ['healthz', 'readyz']) expect((await fetch(`http://127.0.0.1:${port}/${path}`)).status).toBe(200);
  expect(world.access.unused()).toEqual([]);
});
