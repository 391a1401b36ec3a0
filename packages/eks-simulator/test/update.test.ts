import { podIdentityTrustPolicy } from '../src/trust-policy.ts';
import { clientOf, failure, otherRoleArn, policy, roleArn, simulate, some, targetRoleArn } from './simulation.ts';

const otherTarget = 'arn:aws:iam::444455556666:role/data/ledger-writer';
const externalId = 'eu-central-1/111122223333/apps-dev/payments/payments-api';
const whole = { tags: { team: 'payments' }, disableSessionTags: true, targetRoleArn, policy };

/** A simulator with one association, made with `change`. */
async function simulateWith(change: Parameters<ReturnType<typeof clientOf>['create']>[0] = {}) {
  let now = Date.now();
  const simulator = await simulate({ clock: () => now });
  const client = clientOf(simulator);
  const created = await client.create(change);
  const advance = (ms: number) => {
    now += ms;
  };
  return { simulator, client, created, id: some(created.associationId), advance };
}

test('updates all updatable fields and modifiedAt, and keeps the others', async () => {
  const { client, created, id, advance } = await simulateWith({ tags: { team: 'payments' } });
  advance(1500);
  const change = { roleArn: otherRoleArn, disableSessionTags: true, targetRoleArn, policy };
  const updated = await client.update(id, change);
  const modifiedAt = new Date(some(created.modifiedAt).getTime() + 1500);
  expect(updated).toEqual({ ...created, ...change, externalId, modifiedAt });
  expect(await client.describe(id)).toEqual(updated);
});

test.each([
  ['the role', { roleArn: otherRoleArn }],
  ['session tags', { disableSessionTags: true }],
  ['the target role', { targetRoleArn: otherTarget }],
  ['the policy', { policy: '{}' }],
])('updates %s and keeps absent fields', async (_, change) => {
  const { client, created, id } = await simulateWith(whole);
  const { modifiedAt, ...updated } = await client.update(id, change);
  expect(modifiedAt).toEqual(created.modifiedAt);
  expect(updated).toEqual({ ...created, ...change, modifiedAt: undefined });
});

test('modifiedAt changes even when every value is the same', async () => {
  const { client, created, id, advance } = await simulateWith();
  advance(250);
  const { modifiedAt } = await client.update(id, { roleArn });
  expect(some(modifiedAt).getTime() - some(created.modifiedAt).getTime()).toBe(250);
});

test('the empty string clears the target role and its external id, and a new target role sets it again', async () => {
  const { client, id } = await simulateWith(whole);
  const cleared = await client.update(id, { targetRoleArn: '' });
  expect([cleared.targetRoleArn, cleared.externalId]).toEqual([undefined, undefined]);
  expect(cleared).toMatchObject({ roleArn, policy });
  expect(await client.update(id, { targetRoleArn: otherTarget })).toMatchObject({
    targetRoleArn: otherTarget,
    externalId,
  });
});

test('the empty string clears the policy', async () => {
  const { client, id } = await simulateWith(whole);
  const cleared = await client.update(id, { policy: '' });
  expect(cleared.policy).toBeUndefined();
  expect(cleared).toMatchObject({ targetRoleArn, disableSessionTags: true });
});

test('a policy requires disabled session tags in the updated association', async () => {
  const { client, id } = await simulateWith();
  const words = 'disableSessionTags must be true when a policy is provided';
  expect((await failure(client.update(id, { policy }))).message).toBe(words);
  await client.update(id, { disableSessionTags: true });
  await client.update(id, { policy });
  expect((await failure(client.update(id, { disableSessionTags: false }))).message).toBe(words);
  await client.update(id, { disableSessionTags: false, policy: '' });
});

test.each([
  ['nothing to change', {}, 'At least one of roleArn, disableSessionTags, targetRoleArn, policy must be provided'],
  ['a token only', { clientRequestToken: 'token' }, 'At least one of roleArn'],
  ['a role that is not an ARN', { roleArn: 'payments-api' }, 'roleArn is not the ARN of an IAM role'],
  ['a role of another account', { roleArn: targetRoleArn }, 'Cross-account pass role is not allowed'],
  ['an empty role', { roleArn: '' }, 'Cross-account pass role is not allowed'],
  ['a role that does not exist', { roleArn: `${roleArn}-2` }, 'Role provided in the request does not exist'],
  [
    'a role that trusts IRSA only',
    { roleArn: 'arn:aws:iam::111122223333:role/pods/payments/irsa-only' },
    'Trust policy of the role provided is invalid.',
  ],
  [
    'a target role that is not an ARN',
    { targetRoleArn: 'ledger-reader' },
    'targetRoleArn is not the ARN of an IAM role',
  ],
  ['a policy that is not JSON', { policy: 'allow', disableSessionTags: true }, 'policy must be an IAM policy in JSON'],
  [
    'a policy of 2049 characters',
    { policy: `{${' '.repeat(2047)}}`, disableSessionTags: true },
    'policy must have at most 2048 characters',
  ],
])('refuses %s and changes nothing', async (_, change, words) => {
  const { simulator, client, id, advance } = await simulateWith();
  const before = simulator.control.associations();
  advance(1);
  const refused = await failure(client.update(id, change));
  expect(refused).toMatchObject({ name: 'InvalidParameterException', status: 400 });
  expect(refused.message).toContain(words);
  expect(simulator.control.associations()).toEqual(before);
});

test('finds a role only after its existsFrom', async () => {
  const { simulator, client, id, advance } = await simulateWith();
  const young = `${roleArn}-young`;
  simulator.control.addRole({ arn: young, trustPolicy: podIdentityTrustPolicy, existsFrom: 10 });
  expect((await failure(client.update(id, { roleArn: young }))).message).toContain('does not exist');
  advance(10_000);
  await client.update(id, { roleArn: young });
});

test('does not check a role that the request does not name', async () => {
  const { simulator, client, id } = await simulateWith();
  simulator.control.addRole({ arn: roleArn, trustPolicy: { Statement: [] } });
  await client.update(id, { disableSessionTags: true });
  expect((await failure(client.update(id, { roleArn }))).message).toContain('Trust policy');
});

test('does not check a policy that the request does not name', async () => {
  const { simulator, client, id } = await simulateWith({ disableSessionTags: true });
  simulator.control.updateAssociation(id, { policy: 'invalid JSON' });
  expect(await client.update(id, { roleArn: otherRoleArn })).toMatchObject({ policy: 'invalid JSON' });
});

test('refuses an unknown association, another cluster, and an unknown cluster with 404', async () => {
  const { client, id } = await simulateWith();
  for (const [associationId, clusterName, message] of [
    ['a-abcdefghijklmnop1', 'apps-dev', 'No pod identity association found for id: a-abcdefghijklmnop1.'],
    [id, 'apps-prod', `No pod identity association found for id: ${id}.`],
    [id, 'apps-test', 'No cluster found for name: apps-test.'],
  ] as const) {
    const refused = await failure(client.update(associationId, { roleArn, clusterName }));
    expect(refused).toEqual({ name: 'ResourceNotFoundException', message, status: 404 });
  }
});

test('refuses an id of wrong length', async () => {
  const { client } = await simulateWith();
  expect(await failure(client.update('a-short', { roleArn }))).toEqual({
    name: 'InvalidParameterException',
    message: 'The parameter associationId should be 19 characters long.',
    status: 400,
  });
});

test('treats a repeated clientRequestToken as a second update', async () => {
  const { client, id } = await simulateWith();
  await client.update(id, { roleArn: otherRoleArn, clientRequestToken: 'same-token' });
  expect((await client.update(id, { roleArn, clientRequestToken: 'same-token' })).roleArn).toBe(roleArn);
});

test('updates an association that an add-on owns', async () => {
  const { simulator, client, id } = await simulateWith();
  const ownerArn = 'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/aws-ebs-csi-driver/1';
  simulator.control.updateAssociation(id, { ownerArn });
  expect(await client.update(id, { roleArn: otherRoleArn })).toMatchObject({ ownerArn, roleArn: otherRoleArn });
});

test('updates an association that reads do not return yet, without making it visible earlier', async () => {
  let now = Date.now();
  const client = clientOf(await simulate({ clock: () => now, listLagMs: 1000 }));
  const id = some((await client.create()).associationId);
  await client.update(id, { roleArn: otherRoleArn });
  expect((await failure(client.describe(id))).status).toBe(404);
  now += 1000;
  expect((await client.describe(id)).roleArn).toBe(otherRoleArn);
});
