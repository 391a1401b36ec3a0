import { clientOf, failure, simulate, some } from './simulation.ts';

test('describes a created association', async () => {
  const client = clientOf(await simulate());
  const created = await client.create({ tags: { team: 'payments' } });
  await expect(client.describe(some(created.associationId))).resolves.toEqual(created);
});

test.each(['a-short', 'a-abcdefghijklmnopqr'])(
  'refuses to describe %s, an id of wrong length',
  async (associationId) => {
    const client = clientOf(await simulate());
    await expect(failure(client.describe(associationId))).resolves.toEqual({
      name: 'InvalidParameterException',
      message: 'The parameter associationId should be 19 characters long.',
      status: 400,
    });
  },
);

test('refuses to describe an unknown association, or one of another cluster', async () => {
  const client = clientOf(await simulate());
  const { associationId } = await client.create({ clusterName: 'apps-prod' });
  for (const id of ['a-abcdefghijklmnop1', some(associationId)]) {
    const refused = await failure(client.describe(id));
    expect(refused).toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
  }
});

test('refuses to describe and list in an unknown cluster', async () => {
  const client = clientOf(await simulate());
  const message = 'No cluster found for name: apps-test.';
  expect(await failure(client.describe('a-abcdefghijklmnop1', 'apps-test'))).toMatchObject({ message, status: 404 });
  expect(await failure(client.list({ clusterName: 'apps-test' }))).toMatchObject({ message, status: 404 });
});

test('filters lists by the exact namespace and service account', async () => {
  const client = clientOf(await simulate());
  await client.create({ namespace: 'payments', serviceAccount: 'api' });
  await client.create({ namespace: 'payments', serviceAccount: 'api-2' });
  await client.create({ namespace: 'payments-2', serviceAccount: 'api' });
  await client.create({ clusterName: 'apps-prod', namespace: 'payments', serviceAccount: 'api' });

  expect((await client.list()).names).toEqual(['payments-2/api', 'payments/api', 'payments/api-2']);
  expect((await client.list({ namespace: 'payments' })).names).toEqual(['payments/api', 'payments/api-2']);
  expect((await client.list({ serviceAccount: 'api' })).names).toEqual(['payments-2/api', 'payments/api']);
  expect((await client.list({ namespace: 'payments', serviceAccount: 'api' })).names).toEqual(['payments/api']);
  expect((await client.list({ namespace: 'pay' })).names).toEqual([]);
});

test('pages through a list while the last association of each page is deleted', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  for (const serviceAccount of ['a', 'b', 'c', 'd', 'e']) await client.create({ serviceAccount });
  const seen: string[] = [];
  let nextToken: string | undefined;
  let pages = 0;
  do {
    const page = await client.list({ maxResults: 2, ...(nextToken === undefined ? {} : { nextToken }) });
    seen.push(...page.names);
    nextToken = page.nextToken;
    pages += 1;
    const last = simulator.control
      .associations()
      .find(({ serviceAccount }) => page.names.at(-1)?.endsWith(serviceAccount));
    simulator.control.deleteAssociation(some(last).associationId);
  } while (nextToken !== undefined);
  expect(pages).toBe(3);
  expect(seen.sort()).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => `payments/${name}`));
});

test('returns 100 associations per page by default, and no token with the last page', async () => {
  const simulator = await simulate();
  const client = clientOf(simulator);
  const roleArn = 'arn:aws:iam::111122223333:role/any';
  const add = (count: number, prefix: string) => {
    for (let index = 0; index < count; index += 1) {
      const serviceAccount = `${prefix}-${index}`;
      simulator.control.createAssociation({ clusterName: 'apps-dev', namespace: 'payments', serviceAccount, roleArn });
    }
  };
  add(100, 'first');
  const whole = await client.list();
  expect(whole.names).toHaveLength(100);
  expect(whole.nextToken).toBeUndefined();

  add(1, 'last');
  const first = await client.list();
  expect(first.names).toHaveLength(100);
  expect((await client.list({ nextToken: some(first.nextToken) })).names).toHaveLength(1);
});

test.each([0, 101, -1])('refuses maxResults %d', async (maxResults) => {
  const client = clientOf(await simulate());
  const refused = await failure(client.list({ maxResults }));
  expect(refused).toMatchObject({ name: 'InvalidParameterException', status: 400 });
});

test('refuses a forged page token, and one of another list or simulator', async () => {
  const [one, other] = [await simulate(), await simulate()];
  const client = clientOf(one);
  await client.create({ serviceAccount: 'a' });
  await client.create({ serviceAccount: 'b' });
  const nextToken = some((await client.list({ maxResults: 1 })).nextToken);

  const attempts = [
    { from: client, change: { nextToken: 'forged' } },
    { from: client, change: { nextToken: `${nextToken}A` } },
    { from: client, change: { nextToken, namespace: 'payments' } },
    { from: client, change: { nextToken, clusterName: 'apps-prod' } },
    { from: clientOf(other), change: { nextToken } },
  ];
  for (const { from, change } of attempts) {
    expect(await failure(from.list(change))).toMatchObject({ name: 'InvalidParameterException', status: 400 });
  }
});

test('reads return a new association after listLagMs, and a second create gets 409 at once', async () => {
  let now = Date.now();
  const client = clientOf(await simulate({ clock: () => now, listLagMs: 3000 }));
  const id = some((await client.create()).associationId);

  now += 2999;
  expect((await client.list()).names).toEqual([]);
  expect((await failure(client.describe(id))).status).toBe(404);
  expect((await failure(client.create())).message).toBe(`Association already exists: ${id}`);

  now += 1;
  expect((await client.list()).names).toEqual(['payments/payments-api']);
  expect((await client.describe(id)).associationId).toBe(id);
});
