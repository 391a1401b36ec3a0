import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalGateway, useLocalGateway } from '../src/index.ts';
import type { LocalGateway } from '../src/index.ts';

const policiesDirectory = join(import.meta.dirname, '../../../policies');
const gateway = useLocalGateway({ policiesDirectory });

async function ask(
  query: string,
  variables: object = {},
  { url, token } = gateway as Pick<LocalGateway, 'url' | 'token'>,
) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token('alice')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const create = (clientRequestToken: string) =>
  ask(
    'mutation ($input: CreatePodIdentityAssociationInput!) { createPodIdentityAssociation(input: $input) { status } }',
    {
      input: {
        clusterName: 'apps-dev',
        namespace: 'payments',
        serviceAccount: 'payments-api',
        roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
        tags: [{ key: 'team', value: 'payments' }],
        clientRequestToken,
      },
    },
  );
const succeeded = { data: { createPodIdentityAssociation: { status: 'SUCCEEDED' } } };

test('a fault applies to the next request of its operation, and the world shows what was created', async () => {
  gateway.eks?.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
  await create('first');
  expect(gateway.eks?.pendingFaults()).toEqual([]);
  expect(gateway.eks?.requests('CreatePodIdentityAssociation')).toMatchObject([{ outcome: 'succeeded' }]);
  expect(gateway.eks?.associations()).toMatchObject([{ namespace: 'payments', serviceAccount: 'payments-api' }]);
});

test('reset() forgets associations, faults and requests, and keeps URLs and tokens', async () => {
  const { url, eksUrl } = gateway;
  const token = await gateway.token('alice');
  await create('second');
  gateway.eks?.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'throttle' });
  await gateway.reset();
  expect(gateway).toMatchObject({ url, eksUrl });
  expect(gateway.eks?.associations()).toEqual([]);
  expect(gateway.eks?.pendingFaults()).toEqual([]);
  expect(gateway.eks?.requests()).toEqual([]);
  const own = { url, token: () => Promise.resolve(token) };
  expect(await ask('{ viewer { kind } }', {}, own)).toEqual({ data: { viewer: { kind: 'USER' } } });
  expect(await create('second')).toEqual(succeeded);
});

test('reset() is refused where a folder keeps the data', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kept-'));
  const kept = await startLocalGateway({ policiesDirectory, folder });
  await expect(kept.reset()).rejects.toThrow('reset() would delete what the option folder keeps.');
  await kept.close();
  rmSync(folder, { recursive: true });
});

test('a runner without global hooks passes its own, and a use before the start says so', async () => {
  const hooks: (() => Promise<void>)[] = [];
  const add = (hook: () => Promise<void>) => hooks.push(hook);
  const own = useLocalGateway({ policiesDirectory }, { beforeAll: add, afterAll: add });
  expect(() => own.url).toThrow('The local gateway is not running: use it inside tests and hooks');
  await hooks[0]?.();
  expect(own.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
  await hooks[1]?.();
  expect(() => own.url).toThrow('The local gateway is not running');
});
