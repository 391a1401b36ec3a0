import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultKinds } from '../src/faults.ts';
import type { Fault } from '../src/faults.ts';
import { startEksSimulator } from '../src/simulator.ts';
import { clientFor, delayMs, expected, failureText, faultOf } from './fault-effects.ts';
import { clientOf, failure, roleArn, simulate, some, until } from './simulation.ts';

const operation = 'CreatePodIdentityAssociation';

/** A simulator with faults, and a client. */
async function simulateWith(...faults: Fault[]) {
  const simulator = await simulate();
  faults.forEach(simulator.control.addFault);
  return { simulator, control: simulator.control, client: clientOf(simulator) };
}

test.each(faultKinds)('%s: client, effect and log are as documented, and the next request is served', async (kind) => {
  const { simulator, control, client } = await simulateWith(faultOf(operation, kind));
  const { error, effect, outcome, answer } = expected[kind];
  const create = clientFor(kind, simulator).create();
  if (error === null) await create;
  else expect(await failureText(create)).toContain(error);
  expect(control.associations()).toHaveLength(effect ? 1 : 0);
  expect(control.requests()).toMatchObject([{ operation, fault: kind, outcome, answer }]);

  expect(control.pendingFaults()).toEqual([]);
  await client.create({ namespace: 'search' });
});

test.each(faultKinds)('%s is documented', (kind) => {
  const documentation = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  expect(documentation).toContain(`\n| \`${kind}\` `);
});

test('late-effect runs the operation after its delay, and fails if it is invalid by then', async () => {
  const late: Fault = { operation, kind: 'late-effect', delayMs };
  const { control, client } = await simulateWith(late, late);
  await Promise.all([failure(client.create()), failure(client.create())]);
  await until(() => control.requests().every(({ outcome }) => outcome !== 'pending'));
  expect(control.associations()).toHaveLength(1);
  const outcomes = control.requests().map((request) => request.outcome);
  expect(outcomes.sort()).toEqual(['ResourceInUseException', 'succeeded']);
});

test('late-effect has no effect before its delay', async () => {
  const { control, client } = await simulateWith({ operation, kind: 'late-effect', delayMs: 5000 });
  await failure(client.create());
  await client.create();
  expect(control.requests().map(({ outcome }) => outcome)).toEqual(['pending', 'succeeded']);
});

test('delay waits after the effect, and delay-before waits before it', async () => {
  const { control, client } = await simulateWith(
    { operation, kind: 'delay', delayMs },
    { operation, kind: 'delay-before', delayMs },
  );
  const shorter = sleep(delayMs - 5);
  const first = client.create();
  await until(() => control.requests().length === 1);
  expect(control.associations()).toHaveLength(1);
  expect(await Promise.race([first.then(() => 'answered'), shorter.then(() => 'waited')])).toBe('waited');
  await first;

  const second = client.create({ namespace: 'search' });
  await until(() => control.requests().length === 2);
  expect(control.associations()).toHaveLength(1);
  await second;
  expect(control.associations()).toHaveLength(2);
});

test('reads return a created association after the delay of a lag fault', async () => {
  let now = Date.now();
  const simulator = await simulate({ clock: () => now });
  const client = clientOf(simulator);
  simulator.control.addFault({ operation, kind: 'lag', delayMs: 5000 });
  const id = some((await client.create()).associationId);
  now += 4999;
  expect([(await client.list()).names, (await failure(client.describe(id))).status]).toEqual([[], 404]);
  now += 1;
  expect((await client.list()).names).toEqual(['payments/payments-api']);
});

test('access-denied answers with the message of IAM', async () => {
  const { client } = await simulateWith({ operation, kind: 'access-denied' });
  expect((await failure(client.create())).message).toBe(
    `User: arn:aws:iam::111122223333:user/simulator is not authorized to perform: iam:PassRole on resource: ${roleArn} ` +
      'because no identity-based policy allows the iam:PassRole action',
  );
});

test('faults apply in the order in which they were added, each to its number of requests', async () => {
  const { control, client } = await simulateWith(
    { operation, kind: 'throttle', times: 2 },
    { operation, kind: 'error-before' },
  );
  const names = [];
  for (let count = 0; count < 3; count += 1) names.push((await failure(client.create())).name);
  expect(names).toEqual(['ThrottlingException', 'ThrottlingException', 'ServerException']);
  await client.create();
  expect(control.pendingFaults()).toEqual([]);
});

test.each([
  { namespace: 'search' },
  { serviceAccount: 'search-api' },
  { namespace: 'search', serviceAccount: 'search-api' },
])('a fault that matches %j does not apply to other requests', async (match) => {
  const { client } = await simulateWith({ operation, kind: 'throttle', match });
  await client.create();
  const refused = await failure(client.create({ namespace: 'search', serviceAccount: 'search-api' }));
  expect(refused.name).toBe('ThrottlingException');
});

test('faults apply to Describe and List, and to the named operation only', async () => {
  const { control, client } = await simulateWith();
  const id = some((await client.create()).associationId);
  const match = { namespace: 'payments', serviceAccount: 'payments-api' };
  control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'error-before', match });
  control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied', match });

  await client.list();
  const listed = await failure(client.list({ namespace: 'payments', serviceAccount: 'payments-api' }));
  expect(listed.message).toContain(
    'eks:ListPodIdentityAssociations on resource: arn:aws:eks:eu-central-1:111122223333:cluster/apps-dev',
  );
  expect((await failure(client.describe(id))).name).toBe('ServerException');
  expect((await client.describe(id)).associationId).toBe(id);
});

test('a request with an invalid signature uses up no fault', async () => {
  const { simulator, control, client } = await simulateWith({ operation, kind: 'throttle' });
  const stale = clientOf(simulator, { clockOffsetMs: -400_000 });
  expect((await failure(stale.create())).name).toBe('InvalidSignatureException');
  expect(control.pendingFaults()).toHaveLength(1);
  expect((await failure(client.create())).name).toBe('ThrottlingException');
});

test('close disconnects hanging clients and drops delayed effects', async () => {
  const simulator = await startEksSimulator();
  const client = clientOf(simulator);
  simulator.control.addFault({ operation, kind: 'hang' });
  simulator.control.addFault({ operation, kind: 'late-effect', delayMs });
  const hanging = failureText(client.create());
  await until(() => simulator.control.requests().length === 1);
  await failure(client.create());
  await simulator.close();
  expect(await hanging).toContain('socket hang up');
  await sleep(delayMs + 20);
  expect(simulator.control.associations()).toEqual([]);
});
