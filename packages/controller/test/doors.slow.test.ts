import { setTimeout as sleep } from 'node:timers/promises';
import { bearer } from '../../client/src/client/auth.ts';
import { makeGatewayClient } from '../../client/src/client/client.ts';
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
let controller: ReturnType<typeof startController>;

const startOne = (identity: string) =>
  startController(world, { lease: { ...leaseOf(identity), durationMs: 1_500, renewDeadlineMs: 1_000 }, resyncMs: 500 });

beforeAll(async () => {
  world = await startWorld();
  token = await world.gateway.token('alice');
  controller = startOne('first');
  closeAtEnd(async () => {
    await controller.stop();
    await world.close();
  });
});

const connect = () =>
  makeGatewayClient({
    url: world.route.url,
    authentication: bearer(token),
    retries: { maxAttempts: 100, maxElapsedMs: 60_000 },
  });

/** Asks a door for an association with these tags; resolves once the door has its answer, whatever that is. */
async function want(door: Door, serviceAccount: string, tags: Readonly<Record<string, string>>): Promise<unknown> {
  const desired = { clusterName, namespace, serviceAccount, roleArn: roleArn('payments/payments-api') };
  const declaration = `${door}/${serviceAccount}`;
  switch (door) {
    case 'api': {
      const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
      return connect().ensurePodIdentityAssociation({ ...desired, tags: list, declaration });
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
      const handler = makeHandler({ connect, log: () => undefined });
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

const associations = () => world.eks().associations();
const tagOf = (name: string, key: string) =>
  associations().find(({ serviceAccount }) => serviceAccount === name)?.tags[key];
const changes = (operation: RegExp) =>
  world
    .eks()
    .requests()
    .filter((one) => operation.test(one.operation ?? '') && one.outcome === 'succeeded').length;
const all = /^(Create|Update|Delete|Tag|Untag)/;

/** All doors at once, while answers are lost and the controller is replaced by another one. */
async function wantAtOnce(tagsOf: (door: Door) => Readonly<Record<string, string>>, successor: string): Promise<void> {
  const asking = names.map((name) => Promise.all(doors.map((door) => want(door, name, tagsOf(door)))));
  for (let lost = 0; lost < 8; lost += 1) {
    world.route.faults.push(lost % 2 === 0 ? 'lost answer' : 'lost request');
    await sleep(100);
  }
  await controller.stop();
  controller = startOne(successor);
  await Promise.all(asking);
}

test('forty equal desires of four doors make ten associations, and forty different ones change each once', async () => {
  await wantAtOnce(() => ({ team: 'payments', by: 'all' }), 'second');
  await eventually(() => expect(associations()).toHaveLength(10), 30_000);
  await eventually(() => {
    const unready = names.filter((name) => !conditionsIn(world.cluster, namespace, name)[0]?.startsWith('Ready=True'));
    expect(unready).toEqual([]);
  }, 30_000);
  expect([changes(/^Create/), changes(all)]).toEqual([10, 10]);

  // Each association stays with whoever made it, and becomes what that one wants.
  await wantAtOnce((door) => ({ team: 'payments', by: door }), 'third');
  await eventually(() => expect(names.filter((name) => tagOf(name, 'by') === 'all')).toEqual([]), 30_000);
  expect(changes(all)).toBe(20);
  const owners = names.map((name) => tagOf(name, 'by'));
  expect(owners.filter((owner) => !doors.includes(owner as Door))).toEqual([]);

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
  await sleep(2_000);
  expect([changes(all), names.map((one) => tagOf(one, 'by'))]).toEqual([before + 1, owners]);
}, 180_000);
