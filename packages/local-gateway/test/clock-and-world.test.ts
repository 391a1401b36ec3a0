import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EKSClient, ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import { startLocalGateway, useLocalGateway } from '../src/index.ts';

const policiesDirectory = join(import.meta.dirname, '../../../policies');
// A runner without global hooks, such as Vitest by default, passes its own.
const gateway = useLocalGateway({ policiesDirectory }, { beforeAll, afterAll });
beforeEach(() => gateway.reset());

const hourMs = 3_600_000;

async function ask(query: string, variables: object = {}) {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${await gateway.token('alice')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const createUntil = (expiresAt: Date) =>
  ask(
    'mutation ($input: CreatePodIdentityAssociationInput!) { createPodIdentityAssociation(input: $input) { status } }',
    {
      input: {
        clusterName: 'apps-dev',
        namespace: 'payments',
        serviceAccount: 'payments-api',
        roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
        tags: [{ key: 'team', value: 'payments' }],
        clientRequestToken: 'until',
        expiresAt: expiresAt.toISOString(),
      },
    },
  );
const succeeded = { data: { createPodIdentityAssociation: { status: 'SUCCEEDED' } } };

/** How many milliseconds the clock is ahead of real time, to the minute: 0 and not -0 if it was read a moment before. */
const aheadMs = () => Math.round((gateway.clock.now().getTime() - Date.now()) / 60_000) * 60_000 + 0;

test('an association is deleted when the clock is set beyond its expiry, and not before', async () => {
  const expiresAt = new Date(gateway.clock.now().getTime() + 48 * hourMs);
  expect(await createUntil(expiresAt)).toEqual(succeeded);
  await gateway.clock.advance(47 * hourMs);
  expect(gateway.eks?.associations()).toHaveLength(1);
  await gateway.clock.set(new Date(expiresAt.getTime() + hourMs));
  expect(gateway.eks?.associations()).toEqual([]);
});

test('the gateway reads and changes EKS, and the AWS SDK too, when the clock is days ahead', async () => {
  await gateway.clock.advance(72 * hourMs);
  expect(await createUntil(new Date(gateway.clock.now().getTime() + 48 * hourMs))).toEqual(succeeded);
  const client = new EKSClient({
    endpoint: gateway.eksUrl ?? '',
    region: gateway.world.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const { associations } = await client.send(new ListPodIdentityAssociationsCommand({ clusterName: 'apps-dev' }));
  client.destroy();
  expect(associations).toHaveLength(1);
});

test('reset() returns to real time', async () => {
  await gateway.clock.advance(72 * hourMs);
  expect(aheadMs()).toBe(72 * hourMs);
  await gateway.reset();
  expect(aheadMs()).toBe(0);
});

test.each([
  ['an earlier time', () => gateway.clock.set(new Date(0)), 'is in the past: the clock only goes forward.'],
  ['a text that is not a time', () => gateway.clock.set('tomorrow'), 'tomorrow is not a time before the year 9999'],
  ['a step back', () => gateway.clock.advance(-1), '-1 is not a positive number of milliseconds.'],
  ['a step beyond all times', () => gateway.clock.advance(Infinity), 'Infinity is not a time before the year 9999'],
])('the clock refuses %s', async (_, change, message) => {
  await expect(change()).rejects.toThrow(message);
  expect(aheadMs()).toBe(0);
});

test('the clock is not set forward where a folder keeps the data', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kept-'));
  const kept = await startLocalGateway({ policiesDirectory, folder });
  await expect(kept.clock.advance(hourMs)).rejects.toThrow('would leave times of the future in the option folder.');
  await kept.close();
  rmSync(folder, { recursive: true });
});

test('the world names principals with their groups, clusters and namespaces', () => {
  const { world } = gateway;
  expect(world).toMatchObject({ accountId: '111122223333', region: 'eu-central-1' });
  expect(world.principals).toContainEqual({ name: 'alice', groups: ['payments-team'] });
  expect(world.groups).toContain('payments-team');
  expect(world.namespaces).toContainEqual({ name: 'payments', owners: ['payments-team'] });
  expect(world.clusters).toContainEqual({
    accountId: '111122223333',
    region: 'eu-central-1',
    clusterName: 'apps-dev',
    environment: 'dev',
    production: false,
  });
});

test('a role that a test adds is in the simulated IAM until reset()', async () => {
  const arn = 'arn:aws:iam::111122223333:role/pods/payments/of-a-test';
  const Principal = { Service: 'pods.eks.amazonaws.com' };
  const Action = ['sts:AssumeRole', 'sts:TagSession'];
  gateway.eks?.addRole({ arn, trustPolicy: { Statement: [{ Effect: 'Allow', Principal, Action }] } });
  expect(gateway.eks?.roles().map((role) => role.arn)).toContain(arn);
  await gateway.reset();
  expect(gateway.eks?.roles().map((role) => role.arn)).not.toContain(arn);
});
