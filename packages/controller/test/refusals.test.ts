import { setTimeout as sleep } from 'node:timers/promises';
import { bearer } from '../../client/src/client/auth.ts';
import { makeGatewayClient } from '../../client/src/client/client.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { retryAnnotation } from '../src/binding.ts';
import { bindings, namespaces } from './api-server/kinds.ts';
import { bindingIn, change, conditionsIn, declare, eventually, messageIn } from './support.ts';
import { startController, startWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ inProduction: true });
  const production = { cluster: { clusterName: 'apps-prod', accountId: null, region: null }, resyncMs: 300 };
  const controller = startController(world, production);
  closeAtEnd(async () => {
    await controller.stop();
    await world.close();
  });
});

const conditions = (name: string) => conditionsIn(world.cluster, 'payments', name);
const declared = (name: string) => declare(world.cluster, 'payments', name, { tags: { team: 'payments' } });
const until = (name: string, ...expected: readonly string[]) =>
  eventually(() => expect(conditions(name)).toEqual(expected));
const approvalOf = (name: string) =>
  bindingIn(world.cluster, 'payments', name)?.status.associations?.[0]?.approvalId ?? '';
const associations = () =>
  world
    .eks()
    .associations()
    .map(({ serviceAccount }) => serviceAccount);
const changes = () => world.route.seen.filter(({ body }) => body.includes('mutation')).length;

async function approver(name: string) {
  const claims = { sub: name, groups: ['production-approvers'] };
  const token = await world.gateway.token(claims);
  return makeGatewayClient({ url: world.gateway.url, authentication: bearer(token) });
}

async function approve(approvalId: string) {
  for (const name of ['ann', 'ben'])
    expect(await (await approver(name)).approve({ approvalId })).toMatchObject({ refusal: null });
}

const held = ['Ready=False:ApprovalRequired', 'Reconciling=True:ApprovalRequired'];
const rejected = ['Ready=False:ApprovalRejected', 'Stalled=True:ApprovalRejected'];

test('a held change is a condition with its link, is not sent again, and is made once it is approved', async () => {
  declared('held');
  await until('held', ...held);
  expect(messageIn(world.cluster, 'payments', 'held')).toContain(
    `https://page.example/#/approvals?id=${approvalOf('held')}`,
  );
  expect(messageIn(world.cluster, 'payments', 'held')).toContain('2 of production-approvers');
  const sent = changes();
  const polls = () => world.route.seen.filter(({ body }) => body.includes('query Approval')).length;
  const before = polls();
  await eventually(() => expect(polls()).toBeGreaterThan(before + 2));
  expect(changes()).toBe(sent);
  await approve(approvalOf('held'));
  await until('held', 'Ready=True:Bound', 'CredentialsInjected=Unknown:NoPods');
  expect(associations()).toEqual(['held']);
});

test('a rejected change stalls, and is sent again only after a change of the annotation or the spec', async () => {
  declared('rejected');
  await until('rejected', ...held);
  const first = approvalOf('rejected');
  await (await approver('ann')).reject({ approvalId: first, comment: 'Not now.' });
  await until('rejected', ...rejected);
  expect(messageIn(world.cluster, 'payments', 'rejected')).toContain(retryAnnotation);
  const sent = () => world.route.seen.filter(({ body }) => /mutation.*"serviceAccount":"rejected"/.test(body)).length;
  const before = sent();
  // Several regular comparisons, and a change that is about something else.
  change(world.cluster, 'payments', 'rejected', {}, { other: 'annotation' });
  await sleep(1_200);
  expect([sent(), conditions('rejected')]).toEqual([before, rejected]);
  change(world.cluster, 'payments', 'rejected', {}, { [retryAnnotation]: 'once' });
  await until('rejected', ...held);
  expect(sent()).toBe(before + 1);
  const second = approvalOf('rejected');
  expect(second).not.toBe(first);
  await (await approver('ann')).reject({ approvalId: second, comment: 'Not now.' });
  await until('rejected', ...rejected);
  change(world.cluster, 'payments', 'rejected', { tags: { team: 'payments', ticket: '42' } });
  await until('rejected', ...held);
  expect([first, second]).not.toContain(approvalOf('rejected'));
  await approve(approvalOf('rejected'));
  await until('rejected', 'Ready=True:Bound', 'CredentialsInjected=Unknown:NoPods');
});

test('a deletion that is held waits, one that is rejected stalls, and deletionPolicy Retain ends it', async () => {
  world.cluster.store.remove(bindings, 'payments', 'rejected');
  await until('rejected', ...held);
  await (await approver('ann')).reject({ approvalId: approvalOf('rejected'), comment: 'It is in use.' });
  await until('rejected', ...rejected);
  expect(associations()).toContain('rejected');
  change(world.cluster, 'payments', 'rejected', { deletionPolicy: 'Retain' });
  await eventually(() => expect(bindingIn(world.cluster, 'payments', 'rejected')).toBeUndefined());
  expect(associations()).toContain('rejected');
});

test('a deletion without a gateway is a condition, and ends once there is one, also in a namespace that is deleted', async () => {
  world.cluster.store.update(namespaces, undefined, 'payments', 'main', (now) => ({
    ...now,
    metadata: { ...now.metadata, finalizers: ['kubernetes'] },
  }));
  world.cluster.store.remove(namespaces, undefined, 'payments');
  world.route.faults.push(...Array.from({ length: 100_000 }, () => 'lost request' as const));
  world.cluster.store.remove(bindings, 'payments', 'held');
  await eventually(
    () =>
      expect(conditions('held').slice(0, 2)).toEqual([
        'Ready=False:GatewayUnreachable',
        'Reconciling=True:GatewayUnreachable',
      ]),
    20_000,
  );
  world.route.faults.length = 0;
  await until('held', ...held);
  await approve(approvalOf('held'));
  await eventually(() => expect(bindingIn(world.cluster, 'payments', 'held')).toBeUndefined());
  expect(associations()).not.toContain('held');
});
