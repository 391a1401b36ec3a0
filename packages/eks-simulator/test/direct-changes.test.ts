import {
  clientOf,
  failure,
  directAssociation,
  policy,
  roleArn,
  simulate,
  some,
  sendControl,
  targetRoleArn,
} from './simulation.ts';

test('the control API creates and deletes associations', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const ownerArn = 'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/aws-ebs-csi-driver/1';
  const { status } = await sendControl(simulator.url, 'POST associations', {
    ...directAssociation,
    ownerArn,
    tags: { by: 'hand' },
  });
  expect(status).toBe(200);
  const { associationId } = some(simulator.control.associations()[0]);
  expect(await client.describe(associationId)).toMatchObject({ ...directAssociation, ownerArn, tags: { by: 'hand' } });
  expect((await failure(client.create())).status).toBe(409);
  expect((await sendControl(simulator.url, 'GET associations')).json).toMatchObject({
    associations: [{ associationId }],
  });

  expect((await sendControl(simulator.url, `DELETE associations/${associationId}`)).status).toBe(200);
  expect((await sendControl(simulator.url, `DELETE associations/${associationId}`)).status).toBe(404);
  await client.create();
});

test('the control API changes associations without the checks of the EKS API', async () => {
  let now = Date.now();
  const simulator = await simulate({ clock: () => now });
  const client = clientOf(simulator);
  const { associationId } = simulator.control.createAssociation({ ...directAssociation, tags: { by: 'hand' }, policy });
  const before = await client.describe(associationId);
  const patch = (body: unknown) => sendControl(simulator.url, `PATCH associations/${associationId}`, body);

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
  ['invalid JSON', '{', 'the request body is not JSON'],
  ['an unchangeable field', { namespace: 'search' }, 'changes.namespace is not a known field'],
  ['a role that is not an ARN', { roleArn: 'x' }, 'changes.roleArn must be the ARN of an IAM role'],
  ['no role', { roleArn: null }, 'changes.roleArn is missing'],
  ['no tags', { tags: null }, 'changes.tags is missing'],
  ['null for disableSessionTags', { disableSessionTags: null }, 'changes.disableSessionTags is missing'],
  ['a target role that is not an ARN', { targetRoleArn: '' }, 'changes.targetRoleArn must be the ARN of an IAM role'],
  ['a policy that is not a string', { policy: {} }, 'changes.policy must be a string'],
])('a change over the control API with %s gets a 400 that names the problem', async (_, body, words) => {
  const { url, control } = await simulate();
  const association = control.createAssociation(directAssociation);
  const { status, json } = await sendControl(url, `PATCH associations/${association.associationId}`, body);
  expect(status).toBe(400);
  expect(json).toEqual({ message: expect.stringContaining(words) as string });
  expect(control.associations()).toEqual([association]);
});

test('a change of an unknown association over the control API gets 404', async () => {
  const { url, control } = await simulate();
  expect(control.updateAssociation('a-abcdefghijklmnop1', {})).toBeNull();
  const { status, json } = await sendControl(url, 'PATCH associations/a-abcdefghijklmnop1', {});
  expect([status, json]).toEqual([404, { message: 'Association a-abcdefghijklmnop1 does not exist' }]);
});

test('an association created over the control API is visible after listLagMs', async () => {
  let now = Date.now();
  const simulator = await simulate({ clock: () => now, listLagMs: 1000 });
  simulator.control.createAssociation(directAssociation);
  expect((await clientOf(simulator).list()).names).toEqual([]);
  now += 1000;
  expect((await clientOf(simulator).list()).names).toHaveLength(1);
});

test.each([
  ['no namespace', { ...directAssociation, namespace: undefined }, 'association.namespace is missing'],
  ['an unknown cluster', { ...directAssociation, clusterName: 'apps-test' }, 'the world has no cluster apps-test'],
  ['another region', { ...directAssociation, region: 'eu-west-1' }, 'the world has no cluster apps-dev'],
  ['another account', { ...directAssociation, accountId: '444455556666' }, 'the world has no cluster apps-dev'],
  [
    'a role that is not an ARN',
    { ...directAssociation, roleArn: 'x' },
    'association.roleArn must be the ARN of an IAM role',
  ],
  ['an unknown field', { ...directAssociation, role: 'x' }, 'association.role is not a known field'],
  [
    'a service account that is taken',
    { ...directAssociation, serviceAccount: 'taken' },
    'Association already exists: a-',
  ],
])('an association created over the control API with %s gets a 400 that names the problem', async (_, body, words) => {
  const { url, control } = await simulate();
  control.createAssociation({ ...directAssociation, serviceAccount: 'taken' });
  const { status, json } = await sendControl(url, 'POST associations', body);
  expect(status).toBe(400);
  expect(json).toEqual({ message: expect.stringContaining(words) as string });
  expect(control.associations()).toHaveLength(1);
});

test('the control API requires account and region when several clusters have the name', async () => {
  const clusters = ['eu-central-1', 'eu-west-1'].map((region) => ({
    accountId: '111122223333',
    region,
    clusterName: 'apps-dev',
  }));
  const { control } = await simulate({
    world: { defaultAccountId: '111122223333', accessKeys: {}, clusters, roles: [] },
  });
  expect(() => control.createAssociation(directAssociation)).toThrow('several clusters are named apps-dev');
  expect(control.createAssociation({ ...directAssociation, region: 'eu-west-1' }).region).toBe('eu-west-1');
});
