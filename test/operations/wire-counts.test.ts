import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { readLocks } from '../../src/operations/terms/locks.ts';
import { measureMeteredRequestCosts, measureRequestCosts } from '../../bench/request-units.ts';
import type { RequestCost } from '../../bench/request-units.ts';
import { askingFor, lastApproval, security, voteOn } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { holdAnswers, readLagMs } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { openBehindProxy } from '../support/fault-proxy.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { input, openBeside, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { dynamoDbEndpoint } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { startSts, withStsAt } from '../support/sts-server.ts';

describeOnDynamoDb('network calls', () => {
  let proxy: FaultProxy;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, proxy } = opened), { open: openBehindProxy });

  /** In alphabetical order, because two of them run at the same time. */
  const dynamoDbCalls = () =>
    proxy.seen
      .splice(0)
      .map(({ operation }) => operation)
      .sort();
  const eksCalls = () => {
    const operations = gateway.simulator.control.requests().map(({ operation }) => operation);
    gateway.simulator.control.clearRequests();
    return operations;
  };
  /** The calls since the last comparison. */
  const expectCalls = (dynamoDb: readonly string[], eks: readonly string[]) =>
    expect({ dynamoDb: dynamoDbCalls(), eks: eksCalls() }).toEqual({ dynamoDb, eks });
  const forgetCalls = () => {
    dynamoDbCalls();
    eksCalls();
  };

  test('a create makes 3 DynamoDB calls, of which one reads the locks, and 1 EKS call', async () => {
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expectCalls(['GetItem', 'TransactWriteItems', 'TransactWriteItems'], ['CreatePodIdentityAssociation']);
  });

  test('a create with expectedRevision makes as many calls, also if it is refused for it', async () => {
    expect(await gateway.create({ expectedRevision: 0 })).toMatchObject({ status: 'SUCCEEDED' });
    expectCalls(['GetItem', 'TransactWriteItems', 'TransactWriteItems'], ['CreatePodIdentityAssociation']);
    const refused = await gateway.create({ expectedRevision: 0, clientRequestToken: 'older' });
    expect(refused).toMatchObject({ refusal: { code: 'ASSOCIATION_CHANGED' } });
    expectCalls(['GetItem', 'TransactWriteItems', 'TransactWriteItems'], []);
  });

  test('a desired state that needs no change makes 2 DynamoDB calls, which read the state, and 2 EKS calls, and no write', async () => {
    await gateway.create({ declaration: 'app' });
    gateway.clock.skip(readLagMs);
    // A process reads the locks for its reads once in some seconds.
    await readLocks(gateway.deps);
    forgetCalls();
    expect(await gateway.ensure()).toMatchObject({ change: 'NONE', isSettled: true });
    expectCalls(['GetItem', 'GetItem'], ['ListPodIdentityAssociations', 'DescribePodIdentityAssociation']);
  });

  test('a desired state reads the state, lists and describes before the calls of its change', async () => {
    expect(await gateway.ensure()).toMatchObject({ change: 'CREATE' });
    const ofCreate = ['GetItem', 'TransactWriteItems', 'TransactWriteItems'];
    expectCalls(['GetItem', ...ofCreate], ['ListPodIdentityAssociations', 'CreatePodIdentityAssociation']);
  });

  test('a check of 100 changes makes 3 DynamoDB calls, and 1 more for each cluster with named associations, and 0 EKS calls', async () => {
    await readLocks(gateway.deps);
    dynamoDbCalls();
    const { clientRequestToken: _, ...create } = input;
    const creates = Array.from({ length: 99 }, (__, index) => ({ create: { ...create, serviceAccount: `s${index}` } }));
    const remove = { delete: { clusterName: input.clusterName, associationId: 'a-00000000000000000' } };
    const check = (changes: readonly object[]) =>
      gateway.send(
        'query ($input: CheckPodIdentityAssociationsInput!) { checkPodIdentityAssociations(input: $input) { results { revision } } }',
        { input: { changes } },
      );
    await check(creates);
    expect(dynamoDbCalls()).toEqual(['BatchGetItem', 'GetItem', 'PutItem']);
    await check([...creates, remove]);
    expectCalls(['BatchGetItem', 'GetItem', 'PutItem', 'Query'], []);
  });

  test('a change of tags makes 4 DynamoDB calls, of which one reads the known tags, and 2 EKS calls', async () => {
    const { association } = await gateway.create();
    forgetCalls();
    const associationId = association?.associationId;
    const calls = ['GetItem', 'GetItem', 'TransactWriteItems', 'TransactWriteItems'];
    expect(await gateway.tag({ associationId, tags: [{ key: 'cost-center', value: '42' }] })).toMatchObject({
      status: 'SUCCEEDED',
    });
    expectCalls(calls, ['DescribePodIdentityAssociation', 'TagResource']);
    expect(await gateway.untag({ associationId, tagKeys: ['cost-center'] })).toMatchObject({ status: 'SUCCEEDED' });
    expectCalls(calls, ['DescribePodIdentityAssociation', 'UntagResource']);
  });

  test('a create with an executor role makes 3 DynamoDB calls, 1 STS call and 1 EKS call', async () => {
    const sts = await startSts();
    await withStsAt(sts.endpoint, async () => {
      const executorRoleArn = 'arn:aws:iam::111122223333:role/executor';
      const other = await openBeside(gateway, { executorRoleArn });
      expect(await other.create()).toMatchObject({ status: 'SUCCEEDED' });
    });
    await sts.stop();
    expect(dynamoDbCalls()).toEqual(['GetItem', 'TransactWriteItems', 'TransactWriteItems']);
    expect(sts.seen).toHaveLength(1);
    expect(eksCalls()).toEqual(['CreatePodIdentityAssociation']);
  });

  test('a create with warnings makes 3 DynamoDB calls and 1 EKS call', async () => {
    await gateway.send(
      'mutation ($input: CreatePodIdentityAssociationInput!) { createPodIdentityAssociation(input: $input) { warnings { code } } }',
      { input },
    );
    expectCalls(['GetItem', 'TransactWriteItems', 'TransactWriteItems'], ['CreatePodIdentityAssociation']);
  });

  test('a dry run of a create makes 2 DynamoDB calls and 1 EKS call, and 1 and 2 more for its warnings', async () => {
    const check = (fields: string) =>
      gateway.send(
        `query ($input: CreatePodIdentityAssociationInput!) { checkCreatePodIdentityAssociation(input: $input) { ${fields} } }`,
        { input },
      );
    // As a function does when it starts; otherwise the first query reads the locks once more.
    await readLocks(gateway.deps);
    dynamoDbCalls();
    await check('wouldBeAttempted');
    expectCalls(['GetItem', 'PutItem'], ['ListPodIdentityAssociations']);
    await check('wouldBeAttempted warnings { code }');
    expectCalls(['GetItem', 'GetItem', 'PutItem'], ['ListPodIdentityAssociations', 'DescribeCluster', 'DescribeAddon']);
  });

  test('a denial makes 1 DynamoDB call and 0 EKS calls', async () => {
    await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api') });
    expectCalls(['PutItem'], []);
  });

  test('invalid input makes 1 DynamoDB call and 0 EKS calls', async () => {
    await gateway.create({ namespace: '*' });
    expectCalls(['PutItem'], []);
  });

  test('a locked create makes 3 DynamoDB calls and 0 EKS calls, before and after the process knows of the lock', async () => {
    await lockOperations(gateway.deps.ledger).lock({ kind: 'ALL' });
    dynamoDbCalls();
    for (const calls of [
      ['GetItem', 'TransactWriteItems', 'TransactWriteItems'],
      ['GetItem', 'GetItem', 'PutItem'],
    ]) {
      expect(await gateway.create()).toMatchObject({ refusal: { code: 'CHANGES_LOCKED' } });
      expect(dynamoDbCalls()).toEqual(calls);
    }
    expect(eksCalls()).toEqual([]);
  });

  test('lists make 1 DynamoDB call in ten seconds, which reads the locks, and 1 EKS call each', async () => {
    const list =
      '{ podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { associationId } } }';
    for (const _ of [1, 2, 3]) expect(await gateway.send(list)).toMatchObject({ status: 200 });
    expect(dynamoDbCalls()).toEqual(['GetItem']);
    expect(eksCalls()).toEqual(Array.from({ length: 3 }, () => 'ListPodIdentityAssociations'));
    await gateway.create();
    // The first page with a cursor reads the keys of cursors.
    await gateway.send(list);
    dynamoDbCalls();
    gateway.clock.skip(9_000);
    await gateway.send(list);
    expect(dynamoDbCalls()).toEqual([]);
  });

  test('the first page of a process makes 1 DynamoDB call more, and the first one of all 2, for the keys of cursors', async () => {
    const list = '{ clusters { pageInfo { endCursor } } }';
    await readLocks(gateway.deps);
    dynamoDbCalls();
    for (const calls of [['GetItem', 'TransactWriteItems'], []]) {
      expect(await gateway.send(list)).toMatchObject({ status: 200 });
      expect(dynamoDbCalls()).toEqual(calls);
    }
    const other = await openBeside(gateway);
    await readLocks(other.deps);
    dynamoDbCalls();
    for (const calls of [['GetItem'], [], []]) {
      expect(await other.send(list)).toMatchObject({ status: 200 });
      expect(dynamoDbCalls()).toEqual(calls);
    }
  });

  test('a replay makes 3 DynamoDB calls and 0 EKS calls', async () => {
    await gateway.create();
    forgetCalls();
    expect(await gateway.create()).toMatchObject({ replayed: true });
    expectCalls(['GetItem', 'PutItem', 'TransactWriteItems'], []);
  });

  test('an expiry of an existing association costs one read more, and one that is cleared or kept none', async () => {
    const created = await gateway.create();
    const { associationId = '' } = created.association ?? {};
    await readLocks(gateway.deps);
    dynamoDbCalls();
    const expiresAt = new Date(gateway.clock.now() + 3_600_000).toISOString();
    const update = (fields: object) =>
      gateway.update({ associationId, clientRequestToken: JSON.stringify(fields), ...fields });
    const [alone, changing] = [
      ['GetItem', 'TransactWriteItems'],
      ['GetItem', 'TransactWriteItems', 'TransactWriteItems'],
    ];
    for (const [fields, calls] of [
      [{ expiresAt }, ['GetItem', ...alone]],
      [{ expiresAt, roleArn: roleArn('payments/payments-worker') }, ['GetItem', ...changing]],
      [{ expiresAt: null }, alone],
      [{ roleArn: input.roleArn }, changing],
    ] as const) {
      expect(await update(fields)).toMatchObject({ status: 'SUCCEEDED' });
      expect(dynamoDbCalls()).toEqual(calls);
    }
  });

  describe('where policy asks for an approval', () => {
    const asked: Asked = { needs: [security] };
    let asking: Gateway;
    let store: ApprovalStore & Ledger;

    beforeEach(async () => {
      store = gateway.deps.ledger as typeof store;
      asking = await openBeside(gateway, { ledger: store, change: askingFor(asked) });
    });
    afterEach(() => asking.close());

    test('to ask makes 3 DynamoDB calls and 1 EKS call, to repeat it 2 reads, and to vote 2', async () => {
      await asking.create();
      expectCalls(['GetItem', 'TransactGetItems', 'TransactWriteItems'], ['ListPodIdentityAssociations']);
      await asking.create();
      expect(dynamoDbCalls()).toEqual(['Query', 'TransactGetItems']);
      const { key } = await lastApproval(store, asking);
      dynamoDbCalls();
      const approval = await store.getApproval(key);
      if (approval) await voteOn(asking, store, approval);
      expectCalls(['GetItem', 'TransactWriteItems'], []);
    });

    test('to execute makes 1 read more, and a replay 1 read in place of a write', async () => {
      await asking.create();
      await voteOn(asking, store, await lastApproval(store, asking));
      forgetCalls();
      expect(await asking.create()).toMatchObject({ status: 'SUCCEEDED' });
      expect(dynamoDbCalls()).toEqual(['GetItem', 'TransactGetItems', 'TransactWriteItems', 'TransactWriteItems']);
      expect(await asking.create()).toMatchObject({ replayed: true });
      expectCalls(['GetItem', 'PutItem', 'TransactGetItems'], ['CreatePodIdentityAssociation']);
    });

    test('to find that a vote does not count any more makes 2 reads, 1 write and the 2 reads of a repetition', async () => {
      await asking.create();
      await voteOn(asking, store, await lastApproval(store, asking));
      asked.deniedVoters = ['bob'];
      forgetCalls();
      expect(await asking.create()).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED' } });
      expectCalls([...['GetItem', 'Query', 'TransactGetItems', 'TransactGetItems', 'TransactWriteItems']], []);
    });
  });

  test('an adoption makes 3 DynamoDB calls and 1 EKS call, and its replay 4 DynamoDB calls and 1 EKS call', async () => {
    const place = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'other' };
    const { associationId } = gateway.simulator.control.createAssociation({ ...place, roleArn: input.roleArn });
    const request = { associationId, clientRequestToken: 'adopt' };
    expect(await gateway.adopt(request)).toMatchObject({ status: 'SUCCEEDED' });
    expectCalls(['GetItem', 'GetItem', 'TransactWriteItems'], ['DescribePodIdentityAssociation']);
    expect(await gateway.adopt(request)).toMatchObject({ replayed: true });
    expectCalls(['GetItem', 'GetItem', 'PutItem', 'TransactWriteItems'], ['DescribePodIdentityAssociation']);
  });

  test('a create that adopts makes 4 DynamoDB calls and 2 EKS calls, one that is refused 3 and 2', async () => {
    const { clusterName, namespace, roleArn } = input;
    const tags = { team: 'payments' };
    gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount: 'other', roleArn, tags });
    const request = { serviceAccount: 'other', ifExists: 'ADOPT' };
    expect(await gateway.create(request, 'pat')).toMatchObject({ status: 'SUCCEEDED' });
    expectCalls(
      ['GetItem', 'GetItem', 'TransactWriteItems', 'TransactWriteItems'],
      ['CreatePodIdentityAssociation', 'DescribePodIdentityAssociation'],
    );
    expect(await gateway.create(request)).toMatchObject({ refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' } });
    expectCalls(
      ['GetItem', 'TransactWriteItems', 'TransactWriteItems'],
      ['CreatePodIdentityAssociation', 'DescribePodIdentityAssociation'],
    );
  });

  test('a request whose token is leased by another request makes 3 DynamoDB calls and 0 EKS calls', async () => {
    const { change, sent, release } = holdAnswers();
    const other = await openBeside(gateway, { change });
    const first = other.create();
    await sent;
    forgetCalls();
    expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'CONTENDED' } });
    expectCalls(['GetItem', 'PutItem', 'TransactWriteItems'], []);
    release();
    expect(await first).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('a conflict with an existing association makes 3 DynamoDB calls and 2 EKS calls', async () => {
    await gateway.create();
    forgetCalls();
    await gateway.create({ clientRequestToken: 'second' });
    expectCalls(
      ['GetItem', 'TransactWriteItems', 'TransactWriteItems'],
      ['CreatePodIdentityAssociation', 'DescribePodIdentityAssociation'],
    );
  });

  test('a request fails with LEDGER_UNAVAILABLE and 0 EKS calls when DynamoDB does not accept the INTENT', async () => {
    proxy.faults.push(
      { kind: 'answer', exception: 'InternalServerError' },
      ...Array.from({ length: 40 }, () => ({
        kind: 'answer' as const,
        exception: 'ThrottlingException',
      })),
    );
    const { status, data, errors } = await gateway.send(
      'mutation ($input: CreatePodIdentityAssociationInput!) { createPodIdentityAssociation(input: $input) { status } }',
      {
        input: {
          clusterName: 'apps-dev',
          namespace: 'payments',
          serviceAccount: 'api',
          roleArn: roleArn('payments/payments-api'),
          tags: [{ key: 'team', value: 'payments' }],
        },
      },
    );
    expect({ status, data }).toEqual({ status: 200, data: null });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(eksCalls()).toEqual([]);
  });

  test('a create succeeds with 1 EKS call when the response to a DynamoDB write is lost', async () => {
    proxy.faults.push({ kind: 'lost-answer' });
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect(eksCalls()).toEqual(['CreatePodIdentityAssociation']);
  });
});

/** The most units of each outcome. Raise one only with a reason: create, update and delete are most of what a deployment costs. */
const budgets: Readonly<Record<string, Pick<RequestCost, 'tableUnits' | 'indexUnits' | 'readUnits'>>> = {
  create: { tableUnits: 24, indexUnits: 39, readUnits: 1 },
  'create, replayed': { tableUnits: 13, indexUnits: 6, readUnits: 1 },
  // Its state takes more than 1 KB while the create is in progress, with the keys of records.
  'create, conflict': { tableUnits: 26, indexUnits: 37, readUnits: 1 },
  'create, denied': { tableUnits: 3, indexUnits: 9, readUnits: 0 },
  'create, invalid': { tableUnits: 2, indexUnits: 4, readUnits: 0 },
  'dry run of a create': { tableUnits: 3, indexUnits: 6, readUnits: 1 },
  // With personal data, entries of requests with a reason take more than 1 KB, as do their copies in indexes.
  update: { tableUnits: 30, indexUnits: 54, readUnits: 1 },
  'check of a create and a delete': { tableUnits: 2, indexUnits: 4, readUnits: 2 },
  'associations of the cluster, the first page of a deployment': { tableUnits: 2, indexUnits: 0, readUnits: 2 },
  'associations of the cluster': { tableUnits: 0, indexUnits: 0, readUnits: 1 },
  'audit trail of the namespace': { tableUnits: 0, indexUnits: 0, readUnits: 2.5 },
  delete: { tableUnits: 26, indexUnits: 46, readUnits: 1 },
  'an association that a scan sees first': { tableUnits: 4, indexUnits: 3, readUnits: 1 },
  'an association that a scan reads again': { tableUnits: 1, indexUnits: 1, readUnits: 1 },
};

describeOnDynamoDb('units of DynamoDB', () => {
  let costs: readonly RequestCost[];
  beforeAll(async () => {
    ({ requests: costs } = await measureRequestCosts(dynamoDbEndpoint ?? ''));
  });

  test('every measured request has a budget', () => {
    expect(costs.map(({ request }) => request)).toEqual(Object.keys(budgets));
  });

  test.each(Object.entries(budgets))('a request keeps its budget: %s', (request, budget) => {
    const cost = costs.find((one) => one.request === request);
    for (const kind of ['tableUnits', 'indexUnits', 'readUnits'] as const) {
      expect({ kind, isWithinBudget: (cost?.[kind] ?? NaN) <= budget[kind], units: cost?.[kind] }).toMatchObject({
        isWithinBudget: true,
      });
    }
  });

  test('the sizes of items tell these write units to one or an eighth, for the benchmark of a fleet', async () => {
    for (const { request, dynamoDbCalls, tableUnits, indexUnits } of await measureMeteredRequestCosts()) {
      const cost = costs.find((one) => one.request === request);
      const counted = (cost?.tableUnits ?? NaN) + (cost?.indexUnits ?? NaN);
      const isClose = Math.abs(tableUnits + indexUnits - counted) <= Math.max(1, counted / 8);
      expect({ request, dynamoDbCalls, isClose }).toEqual({
        request,
        dynamoDbCalls: cost?.dynamoDbCalls,
        isClose: true,
      });
    }
  });
});
