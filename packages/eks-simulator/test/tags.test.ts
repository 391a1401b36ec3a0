import { clientOf, failure, manyTags, directAssociation, simulate, some } from './simulation.ts';
import type { Client, Failure } from './simulation.ts';

/** A simulator with one association that has the tags. */
async function simulateWith(tags: Record<string, string>) {
  let now = Date.now();
  const simulator = await simulate({ clock: () => now });
  const { associationArn: arn, associationId: id } = simulator.control.createAssociation({
    ...directAssociation,
    tags,
  });
  const advance = (ms: number) => {
    now += ms;
  };
  return { simulator, client: clientOf(simulator), arn, id, advance };
}

/** The errors of the three tagging operations. */
function failures(client: Client, arn: string): Promise<Failure[]> {
  const calls = [client.tag(arn, { team: 'search' }), client.untag(arn, ['team']), client.tagsOf(arn)];
  return Promise.all(calls.map(failure));
}

test('adds tags, replaces values, and keeps other tags', async () => {
  const { client, arn, id } = await simulateWith({ team: 'payments', stage: 'dev' });
  await client.tag(arn, { stage: 'prod', 'cost center': 'a+b=c/d', Team: 'search' });
  const tags = { team: 'payments', stage: 'prod', 'cost center': 'a+b=c/d', Team: 'search' };
  expect(await client.tagsOf(arn)).toEqual(tags);
  expect((await client.describe(id)).tags).toEqual(tags);
});

test('removes tags by their keys, and ignores unknown keys', async () => {
  const { client, arn } = await simulateWith({
    team: 'payments',
    'cost center': '1',
    'a+b=c/d&e': '2',
    Team: 'search',
  });
  await client.untag(arn, ['cost center', 'a+b=c/d&e', 'team', 'owner']);
  expect(await client.tagsOf(arn)).toEqual({ Team: 'search' });
});

test('lists no tags as an empty map', async () => {
  const { client, arn } = await simulateWith({});
  expect(await client.tagsOf(arn)).toEqual({});
});

test('tagging keeps modifiedAt', async () => {
  const { client, arn, id, advance } = await simulateWith({});
  const { modifiedAt } = await client.describe(id);
  advance(1000);
  await client.tag(arn, { team: 'payments', stage: 'dev' });
  await client.untag(arn, ['stage']);
  expect((await client.describe(id)).modifiedAt).toEqual(modifiedAt);
});

test('tags associations that an add-on owns, and those that reads do not return yet', async () => {
  let now = Date.now();
  const simulator = await simulate({ clock: () => now, listLagMs: 1000 });
  const client = clientOf(simulator);
  const arn = some((await client.create()).associationArn);
  simulator.control.updateAssociation(some(arn.split('/').at(-1)), { ownerArn: 'arn:aws:eks:::addon/a/b/c' });
  await client.tag(arn, { team: 'payments' });
  expect(await failure(client.tagsOf(arn))).toMatchObject({ name: 'NotFoundException', status: 404 });
  now += 1000;
  expect(await client.tagsOf(arn)).toEqual({ team: 'payments' });
});

test.each([
  ['an empty map', {}, 'tags must hold 1 to 50 tags; got 0'],
  ['51 tags', manyTags(51), 'tags must hold 1 to 50 tags; got 51'],
  ['more than 50 with the existing ones', manyTags(50), 'can have at most 50 tags, but would have 51'],
  ['an empty key', { '': 'value' }, 'key must have 1 to 128'],
  ['a key of 129 characters', { ['é'.repeat(129)]: 'value' }, 'key must have 1 to 128'],
  ['a value of 257 characters', { team: '😀'.repeat(257) }, 'must have at most 256'],
  ['a reserved key', { 'aWs:team': 'payments' }, 'reserved for AWS'],
  ['a reserved value', { team: 'AWS:payments' }, 'reserved for AWS'],
])('refuses to add %s, and adds nothing', async (_, tags, words) => {
  const { client, arn } = await simulateWith({ team: 'payments' });
  const refused = await failure(client.tag(arn, tags));
  expect(refused).toMatchObject({ name: 'BadRequestException', status: 400 });
  expect(refused.message).toContain(words);
  expect(await client.tagsOf(arn)).toEqual({ team: 'payments' });
});

test.each([
  ['no key', [], 'tagKeys must hold 1 to 50 keys; got 0'],
  ['51 keys', Object.keys(manyTags(51)), 'tagKeys must hold 1 to 50 keys; got 51'],
  ['an empty key', [''], 'key must have 1 to 128'],
  ['a key of 129 characters', ['é'.repeat(129)], 'key must have 1 to 128'],
  ['a reserved key', ['team', 'AWS:team'], 'reserved for AWS'],
])('refuses to remove %s, and removes nothing', async (_, tagKeys, words) => {
  const { client, arn } = await simulateWith({ team: 'payments' });
  const refused = await failure(client.untag(arn, tagKeys));
  expect(refused).toMatchObject({ name: 'BadRequestException', status: 400 });
  expect(refused.message).toContain(words);
  expect(await client.tagsOf(arn)).toEqual({ team: 'payments' });
});

test('accepts 50 tags; a new value of an existing one and tags of AWS do not count', async () => {
  const { client, arn } = await simulateWith({ ...manyTags(50), 'aws:cloudformation:stack-name': 'payments' });
  await client.tag(arn, { 'key-0': 'other' });
  expect((await failure(client.tag(arn, { team: 'payments' }))).name).toBe('BadRequestException');
  await client.untag(arn, ['key-0']);
  await client.tag(arn, { team: 'payments' });
});

test.each(['a-abcdefghijklmnop1', 'arn:aws:eks:eu-central-1:111122223333:cluster/apps-dev', 'arn:aws:iam::1:role/a/b'])(
  'refuses the tags of %s, which is not an association ARN',
  async (resourceArn) => {
    const client = clientOf(await simulate());
    for (const refused of await failures(client, resourceArn)) {
      expect(refused).toEqual({
        name: 'BadRequestException',
        message: `resourceArn is not the ARN of a pod identity association: ${resourceArn}`,
        status: 400,
      });
    }
  },
);

test.each([
  ['id', 'a-[a-z0-9]{17}', 'a-abcdefghijklmnop1'],
  ['cluster', 'apps-dev', 'apps-prod'],
  ['region', 'eu-central-1', 'eu-west-1'],
  ['account', '111122223333', '444455556666'],
])('refuses an ARN with another %s with 404', async (_, part, other) => {
  const { client, arn } = await simulateWith({ team: 'payments' });
  const otherArn = arn.replace(new RegExp(part), other);
  expect(otherArn).not.toBe(arn);
  for (const refused of await failures(client, otherArn)) {
    expect(refused).toMatchObject({ name: 'NotFoundException', status: 404 });
  }
  expect(await client.tagsOf(arn)).toEqual({ team: 'payments' });
});

test('refuses an association of another account and region with 404', async () => {
  const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
  const accessKeys = { other: '444455556666' };
  const simulator = await simulate({
    world: { defaultAccountId: '111122223333', accessKeys, clusters: [cluster], roles: [] },
  });
  const { associationArn } = simulator.control.createAssociation(directAssociation);
  const others = [clientOf(simulator, { region: 'eu-west-1' }), clientOf(simulator, { accessKeyId: 'other' })];
  for (const other of others) {
    expect((await failures(other, associationArn)).map(({ status }) => status)).toEqual([404, 404, 404]);
  }
  expect(some(simulator.control.associations()[0]).tags).toEqual({});
});
