import { clientOf, failure, outsider, policy, roleArn, simulate, some, steer, targetRoleArn } from './simulation.ts';

test('an outsider creates and deletes associations over HTTP', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const ownerArn = 'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/aws-ebs-csi-driver/1';
  const { status } = await steer(simulator.url, 'POST associations', { ...outsider, ownerArn, tags: { by: 'hand' } });
  expect(status).toBe(200);
  const { associationId } = some(simulator.control.associations()[0]);
  expect(await client.describe(associationId)).toMatchObject({ ...outsider, ownerArn, tags: { by: 'hand' } });
  expect((await failure(client.create())).status).toBe(409);
  expect((await steer(simulator.url, 'GET associations')).json).toMatchObject({ associations: [{ associationId }] });

  expect((await steer(simulator.url, `DELETE associations/${associationId}`)).status).toBe(200);
  expect((await steer(simulator.url, `DELETE associations/${associationId}`)).status).toBe(404);
  await client.create();
});

test('an outsider changes associations over HTTP, past the rules of the API', async () => {
  let now = Date.now();
  const simulator = await simulate({ clock: () => now });
  const client = clientOf(simulator);
  const { associationId } = simulator.control.createAssociation({ ...outsider, tags: { by: 'hand' }, policy });
  const before = await client.describe(associationId);
  const patch = (body: unknown) => steer(simulator.url, `PATCH associations/${associationId}`, body);

  now += 1500;
  const changed = { roleArn: `${roleArn}-gone`, targetRoleArn, tags: { 'aws:by': 'hand' }, ownerArn: 'an add-on' };
  const { status, json } = await patch({ ...changed, disableSessionTags: true });
  expect(status).toBe(200);
  expect(json).toEqual({ association: simulator.control.associations()[0] });
  expect(await client.describe(associationId)).toEqual({
    ...{ ...before, ...changed, disableSessionTags: true },
    externalId: 'eu-central-1/111122223333/apps-dev/payments/payments-api',
    modifiedAt: new Date(some(before.modifiedAt).getTime() + 1500),
  });

  await patch({ targetRoleArn: null, policy: null, ownerArn: null });
  const cleared = { targetRoleArn: null, externalId: null, policy: null, ownerArn: null };
  const kept = { roleArn: changed.roleArn, tags: changed.tags, disableSessionTags: true };
  expect(simulator.control.associations()).toMatchObject([{ ...kept, ...cleared }]);
});

test.each([
  ['no JSON', '{', 'the request body is not JSON'],
  ['a field that can not be changed', { namespace: 'search' }, 'changes.namespace is not a known field'],
  ['a role that is no ARN', { roleArn: 'x' }, 'changes.roleArn must be the ARN of an IAM role'],
  ['no role', { roleArn: null }, 'changes.roleArn is missing'],
  ['no tags', { tags: null }, 'changes.tags is missing'],
  ['neither session tags on nor off', { disableSessionTags: null }, 'changes.disableSessionTags is missing'],
  ['a target role that is no ARN', { targetRoleArn: '' }, 'changes.targetRoleArn must be the ARN of an IAM role'],
  ['a policy that is no text', { policy: {} }, 'changes.policy must be a string'],
])('a change by an outsider with %s gets a 400 that says so', async (_, body, words) => {
  const { url, control } = await simulate();
  const association = control.createAssociation(outsider);
  const { status, json } = await steer(url, `PATCH associations/${association.associationId}`, body);
  expect(status).toBe(400);
  expect(json).toEqual({ message: expect.stringContaining(words) as string });
  expect(control.associations()).toEqual([association]);
});

test('an outsider can not change what is not there', async () => {
  const { url, control } = await simulate();
  expect(control.updateAssociation('a-abcdefghijklmnop1', {})).toBeNull();
  const { status, json } = await steer(url, 'PATCH associations/a-abcdefghijklmnop1', {});
  expect([status, json]).toEqual([404, { message: 'There is no association a-abcdefghijklmnop1' }]);
});

test('what an outsider creates is shown after the lag', async () => {
  let now = Date.now();
  const simulator = await simulate({ clock: () => now, listLagMs: 1000 });
  simulator.control.createAssociation(outsider);
  expect((await clientOf(simulator).list()).names).toEqual([]);
  now += 1000;
  expect((await clientOf(simulator).list()).names).toHaveLength(1);
});

test.each([
  ['no namespace', { ...outsider, namespace: undefined }, 'association.namespace is missing'],
  ['an unknown cluster', { ...outsider, clusterName: 'apps-test' }, 'the world has no cluster apps-test'],
  ['another region', { ...outsider, region: 'eu-west-1' }, 'the world has no cluster apps-dev'],
  ['another account', { ...outsider, accountId: '444455556666' }, 'the world has no cluster apps-dev'],
  ['a role that is no ARN', { ...outsider, roleArn: 'x' }, 'association.roleArn must be the ARN of an IAM role'],
  ['an unknown field', { ...outsider, role: 'x' }, 'association.role is not a known field'],
  ['a service account that is taken', { ...outsider, serviceAccount: 'taken' }, 'Association already exists: a-'],
])('an outsider with %s gets a 400 that says so', async (_, body, words) => {
  const { url, control } = await simulate();
  control.createAssociation({ ...outsider, serviceAccount: 'taken' });
  const { status, json } = await steer(url, 'POST associations', body);
  expect(status).toBe(400);
  expect(json).toEqual({ message: expect.stringContaining(words) as string });
  expect(control.associations()).toHaveLength(1);
});

test('an outsider says account and region where several clusters have the name', async () => {
  const clusters = ['eu-central-1', 'eu-west-1'].map((region) => ({
    accountId: '111122223333',
    region,
    clusterName: 'apps-dev',
  }));
  const { control } = await simulate({
    world: { defaultAccountId: '111122223333', accessKeys: {}, clusters, roles: [] },
  });
  expect(() => control.createAssociation(outsider)).toThrow('several clusters are named apps-dev');
  expect(control.createAssociation({ ...outsider, region: 'eu-west-1' }).region).toBe('eu-west-1');
});
