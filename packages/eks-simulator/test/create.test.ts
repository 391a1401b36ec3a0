import { podIdentityTrustPolicy } from '../src/trust-policy.ts';
import { clientOf, failure, manyTags, policy, roleArn, simulate, some, targetRoleArn } from './simulation.ts';

const irsaOnlyRole = 'arn:aws:iam::111122223333:role/pods/payments/irsa-only';

test('returns all fields of the association', async () => {
  const now = Date.UTC(2026, 10, 24, 10, 0, 0, 250);
  const simulator = await simulate({ clock: () => now });
  const client = clientOf(simulator, { clockOffsetMs: now - Date.now() });
  const created = await client.create({ tags: { team: 'payments' }, disableSessionTags: true, targetRoleArn, policy });
  const { associationId, ...rest } = created;

  expect(associationId).toMatch(/^a-[a-z0-9]{17}$/);
  expect(rest).toEqual({
    clusterName: 'apps-dev',
    namespace: 'payments',
    serviceAccount: 'payments-api',
    roleArn,
    associationArn: `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${associationId}`,
    tags: { team: 'payments' },
    createdAt: new Date(now),
    modifiedAt: new Date(now),
    disableSessionTags: true,
    targetRoleArn,
    externalId: 'eu-central-1/111122223333/apps-dev/payments/payments-api',
    policy,
  });
});

test('gives every association a different id', async () => {
  const client = clientOf(await simulate());
  const [one, other] = [await client.create(), await client.create({ serviceAccount: 'payments-worker' })];
  expect(one.associationId).not.toBe(other.associationId);
});

test('refuses a second association for a service account with the id of the first', async () => {
  const client = clientOf(await simulate());
  const { associationId } = await client.create();
  await expect(failure(client.create())).resolves.toEqual({
    name: 'ResourceInUseException',
    message: `Association already exists: ${associationId}`,
    status: 409,
  });
});

test('treats a repeated clientRequestToken as a second create', async () => {
  const client = clientOf(await simulate());
  await client.create({ clientRequestToken: 'same-token' });
  expect((await failure(client.create({ clientRequestToken: 'same-token' }))).status).toBe(409);
});

test('distinguishes clusters, namespaces and service accounts', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  await client.create();
  await client.create({ clusterName: 'apps-prod' });
  await client.create({ namespace: 'search' });
  await client.create({ serviceAccount: 'payments-worker' });
  expect(simulator.control.associations()).toHaveLength(4);
});

test('refuses a cluster that the world does not have', async () => {
  const client = clientOf(await simulate());
  await expect(failure(client.create({ clusterName: 'apps-test' }))).resolves.toEqual({
    name: 'ResourceNotFoundException',
    message: 'No cluster found for name: apps-test.',
    status: 404,
  });
});

test('refuses a cluster of another region and account with 404', async () => {
  const shipped = await simulate();
  expect((await failure(clientOf(shipped, { region: 'eu-west-1' }).create())).status).toBe(404);

  const world = {
    defaultAccountId: '111122223333',
    accessKeys: { other: '444455556666' },
    clusters: [{ accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' }],
    roles: [],
  };
  const small = await simulate({ world });
  expect((await failure(clientOf(small, { accessKeyId: 'other' }).create())).status).toBe(404);
  expect((await failure(clientOf(small, { accessKeyId: 'toString' }).create())).status).toBe(400);
});

test('refuses a role that does not exist', async () => {
  const client = clientOf(await simulate());
  await expect(failure(client.create({ roleArn: `${roleArn}-2` }))).resolves.toEqual({
    name: 'InvalidParameterException',
    message: 'Role provided in the request does not exist',
    status: 400,
  });
});

test('refuses a role whose trust policy is for IRSA only', async () => {
  const client = clientOf(await simulate());
  await expect(failure(client.create({ roleArn: irsaOnlyRole }))).resolves.toEqual({
    name: 'InvalidParameterException',
    message: 'Trust policy of the role provided is invalid.',
    status: 400,
  });
});

test('refuses a create above the quota of its cluster, and not of another cluster', async () => {
  const client = clientOf(await simulate({ maxAssociations: 1 }));
  await client.create();
  const refused = await failure(client.create({ serviceAccount: 'payments-worker' }));
  expect(refused).toMatchObject({ name: 'ResourceLimitExceededException', status: 400 });
  await client.create({ clusterName: 'apps-prod' });
});

test('has a default quota of 5,000 associations per cluster', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  for (let index = 0; index < 4_999; index += 1) {
    const serviceAccount = `filler-${index}`;
    simulator.control.createAssociation({ clusterName: 'apps-dev', namespace: 'fillers', serviceAccount, roleArn });
  }
  await client.create();
  expect((await failure(client.create({ namespace: 'search' }))).name).toBe('ResourceLimitExceededException');
});

test.each([
  ['an empty namespace', { namespace: '' }, 'namespace is required'],
  ['an empty service account', { serviceAccount: '' }, 'serviceAccount is required'],
  ['an empty role', { roleArn: '' }, 'roleArn is required'],
  ['a wildcard', { serviceAccount: 'payments-*' }, 'Wildcards are not supported'],
  ['a role that is not an ARN', { roleArn: 'payments-api' }, 'roleArn is not the ARN'],
  ['a role of another account', { roleArn: targetRoleArn }, 'Cross-account pass role is not allowed'],
  ['a target role that is not an ARN', { targetRoleArn: 'ledger-reader' }, 'targetRoleArn is not the ARN'],
  ['an empty map of tags', { tags: {} }, 'tags must hold 1 to 50 tags; got 0'],
  ['51 tags', { tags: manyTags(51) }, 'tags must hold 1 to 50 tags; got 51'],
  ['an empty tag key', { tags: { '': 'value' } }, 'key must have 1 to 128'],
  ['a tag key of 129 characters', { tags: { ['é'.repeat(129)]: 'value' } }, 'key must have 1 to 128'],
  ['a tag value of 257 characters', { tags: { team: '😀'.repeat(257) } }, 'must have at most 256'],
  ['a reserved key', { tags: { 'aws:team': 'payments' } }, 'reserved for AWS'],
  ['a reserved key in another letter case', { tags: { 'AwS:team': 'payments' } }, 'reserved for AWS'],
  ['a reserved value', { tags: { team: 'AWS:payments' } }, 'reserved for AWS'],
  ['a policy with session tags enabled', { policy }, 'disableSessionTags must be true'],
  ['a policy of 2049 characters', { policy: long(2049), disableSessionTags: true }, 'policy must have at most 2048'],
  ['a policy that is a JSON array', { policy: '[]', disableSessionTags: true }, 'policy must be an IAM policy in JSON'],
  ['a policy that is not JSON', { policy: 'allow', disableSessionTags: true }, 'policy must be an IAM policy in JSON'],
])('refuses %s', async (_, change, words) => {
  const simulator = await simulate();
  const refused = await failure(clientOf(simulator).create(change));
  expect(refused).toMatchObject({ name: 'InvalidParameterException', status: 400 });
  expect(refused.message).toContain(words);
  expect(simulator.control.associations()).toEqual([]);
});

test.each([
  ['50 tags', { tags: manyTags(50) }],
  ['a tag key of 128 characters outside the basic multilingual plane', { tags: { ['😀'.repeat(128)]: 'value' } }],
  ['a tag value of 256 characters outside the basic multilingual plane', { tags: { team: '😀'.repeat(256) } }],
  ['an empty tag value', { tags: { team: '' } }],
  ['a key that contains aws: inside', { tags: { 'my-aws:team': 'payments' } }],
  ['a policy of 2048 characters', { policy: long(2048), disableSessionTags: true }],
  ['a target role of the same account', { targetRoleArn: roleArn }],
])('accepts %s', async (_, change) => {
  const simulator = await simulate();
  await clientOf(simulator).create(change);
  expect(some(simulator.control.associations()[0])).toMatchObject(change);
});

test('finds a role only after its existsFrom', async () => {
  let now = Date.now();
  const simulator = await simulate({ clock: () => now });
  const client = clientOf(simulator);
  const trustPolicy = podIdentityTrustPolicy;
  const [young, younger] = [`${roleArn}-young`, `${roleArn}-younger`];
  simulator.control.addRole({ arn: young, trustPolicy, existsFrom: 10 });
  simulator.control.addRole({ arn: younger, trustPolicy, existsFrom: new Date(now + 20_000).toISOString() });

  now += 9_999;
  expect((await failure(client.create({ roleArn: young }))).message).toBe(
    'Role provided in the request does not exist',
  );
  now += 1;
  await client.create({ roleArn: young });
  expect((await failure(client.create({ roleArn: younger, namespace: 'search' }))).message).toContain('does not exist');
  now += 10_000;
  await client.create({ roleArn: younger, namespace: 'search' });
});

/** A policy with the given number of characters, half of them two UTF-16 units long. */
function long(characters: number): string {
  const frame = JSON.stringify({ Sid: '' }).length;
  const half = Math.floor((characters - frame) / 2);
  return JSON.stringify({ Sid: 'x'.repeat(characters - frame - half) + '😀'.repeat(half) });
}
