import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventOf } from '../../src/events/event.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import { parseAuditEntryId } from '../../src/model/audit.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import type { AuthorizationRequest } from '../../src/policy/policy.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { approvalIn, approvalsOf, held, heldRule, withApprovals } from '../support/held-requests.ts';
import { approval, approvalEntry, approvalNeed } from '../support/ledger-samples.ts';
import { lockOperations } from '../support/locks.ts';
import { replaceIn } from '../support/policy-sample.ts';

let stored: ReturnType<typeof makeSqliteLedger>;
let folder: string;
let gateway: Gateway;
let approvals: ReturnType<typeof approvalsOf>;

beforeAll(() => {
  folder = withApprovals();
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

const eventsOf = async (id: string) => (await gateway.events(id.split('.')[0] ?? '')).join(' ');
const entryCount = async () =>
  (await stored.readTrail({ ...noFilters, partition: { kind: 'all' }, limit: 1_000, before: null })).entries.length;

test('a held request says who has to approve it, and the same request is executed once it is approved', async () => {
  const asked = await approvals.create('alice', { reason: 'Migration' });
  expect(asked).toMatchObject({
    status: 'REFUSED',
    association: null,
    refusal: { __typename: 'ApprovalRequired', code: 'APPROVAL_REQUIRED', retryable: true },
  });
  expect(asked.retryAfterSeconds).toBeGreaterThanOrEqual(60);
  const approval = approvalIn(asked);
  expect(approval).toMatchObject({
    state: 'PENDING',
    principal: { principalId: 'https://issuer.example#alice' },
    reason: 'Migration',
    target: { serviceAccount: 'held' },
    request: { roleArn: held.roleArn },
    before: null,
    needs: [{ policyId: 'held-needs-approval', group: 'security', count: 1, approvedBy: [] }],
  });
  const written = await entryCount();
  expect(approvalIn(await approvals.create('alice', { reason: 'Migration' })).id).toBe(approval.id);
  expect(await approvals.read('alice', approval.id)).toMatchObject({ state: 'PENDING' });
  expect(await entryCount()).toBe(written);

  const { approval: approved, refusal } = await approvals.approve('nina', approval.id, 'Reviewed');
  expect(refusal).toBeNull();
  expect(approved).toMatchObject({
    state: 'APPROVED',
    needs: [{ approvedBy: [{ principal: { principalId: 'https://issuer.example#nina' }, comment: 'Reviewed' }] }],
  });
  expect(gateway.sent()).toBe(0);
  const created = await approvals.create('alice', { reason: 'Migration' });
  expect(created).toMatchObject({ status: 'SUCCEEDED', refusal: null });
  expect(await approvals.read('nina', approval.id)).toMatchObject({
    state: 'USED',
    operationId: created.auditEntry.operationId,
  });
  expect(await eventsOf(approval.id)).toBe('APPROVAL_REQUESTED APPROVED APPROVAL_USED');
});

test('a rejection is final for the token, and says why', async () => {
  const { id } = approvalIn(await approvals.create('alice'));
  expect(await approvals.reject('nina', id, 'Not this week.')).toMatchObject({
    approval: { state: 'REJECTED', rejectedBy: { comment: 'Not this week.' } },
    refusal: null,
    auditEntry: { event: 'REJECTED', approvalId: id },
  });
  expect(await approvals.approve('sven', id)).toMatchObject({
    approval: { state: 'REJECTED' },
    refusal: { code: 'APPROVAL_NOT_PENDING' },
    auditEntry: { event: 'REFUSED' },
  });
  for (const attempt of ['first', 'repeated']) {
    const refused = await approvals.create('alice');
    expect([attempt, refused.refusal?.code, refused.retryAfterSeconds]).toEqual([attempt, 'APPROVAL_REJECTED', null]);
  }
  expect(approvalIn(await approvals.create('alice', { clientRequestToken: 'again' })).id).not.toBe(id);
});

test('a vote for needs that have their approvals is refused for that reason, and the approval stays pending', async () => {
  const onCall = heldRule.replace('held-needs-approval', 'held-needs-on-call').replace('"security"', '"on-call"');
  const policies = withApprovals(`${heldRule}${onCall}`);
  const asksTwo = await openGateway({ ledger: stored, policies });
  const { create, approve } = approvalsOf(asksTwo);
  const { id } = approvalIn(await create('alice'));
  expect((await approve('nina', id)).approval?.state).toBe('PENDING');
  expect(await approve('sven', id)).toMatchObject({
    approval: { state: 'PENDING' },
    refusal: { code: 'APPROVAL_NOT_PENDING', message: 'Others have given all approvals that yours would count for.' },
  });
  await asksTwo.close();
  rmSync(policies, { recursive: true });
});

test('a repeated vote answers the same approval with the entry of the first, and writes none', async () => {
  const { id } = approvalIn(await approvals.create('alice'));
  const first = await approvals.approve('nina', id, 'Fine');
  const written = await entryCount();
  const again = await approvals.approve('nina', id);
  expect(again).toEqual(first);
  expect(await entryCount()).toBe(written);
});

test('an approval of a delete is of the association as it was shown; who may not view it asks for none', async () => {
  const asked = approvalIn(await approvals.create('alice'));
  await approvals.approve('nina', asked.id);
  const { association } = await approvals.create('alice');
  const associationId = association?.associationId ?? '';
  expect((await approvals.remove('bob', { associationId })).refusal?.code).toBe('ASSOCIATION_NOT_FOUND');
  expect((await approvals.list('olivia')).nodes).toEqual([]);

  const remove = { associationId, clientRequestToken: 'delete' };
  const first = approvalIn(await approvals.remove('alice', remove));
  expect(await approvals.read('alice', first.id)).toMatchObject({ before: { associationId } });
  // An approver who may not view the association decides by the request alone.
  expect(await approvals.read('nina', first.id)).toMatchObject({ before: null, target: { serviceAccount: 'held' } });
  await approvals.approve('nina', first.id);
  await gateway.update({ associationId, roleArn: held.roleArn.replace('-api', '-worker') });
  const changed = await approvals.remove('alice', remove);
  expect(changed.refusal?.message).toContain('the association changed');
  const second = approvalIn(changed);
  expect([second.id === first.id, await approvals.read('alice', first.id)]).toEqual([false, null]);
  await approvals.approve('nina', second.id);
  expect((await approvals.remove('alice', remove)).status).toBe('SUCCEEDED');
});

test('dry runs say who has to approve, and open no approval', async () => {
  const { clientRequestToken: _, ...input } = held;
  const needs = [{ policyId: 'held-needs-approval', group: 'security', count: 1, approvedBy: [] }];
  const refusal = `refusal { code retryable ... on ApprovalRequired { approval { id } needs { policyId group count approvedBy { time } } } }`;
  const decision = `decision { allowed violations { policyId } needs { policyId group count approvedBy { time } } approvalId }`;
  const one = await gateway.send(
    `query ($input: CreatePodIdentityAssociationInput!) {
      check: checkCreatePodIdentityAssociation(input: $input) { wouldBeAttempted retryAfterSeconds ${refusal} ${decision} auditEntry { event refusalCode } }
    }`,
    { input },
  );
  const expected = {
    wouldBeAttempted: false,
    refusal: { code: 'APPROVAL_REQUIRED', retryable: true, approval: null, needs },
    decision: { allowed: false, violations: [{ policyId: 'held-needs-approval' }], needs, approvalId: null },
  };
  expect(one.data).toEqual({
    check: { ...expected, retryAfterSeconds: 60, auditEntry: { event: 'CHECKED', refusalCode: 'APPROVAL_REQUIRED' } },
  });
  const several = await gateway.send<{ check: { results: object[]; auditEntry: { message: string } } }>(
    `query ($input: CheckPodIdentityAssociationsInput!) {
      check: checkPodIdentityAssociations(input: $input) { results { wouldBeAttempted ${refusal} ${decision} } auditEntry { message } }
    }`,
    { input: { changes: [{ create: input }, { create: { ...input, serviceAccount: 'free' } }] } },
  );
  expect(several.data?.check.results).toMatchObject([expected, { wouldBeAttempted: true, refusal: null }]);
  expect(several.data?.check.auditEntry.message).toBe('Checked 2 changes: 1 APPROVAL_REQUIRED, 1 would be attempted.');
  expect((await approvals.list('nina')).nodes).toEqual([]);
});

describe('the list of approvals', () => {
  const ids: string[] = [];

  beforeEach(async () => {
    ids.length = 0;
    for (const name of ['held-1', 'held-2', 'held-3']) {
      const asked = await approvals.create('alice', { serviceAccount: name, clientRequestToken: name });
      ids.push(approvalIn(asked).id);
      // The clock also runs: a minute is more than a busy machine takes between two steps.
      gateway.clock.skip(60_000);
    }
  });

  const idsOf = async (input: object) => (await approvals.list('nina', input)).nodes.map(({ id }) => id);
  const cluster = { clusterName: 'apps-dev' };

  test('has those of all clusters that can still be decided', async () => {
    expect((await idsOf({})).toSorted()).toEqual(ids.toSorted());
    await approvals.approve('nina', ids[1] ?? '');
    expect((await idsOf({ scope: { gateway: 'PENDING' } })).toSorted()).toEqual([ids[0], ids[2]].toSorted());
    gateway.clock.skip(24 * 3_600_000 - 90_000);
    expect(await idsOf({})).toEqual([ids[2]]);
  });

  test('has those of a cluster, a namespace or a service account in every state, newest first', async () => {
    await approvals.reject('nina', ids[1] ?? '');
    for (const scope of [{ cluster }, { cluster: { ...cluster, namespace: 'payments' } }]) {
      expect(await idsOf({ scope })).toEqual(ids.toReversed());
      expect(await idsOf({ scope, state: 'REJECTED' })).toEqual([ids[1]]);
    }
    expect(await idsOf({ scope: { cluster: { ...cluster, namespace: 'search' } } })).toEqual([]);
    const serviceAccount = { ...cluster, namespace: 'payments', serviceAccount: 'held-3' };
    expect(await idsOf({ scope: { cluster: serviceAccount } })).toEqual([ids[2]]);
  });

  test.each([{}, { scope: { cluster } }])('is read in pages from any cursor: %j', async (input) => {
    const whole = await approvals.list('nina', input);
    const first = await approvals.list('nina', { ...input, first: 2 });
    expect(first.nodes).toEqual(whole.nodes.slice(0, 2));
    expect(first.pageInfo).toEqual({ hasNextPage: true, endCursor: first.edges.at(-1)?.cursor });
    const rest = await approvals.list('nina', { ...input, first: 2, after: first.pageInfo.endCursor });
    expect(rest.nodes).toEqual(whole.nodes.slice(2));
    expect(rest.pageInfo.hasNextPage).toBe(false);
    const second = await approvals.list('nina', { ...input, after: whole.edges[0]?.cursor });
    expect(second.nodes).toEqual(whole.nodes.slice(1));
  });

  test.each([
    [{ state: 'USED' }, 'scope.gateway has the pending approvals only.'],
    [{ first: 0 }, 'first is 0'],
    [{ after: 'x' }, 'after is not a valid cursor'],
    [{ scope: { cluster: { clusterName: 'apps-dev', serviceAccount: 'held' } } }, 'without namespace'],
  ])('rejects %j', async (input, message) => {
    await expect(approvals.list('nina', input)).rejects.toThrow(message);
  });
});

describe('the trail of an approval', () => {
  test('is found by its id, from its entries, and from the operation that used it', async () => {
    const { id } = approvalIn(await approvals.create('alice'));
    await approvals.approve('nina', id, 'Reviewed');
    const { auditEntry } = await approvals.create('alice');
    const query = `query ($id: ID!, $operation: ID!) {
      auditTrail(scope: { operationId: $id }) { nodes {
        event approvalId reason fence operationKind target { serviceAccount } request { roleArn } operation { id } principal { principalId }
      } }
      node(id: $id) { __typename ... on Approval { state } }
      operation(id: $operation) { approvalId entries { event decision { allowed needs { policyId approvedBy { comment } } approvalId } } }
      ofNamespace: auditTrail(scope: { cluster: { clusterName: "apps-dev", namespace: "payments" } }, events: [APPROVAL_REQUESTED, APPROVED, APPROVAL_USED]) { nodes { event } }
    }`;
    const { data } = await gateway.send<Record<string, unknown>>(
      query,
      { id, operation: auditEntry.operationId },
      'olivia',
    );
    const about = {
      approvalId: id,
      operationKind: 'CREATE_POD_IDENTITY_ASSOCIATION',
      target: { serviceAccount: 'held' },
      request: { roleArn: held.roleArn },
      operation: null,
    };
    const [alice, nina] = ['alice', 'nina'].map((name) => ({ principalId: `https://issuer.example#${name}` }));
    expect(data?.auditTrail).toMatchObject({
      nodes: [
        { ...about, event: 'APPROVAL_USED', fence: 3, principal: alice },
        { ...about, event: 'APPROVED', fence: 2, principal: nina, reason: 'Reviewed' },
        { ...about, event: 'APPROVAL_REQUESTED', fence: 1, principal: alice },
      ],
    });
    expect(data?.node).toEqual({ __typename: 'Approval', state: 'USED' });
    const needs = [{ policyId: 'held-needs-approval', approvedBy: [{ comment: 'Reviewed' }] }];
    expect(data?.operation).toMatchObject({
      approvalId: id,
      entries: [{ event: 'INTENT', decision: { allowed: true, needs, approvalId: id } }, { event: 'SUCCEEDED' }],
    });
    expect(data?.ofNamespace).toEqual({
      nodes: [{ event: 'APPROVAL_USED' }, { event: 'APPROVED' }, { event: 'APPROVAL_REQUESTED' }],
    });
  });
});

describe('a vote', () => {
  test('that policy denies is in the denied requests of the namespace, and asks whom policy names', async () => {
    const { id } = approvalIn(await approvals.create('alice'));
    const voted = await approvals.approve('alice', id);
    expect(voted).toMatchObject({ refusal: { code: 'POLICY_DENIED' }, approval: { state: 'PENDING' } });
    const { data } = await gateway.send<{ auditTrail: { nodes: object[] } }>(
      `{ auditTrail(scope: { cluster: { clusterName: "apps-dev", namespace: "payments" } }, events: [DENIED]) {
        nodes { id event operationKind operation { id } refusalCode target { serviceAccount } request { roleArn } decision { allowed violations { policyId } } }
      } }`,
    );
    expect(data?.auditTrail.nodes).toMatchObject([
      {
        id: voted.auditEntry.id,
        operationKind: 'APPROVE_REQUEST',
        operation: null,
        target: { serviceAccount: 'held' },
        request: null,
        decision: { allowed: false },
      },
    ]);
  });

  test('with a comment that is no text is invalid, and its entry has no value of it', async () => {
    const { id } = approvalIn(await approvals.create('alice'));
    const voted = await approvals.approve('nina', id, 'secret\u0007');
    expect(voted).toMatchObject({
      approval: null,
      refusal: { code: 'INVALID_INPUT' },
      auditEntry: { event: 'INVALID' },
    });
    const [operationId = '', entryId = ''] = voted.auditEntry.id.split('.');
    const entry = JSON.stringify(await stored.getEntry({ operationId, entryId }));
    expect(entry).toContain('"operation":"APPROVE_REQUEST"');
    expect(entry.length).toBeLessThan(2_000);
  });

  test.each(['x', 'approval-01KAV5D2F8Q4T7W0Y3Z6B9E1HJ', '9'.repeat(1_000_000)])(
    'on an id that none has is refused: %#',
    async (id) => {
      const voted = await approvals.approve('nina', id);
      expect(voted).toMatchObject({ approval: null, refusal: { code: 'APPROVAL_NOT_FOUND' } });
      expect(await approvals.read('nina', id)).toBeNull();
    },
  );

  test('is stopped by a lock on the voter; a lock on the changes of all stops approvals and no rejections', async () => {
    const { id } = approvalIn(await approvals.create('alice'));
    const { lock, lift } = lockOperations(stored);
    await lock({ kind: 'PRINCIPAL', principalId: 'https://issuer.example#nina' });
    for (const vote of [approvals.approve, approvals.reject]) {
      expect(await vote('nina', id)).toMatchObject({
        refusal: { code: 'CHANGES_LOCKED' },
        approval: { state: 'PENDING' },
      });
    }
    await lift({ kind: 'PRINCIPAL', principalId: 'https://issuer.example#nina' });
    await lock({ kind: 'ALL' });
    expect((await approvals.approve('nina', id)).refusal?.code).toBe('CHANGES_LOCKED');
    expect(await approvals.reject('nina', id)).toMatchObject({ refusal: null, approval: { state: 'REJECTED' } });
  });
});

describe('break-glass', () => {
  let breakable: string;

  beforeAll(() => {
    breakable = withApprovals();
    replaceIn(
      join(breakable, 'guardrails.cedar'),
      'when { context.isOwnRequest };',
      'when { context.isOwnRequest } unless { context.hasReason && principal in PodIdentity::Group::"on-call" };',
    );
  });

  afterAll(() => rmSync(breakable, { recursive: true }));

  beforeEach(async () => {
    await gateway.close();
    gateway = await openGateway({ ledger: stored, policies: breakable });
    approvals = approvalsOf(gateway);
  });

  test('lets approvers approve a request of their own with a comment, which the approval, its entry and the decision say', async () => {
    const { id } = approvalIn(await approvals.create('aliceOnCall'));
    expect(await approvals.approve('aliceOnCall', id)).toMatchObject({ refusal: { code: 'POLICY_DENIED' } });
    const { approval, auditEntry } = await approvals.approve('aliceOnCall', id, 'Incident 7');
    const approvedBy = [{ ownRequest: true, comment: 'Incident 7' }];
    expect(approval).toMatchObject({ state: 'APPROVED', needs: [{ approvedBy }] });
    expect(auditEntry.message).toContain('a request of their own');
    const entry = await stored.getEntry(parseAuditEntryId(auditEntry.id) ?? { operationId: '', entryId: '' });
    expect(entry && eventOf(entry, null)).toMatchObject({ type: 'approval.approved', ownRequest: true });
    const created = await approvals.create('aliceOnCall');
    expect(created.status).toBe('SUCCEEDED');
    const [intent] = await stored.operationEntries(created.auditEntry.operationId);
    expect(intent?.decision?.approval?.votes).toMatchObject([{ isOwnRequest: true }]);
  });

  test('is for those whom policy lets, and no other', async () => {
    const { id } = approvalIn(await approvals.create('aliceOfSecurity'));
    const voted = await approvals.approve('aliceOfSecurity', id, 'Incident 7');
    expect(voted.refusal?.code).toBe('POLICY_DENIED');
  });
});

test('approvers are shown what the approval is bound to: conditions, declaration and whether a need is of a delete', async () => {
  const conditions = { ifExists: 'ADOPT', expectedRevision: 0, declaration: 'payments' };
  const { id } = approvalIn(await approvals.create('alice', conditions));
  const read = (of: string) => gateway.send(`query ($id: ID!) { approval(id: $id) { ${of} } }`, { id }, 'pat');
  const request = 'ifExists expectedRevision expectedModifiedAt';
  expect((await read(`declaration request { ${request} } needs { operation }`)).data).toEqual({
    approval: {
      declaration: 'payments',
      request: { ifExists: 'ADOPT', expectedRevision: 0, expectedModifiedAt: null },
      needs: [{ operation: null }],
    },
  });
});

const principalOf = (name: string) => ({
  ...({ id: `https://issuer.example#${name}`, kind: 'USER', groups: [], sessionName: null } as const),
  otherGroups: null,
});

test('a document with fifteen lists of 230 approvals asks policy once for each group and each principal that asked', async () => {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  const asked = new Map<AuthorizationRequest['action'], number>();
  const counting = (deps: Dependencies): Dependencies => ({
    ...deps,
    authorize: (context, request) => {
      asked.set(request.action, (asked.get(request.action) ?? 0) + 1);
      return deps.authorize(context, request);
    },
  });
  const gateway = await openGateway({ ledger, change: counting });
  const now = gateway.clock.now();
  const needs = [approvalNeed(), approvalNeed({ policyId: 'asks-platform', group: 'platform' })];
  for (let index = 0; index < 230; index += 1) {
    const sample = approval({ decideUntil: now + 3_600_000, binding: { ...approval().binding, needs } });
    const namespace = index % 2 === 0 ? 'payments' : 'search';
    const target = {
      ...{ ...gateway.deps.home, clusterName: 'apps-dev', namespace, serviceAccount: `api-${index}` },
    };
    const principal = principalOf(index % 3 === 0 ? 'alice' : 'pat');
    const one = { ...sample, requested: { ...sample.requested, principal, actor: null, onBehalfOf: null, target } };
    await ledger.putApproval(null, one, approvalEntry(one), null);
  }
  const aliases = Array.from({ length: 15 }, (_, index) => `a${index}: approvals(first: 10) { nodes { id } }`);
  const answered = await gateway.send<Record<string, { nodes: unknown[] }>>(`{ ${aliases.join(' ')} }`, {}, 'carol');
  expect(Object.values(answered.data ?? {}).map(({ nodes }) => nodes.length)).toEqual(aliases.map(() => 0));
  expect(Object.fromEntries(asked)).toEqual({
    // Two namespaces, and the gateway.
    ReadAuditTrail: 3,
    // Two groups, two principals that asked. No rule on votes reads the namespace or the service account.
    ApproveRequest: 2 * 2,
  });
  await gateway.close();
  ledger.close();
});
