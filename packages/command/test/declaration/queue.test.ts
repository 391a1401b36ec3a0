import type { Action, Change } from '../../src/declaration/planner.ts';
import { makeQueue } from '../../src/declaration/queue.ts';

const target = { accountId: '1', region: 'r', clusterName: 'c', namespace: 'n' };
const stateOf = (role: string) => ({
  roleArn: role,
  targetRoleArn: null,
  disableSessionTags: false,
  policy: null,
  tags: {},
});
const changeOf = (serviceAccount: string, role: string, action: Action = 'create'): Change => ({
  action,
  target: { ...target, serviceAccount },
  associationId: null,
  before: action === 'create' ? null : stateOf(role),
  after: action === 'delete' ? null : stateOf(role),
  expectedModifiedAt: null,
  expectedRevision: null,
  reason: null,
});

const changes = [changeOf('a', 'x'), changeOf('b', 'x'), changeOf('c', 'y'), changeOf('d', 'x')] as const;
const [a, b, c, d] = changes;

test('changes wait for the first one that names their role, and others go before them', async () => {
  const { take, ended } = makeQueue(changes);
  expect([(await take())?.change, (await take())?.change]).toEqual([a, c]);
  const next = take();
  ended(a, 'done');
  expect([await next, await take(), await take()]).toEqual([
    { change: b, refused: null },
    { change: d, refused: null },
    null,
  ]);
});

test('changes with a role that does not exist are given with the change that was refused', async () => {
  const { take, ended } = makeQueue(changes);
  await take();
  ended(a, 'role missing');
  expect([await take(), await take(), await take()]).toEqual([
    { change: b, refused: a },
    { change: c, refused: null },
    { change: d, refused: a },
  ]);
});

test('after an answer that says nothing of the role, one other change asks', async () => {
  const { take, ended } = makeQueue([a, b, d]);
  await take();
  const next = take();
  const last = take();
  ended(a, 'other');
  expect(await next).toEqual({ change: b, refused: null });
  ended(b, 'role missing');
  expect(await last).toEqual({ change: d, refused: b });
  expect(await take()).toBeNull();
});

test('a change that comes after one without an answer about the role asks again', async () => {
  const { take, ended } = makeQueue([a, b, d]);
  await take();
  ended(a, 'other');
  await take();
  const last = take();
  ended(b, 'role missing');
  expect(await last).toEqual({ change: d, refused: b });
});

test('a change in progress lets the others go on before the first one is concluded', async () => {
  const { take, goOn, ended } = makeQueue(changes);
  await take();
  await take();
  const next = take();
  goOn(a);
  expect(await next).toEqual({ change: b, refused: null });
  ended(a, 'role missing');
  expect(await take()).toEqual({ change: d, refused: a });
});

test('a delete is sent although a create with its role was refused, for it needs no role', async () => {
  const removal = changeOf('e', 'x', 'delete');
  const { take, ended } = makeQueue([a, removal]);
  await take();
  ended(a, 'role missing');
  expect(await take()).toEqual({ change: removal, refused: null });
});
