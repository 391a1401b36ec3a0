import { rmSync } from 'node:fs';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { lockOperations } from '../support/locks.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { claimsEvent } from '../support/lambda-event.ts';
import { approvalIn, approvalsOf, claimsOf, held, heldRule, withApprovals } from '../support/held-requests.ts';
import type { Who } from '../support/held-requests.ts';

// What people see of an approval beside its request: each fact as the reader may see it.

let stored: ReturnType<typeof makeSqliteLedger>;
let folder: string;
let gateway: Gateway;
let approvals: ReturnType<typeof approvalsOf>;

beforeAll(() => {
  const onCall = heldRule.replace('held-needs-approval', 'held-needs-on-call').replace('"security"', '"on-call"');
  folder = withApprovals(`${heldRule}${onCall.replace('like "held*"', 'like "held-twice*"')}`);
});

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  stored = makeSqliteLedger({ file: ':memory:' });
  gateway = await openGateway({ ledger: stored, policies: folder });
  approvals = approvalsOf(gateway);
});

afterEach(async () => {
  await gateway.close();
  stored.close();
});

interface Seen {
  readonly viewerMayVote: boolean;
  readonly environment: string | null;
  readonly existing: { readonly serviceAccount: string; readonly roleArn: string } | null;
  readonly warnings: readonly { readonly code: string }[];
  readonly roleUse: { readonly count: number; readonly isComplete: boolean } | null;
  readonly recentChanges: readonly { readonly event: string }[] | null;
  readonly outcome: { readonly status: string; readonly refusalCode: string | null } | null;
  readonly clientRequestToken: string | null;
}

const document = `query ($id: ID!) { result: approval(id: $id) {
  viewerMayVote environment existing { serviceAccount roleArn } warnings { code } roleUse { count isComplete }
  recentChanges { event } outcome { status refusalCode } clientRequestToken
} }`;
const seenBy = (who: Who, id: string) => approvals.send<Seen | null>(who, document, { id });
const ask = async (who: Who, input: object = {}) => approvalIn(await approvals.create(who, input)).id;
const create = (who: Who, serviceAccount: string) =>
  approvals.create(who, { serviceAccount, clientRequestToken: serviceAccount });

test('shows what exists now, the environment, how the role is used, and the last changes, without an entry', async () => {
  const first = await create('alice', 'plain');
  expect(first.status).toBe('SUCCEEDED');
  const id = await ask('alice');
  const before = (await stored.operationEntries(id.split('.')[0] ?? '')).length;
  expect(await seenBy('alice', id)).toMatchObject({
    viewerMayVote: false,
    environment: 'dev',
    existing: null,
    roleUse: { count: 1, isComplete: true },
    recentChanges: [],
    outcome: null,
    clientRequestToken: 'held',
  });
  const { clusterName, namespace, serviceAccount, roleArn } = held;
  const tags = { team: 'payments' };
  gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn, tags });
  expect(await seenBy('alice', id)).toMatchObject({ existing: { serviceAccount: 'held', roleArn } });
  expect((await stored.operationEntries(id.split('.')[0] ?? '')).length).toBe(before);
});

test('tells who may still vote: pending, in time, and for a need that lacks approvals of theirs', async () => {
  const id = await ask('alice', { serviceAccount: 'held-twice' });
  const mayVote = async (who: Who) => (await seenBy(who, id))?.viewerMayVote;
  expect([await mayVote('nina'), await mayVote('olivia'), await mayVote('alice')]).toEqual([true, false, false]);
  await approvals.approve('nina', id);
  expect([await mayVote('nina'), await mayVote('sven')]).toEqual([false, false]);
  const one = await ask('alice');
  gateway.clock.skip(86_400_000);
  expect((await seenBy('nina', one))?.viewerMayVote).toBe(false);
});

test('says what became of the operation that used it, to whoever sees it', async () => {
  const id = await ask('alice');
  await approvals.approve('nina', id);
  gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'throttle' });
  const throttled = await approvals.create('alice');
  expect(throttled.refusal?.code).toBe('THROTTLED');
  expect((await seenBy('nina', id))?.outcome).toEqual({ status: 'RELEASED', refusalCode: 'THROTTLED' });
  await approvals.create('alice');
  for (const who of ['alice', 'nina', 'olivia'] as const)
    expect((await seenBy(who, id))?.outcome).toEqual({ status: 'SUCCEEDED', refusalCode: null });
});

test('says it of every approval on a page', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 12; count += 1) {
    const fields = { serviceAccount: `held-${count}`, clientRequestToken: `held-${count}` };
    ids.push(await ask('alice', fields));
    await approvals.approve('nina', ids.at(-1) ?? '');
    expect((await approvals.create('alice', fields)).status).toBe('SUCCEEDED');
  }
  const page = await approvals.send<{ readonly nodes: readonly Pick<Seen, 'outcome'>[] }>(
    'nina',
    '{ result: approvals(scope: { cluster: { clusterName: "apps-dev" } }) { nodes { outcome { status refusalCode } } } }',
    {},
  );
  expect(page.nodes).toEqual(ids.map(() => ({ outcome: { status: 'SUCCEEDED', refusalCode: null } })));
});

test('records which policies permitted the request, and which asked', async () => {
  const decided = 'status refusal { code } auditEntry { decision { allowed policyIds permittedBy approvalId } }';
  const send = () =>
    approvals.send<object>(
      'alice',
      `mutation ($input: CreatePodIdentityAssociationInput!) { result: createPodIdentityAssociation(input: $input) { ${decided} } }`,
      { input: held },
    );
  const permittedBy = ['owners-create'];
  expect(await send()).toMatchObject({
    auditEntry: { decision: { allowed: false, policyIds: ['held-needs-approval'], permittedBy } },
  });
  const { nodes } = await approvals.list('nina');
  await approvals.approve('nina', nodes[0]?.id ?? '');
  expect(await send()).toMatchObject({ status: 'SUCCEEDED', auditEntry: { decision: { allowed: true, permittedBy } } });
  const plain = await approvals.send<object>(
    'alice',
    `query ($input: CreatePodIdentityAssociationInput!) { result: checkCreatePodIdentityAssociation(input: $input) { decision { permittedBy } } }`,
    { input: { ...held, serviceAccount: 'plain' } },
  );
  expect(plain).toMatchObject({ decision: { permittedBy } });
  const denied = await approvals.send<object>(
    'bob',
    `query ($input: CreatePodIdentityAssociationInput!) { result: checkCreatePodIdentityAssociation(input: $input) { decision { permittedBy } } }`,
    { input: held },
  );
  expect(denied).toMatchObject({ decision: { permittedBy: [] } });
});

describe('own open approvals', () => {
  const own = (who: Who, more: object = {}) => approvals.list(who, { scope: { own: 'OPEN' }, ...more });
  const idsOf = async (who: Who) => (await own(who)).nodes.map(({ id }) => id);

  test('are the pending and the given ones of the principal, newest first, and no others', async () => {
    const ids: string[] = [];
    for (const name of ['held-a', 'held-b', 'held-c', 'held-d']) {
      ids.unshift(await ask('alice', { serviceAccount: name, clientRequestToken: name }));
      gateway.clock.skip(1_000);
    }
    const [d = '', c = '', b = '', a = ''] = ids;
    await approvals.approve('nina', b);
    await approvals.reject('nina', c);
    expect(await idsOf('alice')).toEqual([d, b, a]);
    expect(await idsOf('nina')).toEqual([]);
    await approvals.create('alice', { serviceAccount: 'held-b', clientRequestToken: 'held-b' });
    expect(await idsOf('alice')).toEqual([d, a]);
    const first = await own('alice', { first: 1 });
    expect(first.nodes.map(({ id }) => id)).toEqual([d]);
    const second = await own('alice', { first: 1, after: first.pageInfo.endCursor });
    expect(second.nodes.map(({ id }) => id)).toEqual([a]);
    expect(second.pageInfo.hasNextPage).toBe(false);
    gateway.clock.skip(2 * 86_400_000);
    expect(await idsOf('alice')).toEqual([]);
  });

  test('that are used do not count towards the limit, however many', async () => {
    const limited = await openGateway({ ledger: stored, policies: folder, approvalLimits: { maxPending: 2 } });
    const { create: send, approve, list } = approvalsOf(limited);
    for (let count = 0; count < 7; count += 1) {
      const fields = { serviceAccount: `held-${count}`, clientRequestToken: `held-${count}` };
      const { id } = approvalIn(await send('alice', fields));
      await approve('nina', id);
      expect((await send('alice', fields)).status).toBe('SUCCEEDED');
    }
    expect((await list('alice', { scope: { own: 'OPEN' } })).nodes).toEqual([]);
    await limited.close();
  });
});

describe('none of it is disclosed', () => {
  test('to another team: the approval does not exist', async () => {
    const id = await ask('alice');
    expect(await seenBy('bob', id)).toBeNull();
  });

  test('what exists, to an approver who may view no association there: neither it nor a count nor the trail', async () => {
    await create('alice', 'plain');
    const id = await ask('alice');
    const { clusterName, namespace, serviceAccount, roleArn } = held;
    gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn });
    expect(await seenBy('nina', id)).toEqual({
      viewerMayVote: true,
      environment: 'dev',
      existing: null,
      warnings: [],
      roleUse: { count: 0, isComplete: true },
      recentChanges: null,
      outcome: null,
      clientRequestToken: null,
    });
  });

  test('to an auditor the token; to the asker by another way neither', async () => {
    const id = await ask('aliceViaChatops', { clientRequestToken: 'secret' });
    for (const who of ['olivia', 'alice', 'chatops', 'nina'] as const)
      expect([who, (await seenBy(who, id))?.clientRequestToken ?? null]).toEqual([who, null]);
    expect((await seenBy('aliceViaChatops', id))?.clientRequestToken).toBe('secret');
  });

  test('to who asked and is locked with all reads', async () => {
    const id = await ask('alice');
    const principal = { kind: 'PRINCIPAL', principalId: 'https://issuer.example#alice' } as const;
    await lockOperations(stored).lock(principal, null, { stopsReads: true });
    gateway.clock.skip(11_000);
    await expect(seenBy('alice', id)).rejects.toThrow(/CHANGES_LOCKED|READS_LOCKED|locked/i);
  });

  test.each([
    ['rejects it', 'nina', 'reject(input: { approvalId: $id }) { refusal { code } approval { reason } }'],
    ['approves it', 'nina', 'approve(input: { approvalId: $id }) { refusal { code } approval { reason } }'],
    [
      'withdraws it',
      'alice',
      'withdrawApproval(input: { approvalId: $id }) { refusal { code } approval { reason needs { approvedBy { comment } } } }',
    ],
  ] as const)('to who is locked with all reads and %s', async (_, who, mutation) => {
    const id = await ask('alice', { reason: 'SECRET' });
    const principal = { kind: 'PRINCIPAL', principalId: `https://issuer.example#${who}` } as const;
    await lockOperations(stored).lock(principal, null, { stopsReads: true });
    gateway.clock.skip(11_000);
    const answer = await approvals.answerTo<object>(
      await claimsEvent(claimsOf[who], `mutation ($id: ID!) { result: ${mutation} }`, { id }),
    );
    expect(answer.data?.result).toEqual({ refusal: { code: 'CHANGES_LOCKED' }, approval: null });
    expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['READS_LOCKED']);
  });

  test('to who asked, is locked with all reads and sends the request again', async () => {
    const id = await ask('alice', { serviceAccount: 'held-twice' });
    await approvals.approve('nina', id, 'SECRET');
    const principal = { kind: 'PRINCIPAL', principalId: 'https://issuer.example#alice' } as const;
    await lockOperations(stored).lock(principal, null, { stopsReads: true });
    gateway.clock.skip(11_000);
    const document = `mutation ($input: CreatePodIdentityAssociationInput!) {
      result: createPodIdentityAssociation(input: $input) { refusal { ... on ApprovalRequired {
        approval { state } needs { approvedBy { comment } }
      } } }
    }`;
    const again = { input: { ...held, serviceAccount: 'held-twice' } };
    const answer = await approvals.answerTo<object>(await claimsEvent(claimsOf.alice, document, again));
    expect(JSON.stringify(answer)).not.toContain('SECRET');
    expect(answer.data?.result).toMatchObject({ refusal: { approval: null } });
  });

  test('whether one exists, to an approver who may view others of the cluster, by the number of EKS calls', async () => {
    const id = await ask('alice');
    const calls: string[][] = [];
    const document = 'query ($id: ID!) { result: approval(id: $id) { existing { serviceAccount } } }';
    const read = async () => {
      gateway.simulator.control.clearRequests();
      expect(await approvals.send('ninaOfSearch', document, { id })).toEqual({ existing: null });
      calls.push(gateway.simulator.control.requests().map(({ operation }) => String(operation)));
    };
    await read();
    const { clusterName, namespace, serviceAccount, roleArn } = held;
    gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn });
    await read();
    expect(calls[1]).toEqual(calls[0]);
  });
});
