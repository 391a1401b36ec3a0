import { roleArn } from '../../../test/support/gateway.ts';
import { bearer, makeGatewayClient } from '../src/index.ts';
import type { GatewayClient, Retry } from '../src/index.ts';
import { gateway, openFaultyRoute, route } from './gateway.ts';

openFaultyRoute();

const client = (name = 'alice'): GatewayClient =>
  makeGatewayClient({ url: route.url, authentication: bearer(() => gateway.tokenOf(name)) });

let count = 0;
const desired = () => ({
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: `ensured-${(count += 1)}`,
  roleArn: roleArn('payments/payments-api'),
  tags: [{ key: 'team', value: 'payments' }],
  declaration: 'app',
});
const settle = () => gateway.clock.skip(11_000);

test('a desired state is repeated until nothing differs, with all changes that it took', async () => {
  const input = desired();
  expect(await client().ensurePodIdentityAssociation(input)).toMatchObject({
    ...{ kind: 'succeeded', change: 'CREATE', changes: ['CREATE'], isSettled: true },
    association: { serviceAccount: input.serviceAccount },
  });
  settle();
  const other = {
    ...input,
    roleArn: roleArn('payments/payments-worker'),
    tags: [...input.tags, { key: 'a', value: 'b' }],
  };
  const changed = await client().ensurePodIdentityAssociation(other);
  expect(changed).toMatchObject({ kind: 'succeeded', changes: ['UPDATE', 'TAG'], isSettled: true });
  settle();
  const { roleArn: _, tags: __, ...absent } = input;
  expect(await client().ensureNoPodIdentityAssociation(absent)).toMatchObject({
    changes: ['DELETE'],
    association: null,
  });
});

test('a refusal that time does not lift is the result, with the code', async () => {
  const input = desired();
  await gateway.create({ ...input, declaration: 'other', clientRequestToken: input.serviceAccount });
  settle();
  const result = await client().ensurePodIdentityAssociation({
    ...input,
    roleArn: roleArn('payments/payments-worker'),
  });
  expect(result).toMatchObject({
    kind: 'refused',
    change: 'UPDATE',
    changes: [],
    refusal: { code: 'DECLARED_ELSEWHERE' },
  });
});

test('a lost answer is asked for by sending the desired state again', async () => {
  const before = gateway.sent();
  route.faults.push('lost answer');
  const retries: Retry[] = [];
  const result = await client().ensurePodIdentityAssociation(desired(), { onRetry: (retry) => retries.push(retry) });
  expect(result).toMatchObject({ kind: 'succeeded', change: 'NONE', changes: [], isSettled: true, operationId: null });
  expect(retries).toMatchObject([{ attempt: 2, mayBeDone: true }]);
  expect(gateway.sent()).toBe(before + 1);
});
