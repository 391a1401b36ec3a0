import { clientOf, failure, otherRoleArn, simulate, some } from './simulation.ts';

test('deletes the association and returns all its fields', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const created = await client.create({ tags: { team: 'payments' } });
  await client.create({ namespace: 'search' });
  const id = some(created.associationId);
  expect(await client.remove(id)).toEqual(created);
  expect((await failure(client.describe(id))).status).toBe(404);
  expect((await client.list()).names).toEqual(['search/payments-api']);
  expect(simulator.control.associations()).toHaveLength(1);
});

test('a delete frees the service account for an association with a new id', async () => {
  const client = clientOf(await simulate());
  const { associationId } = await client.create();
  await client.remove(some(associationId));
  expect((await client.create()).associationId).not.toBe(associationId);
});

test('a delete frees a place in the quota', async () => {
  const client = clientOf(await simulate({ maxAssociations: 1 }));
  await client.remove(some((await client.create()).associationId));
  await client.create({ namespace: 'search' });
});

test('refuses a repeated delete, another cluster, and an unknown cluster with 404', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const id = some((await client.create()).associationId);
  for (const [clusterName, message] of [
    ['apps-prod', `No pod identity association found for id: ${id}.`],
    ['apps-test', 'No cluster found for name: apps-test.'],
  ] as const) {
    const refused = await failure(client.remove(id, clusterName));
    expect(refused).toEqual({ name: 'ResourceNotFoundException', message, status: 404 });
  }
  expect(simulator.control.associations()).toHaveLength(1);
  await client.remove(id);
  expect((await failure(client.remove(id))).status).toBe(404);
});

test('refuses an id of wrong length', async () => {
  const client = clientOf(await simulate());
  expect(await failure(client.remove('a-short'))).toEqual({
    name: 'InvalidParameterException',
    message: 'The parameter associationId should be 19 characters long.',
    status: 400,
  });
});

test('deletes an association that an add-on owns', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const id = some((await client.create()).associationId);
  const ownerArn = 'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/aws-ebs-csi-driver/1';
  simulator.control.updateAssociation(id, { ownerArn });
  expect((await client.remove(id)).ownerArn).toBe(ownerArn);
});

test('deletes an association that reads do not return yet', async () => {
  let now = Date.now();
  const client = clientOf(await simulate({ clock: () => now, listLagMs: 1000 }));
  await client.remove(some((await client.create()).associationId));
  now += 1000;
  expect((await client.list()).names).toEqual([]);
});

/** A simulator with a deletion lag of one second, and an association to delete. */
async function simulateLag() {
  let now = Date.now();
  const simulator = await simulate({ clock: () => now, deleteLagMs: 1000 });
  const client = clientOf(simulator);
  const deleted = await client.create({ tags: { team: 'payments' } });
  const advance = (ms: number) => {
    now += ms;
  };
  return { simulator, client, deleted, id: some(deleted.associationId), arn: some(deleted.associationArn), advance };
}

test('while a deletion lags, reads return the association and a create for its service account gets 409', async () => {
  const { simulator, client, deleted, id, arn, advance } = await simulateLag();
  await client.remove(id);
  expect(simulator.control.associations()).toEqual([]);

  advance(999);
  expect(await client.describe(id)).toEqual(deleted);
  expect((await client.list()).names).toEqual(['payments/payments-api']);
  expect((await client.list({ clusterName: 'apps-prod' })).names).toEqual([]);
  expect(await client.tagsOf(arn)).toEqual({ team: 'payments' });
  expect(await failure(client.create())).toEqual({
    name: 'ResourceInUseException',
    message: `Association already exists: ${id}`,
    status: 409,
  });
  await client.create({ namespace: 'search' });
  await client.create({ clusterName: 'apps-prod' });

  advance(1);
  expect((await failure(client.describe(id))).status).toBe(404);
  expect((await failure(client.tagsOf(arn))).status).toBe(404);
  expect((await client.list()).names).toEqual(['search/payments-api']);
  await client.create();
});

test('while a deletion lags, changes of the association get 404', async () => {
  const { client, id, arn } = await simulateLag();
  await client.remove(id);
  const changes = [
    client.remove(id),
    client.update(id, { roleArn: otherRoleArn }),
    client.tag(arn, { team: 'search' }),
    client.untag(arn, ['team']),
  ];
  const refused = await Promise.all(changes.map(failure));
  expect(refused.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
});

test('paging works while a deletion lags', async () => {
  const { client, id } = await simulateLag();
  await client.create({ namespace: 'search' });
  await client.remove(id);
  const first = await client.list({ maxResults: 1 });
  const second = await client.list({ maxResults: 1, nextToken: some(first.nextToken) });
  expect([...first.names, ...second.names].sort()).toEqual(['payments/payments-api', 'search/payments-api']);
});

test('a deletion outside the API lags too', async () => {
  const { simulator, client, id, advance } = await simulateLag();
  expect(simulator.control.deleteAssociation(id)).toBe(true);
  expect(simulator.control.deleteAssociation(id)).toBe(false);
  expect((await client.list()).names).toEqual(['payments/payments-api']);
  advance(1000);
  expect((await client.list()).names).toEqual([]);
});
