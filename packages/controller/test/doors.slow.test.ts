import { setTimeout as sleep } from 'node:timers/promises';
import { bearer } from '../../client/src/client/auth.ts';
import { makeGatewayClient } from '../../client/src/client/client.ts';
import type { Fetch } from '../../client/src/client/transport.ts';
import { startFaultyRoute } from '../../client/test/gateway.ts';
import { runOnGateway } from '../../command/test/run-on-gateway.ts';
import { makeHandler } from '../../iac/src/handler.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { change, conditionsIn, declare, eventually, roleArn } from './support.ts';
import { leaseOf, startController, startWorld } from './world.ts';
import type { World } from './world.ts';

/** What asks for an association in a way of its own; the name is that of its declarations. */
type Door = 'api' | 'command' | 'lambda' | 'controller';
const doors: readonly Door[] = ['api', 'command', 'lambda', 'controller'];
const [clusterName, namespace] = ['apps-dev', 'payments'];
const names = Array.from({ length: 10 }, (_, index) => `app-${index}`);

let world: World;
let token: string;
let controller: Awaited<ReturnType<typeof startOne>>;

/** A controller that can be killed: from then on, nothing of it reaches the API server or the gateway. */
async function startOne(identity: string) {
  const route = await startFaultyRoute(new URL(world.gateway.url).origin);
  const lease = { ...leaseOf(identity), durationMs: 1_500, renewDeadlineMs: 1_000 };
  let isKilled = false as boolean;
  const connection = {
    url: world.cluster.url,
    token: () => (isKilled ? Promise.reject(new Error('It was killed.')) : Promise.resolve('controller')),
  };
  const { stop } = startController({ ...world, route }, { connection, lease, resyncMs: 500 });
  closeAtEnd(async () => {
    await Promise.all([stop(), route.close()]);
  });
  const kill = async () => {
    isKilled = true;
    // What it has in work ends later, without effect.
    void stop();
    await route.close();
  };
  return { faults: route.faults, kill };
}

beforeAll(async () => {
  world = await startWorld();
  closeAtEnd(world.close);
  token = await world.gateway.token('alice');
  controller = await startOne('first');
});

const connect = (send: Fetch = fetch) =>
  makeGatewayClient({
    url: world.route.url,
    authentication: bearer(token),
    fetch: send,
    retries: { maxAttempts: 100, maxElapsedMs: 60_000 },
  });

/** Sends one request, and does nothing more once the gateway has executed it, as if its process were killed. */
const wantKilled = (door: 'api' | 'lambda', serviceAccount: string, tags: Readonly<Record<string, string>>) =>
  new Promise<void>((resolve, reject) => {
    const send: Fetch = async (...request) => {
      await fetch(...request).catch(() => undefined);
      resolve();
      return new Promise<never>(() => undefined);
    };
    want(door, serviceAccount, tags, send).catch(reject);
  });

/** Asks a door for an association with these tags; resolves once the door has its answer, whatever that is. */
async function want(
  door: Door,
  serviceAccount: string,
  tags: Readonly<Record<string, string>>,
  send?: Fetch,
): Promise<unknown> {
  const desired = { clusterName, namespace, serviceAccount, roleArn: roleArn('payments/payments-api') };
  const declaration = `${door}/${serviceAccount}`;
  switch (door) {
    case 'api': {
      const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
      return connect(send).ensurePodIdentityAssociation({ ...desired, tags: list, declaration });
    }
    case 'command': {
      const options = { 'cluster-name': clusterName, namespace, 'service-account': serviceAccount, declaration };
      const named = Object.entries({ ...options, 'role-arn': desired.roleArn }).flatMap(([name, value]) => [
        `--${name}`,
        value,
      ]);
      const pairs = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
      const args = ['ensure-pod-identity-association', ...named, '--tags', pairs.join()];
      const environment = { POD_IDENTITY_ENDPOINT_URL: world.route.url, POD_IDENTITY_TOKEN: token };
      return runOnGateway(args, { environment });
    }
    case 'lambda': {
      const handler = makeHandler({ connect: () => connect(send), log: () => undefined });
      const invokedFunctionArn = 'arn:aws:lambda:eu-central-1:111122223333:function:payments';
      const event = { declaration, ...desired, tags, tf: { action: 'update', prev_input: null } };
      const invoked = { invokedFunctionArn, getRemainingTimeInMillis: () => 60_000 };
      return handler(event, invoked).catch((error: unknown) => error);
    }
    case 'controller': {
      const isNew = conditionsIn(world.cluster, namespace, serviceAccount).length === 0;
      if (isNew) declare(world.cluster, namespace, serviceAccount, { tags });
      else change(world.cluster, namespace, serviceAccount, { tags });
      return eventually(() => expect(conditionsIn(world.cluster, namespace, serviceAccount)).not.toEqual([]), 60_000);
    }
  }
}

/** Whether a door has what it wants, by its answer; the controller, by the conditions of its resource. */
function hasIt(door: Door, serviceAccount: string, answer: unknown): boolean {
  if (door === 'controller')
    return conditionsIn(world.cluster, namespace, serviceAccount)[0]?.startsWith('Ready=True') === true;
  const { kind, code, associationId } = answer as { kind?: string; code?: number; associationId?: string };
  return kind === 'succeeded' || code === 0 || associationId !== undefined;
}

const associations = () => world.eks().associations();
const tagOf = (name: string, key: string) =>
  associations().find(({ serviceAccount }) => serviceAccount === name)?.tags[key];
const changes = (operation: RegExp) =>
  world
    .eks()
    .requests()
    .filter((one) => operation.test(one.operation ?? '') && one.outcome === 'succeeded').length;
const all = /^(Create|Update|Delete|Tag|Untag)/;

/**
 * All doors at once, while answers are lost, two of them are killed and ask again, and the controller is killed and followed by
 * another one. Gives the doors that have what they want, by service account.
 */
async function wantAtOnce(tagsOf: (door: Door) => Readonly<Record<string, string>>, successor: string) {
  const asking = names.map(async (name, index) => {
    const killed = (['api', 'lambda'] as const)[index % 5];
    if (killed) await wantKilled(killed, name, tagsOf(killed));
    return Promise.all(doors.map((door) => want(door, name, tagsOf(door))));
  });
  for (let lost = 0; lost < 8; lost += 1) {
    const { faults } = lost % 4 === 3 ? controller : world.route;
    faults.push(lost % 2 === 0 ? 'lost request' : 'lost answer');
    await sleep(100);
  }
  await controller.kill();
  controller = await startOne(successor);
  const answers = await Promise.all(asking);
  return () => names.map((name, index) => doors.filter((door, at) => hasIt(door, name, answers[index]?.[at])));
}

test('forty equal desires of four doors make ten associations, and forty different ones change each once', async () => {
  const equal = await wantAtOnce(() => ({ team: 'payments', by: 'all' }), 'second');
  await eventually(() => expect(associations()).toHaveLength(10), 30_000);
  await eventually(() => expect(equal()).toEqual(names.map(() => doors)), 30_000);
  expect([changes(/^Create/), changes(all)]).toEqual([10, 10]);

  // Each association stays with whoever made it, and becomes what that one wants.
  const different = await wantAtOnce((door) => ({ team: 'payments', by: door }), 'third');
  await eventually(() => expect(names.filter((name) => tagOf(name, 'by') === 'all')).toEqual([]), 30_000);
  expect(changes(all)).toBe(20);
  const owners = names.map((name) => tagOf(name, 'by'));
  await eventually(() => expect(different()).toEqual(owners.map((owner) => [owner])), 30_000);

  // What others change, only the owner sets right.
  await world.gateway.clock.advance(120_000);
  const [first] = associations();
  const name = first?.serviceAccount ?? '';
  const owner = tagOf(name, 'by') as Door;
  world.eks().updateAssociation(first?.associationId ?? '', { tags: { team: 'payments', by: 'others' } });
  const before = changes(all);
  for (const door of doors.filter((one) => one !== owner)) await want(door, name, { team: 'payments', by: door });
  if (owner !== 'controller') expect(tagOf(name, 'by')).toBe('others');
  await want(owner, name, { team: 'payments', by: owner });
  await eventually(() => expect(tagOf(name, 'by')).toBe(owner), 30_000);
  // What others delete is made once, by whoever asks first.
  const [, deleted = ''] = names.filter((one) => one !== name);
  const gone = associations().find(({ serviceAccount }) => serviceAccount === deleted);
  world.eks().deleteAssociation(gone?.associationId ?? '');
  await Promise.all(doors.map((door) => want(door, deleted, { team: 'payments', by: door })));
  await eventually(() => expect(doors).toContain(tagOf(deleted, 'by')), 30_000);
  const ends = () => [changes(/^Create/), changes(all), names.map((one) => tagOf(one, 'by'))];
  const expected = [
    11,
    before + 2,
    owners.map((one, index) => (names[index] === deleted ? tagOf(deleted, 'by') : one)),
  ];
  // Two comparisons of the controller later, nothing has changed.
  await sleep(1_500);
  expect(ends()).toEqual(expected);
}, 180_000);
