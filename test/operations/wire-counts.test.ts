import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { readLocks } from '../../src/operations/terms/locks.ts';
import { askingFor, lastApproval, security, voteOn } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { holdAnswers } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { openBehindProxy } from '../support/fault-proxy.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { startSts, withStsAt } from '../support/sts-server.ts';
import { lockOperations } from '../support/locks.ts';

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

  test('a create makes 3 DynamoDB calls, of which one reads the locks, and 1 EKS call', async () => {
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect(dynamoDbCalls()).toEqual(['GetItem', 'TransactWriteItems', 'TransactWriteItems']);
    expect(eksCalls()).toEqual(['CreatePodIdentityAssociation']);
  });

  test('a create with expectedRevision makes as many calls, also if it is refused for it', async () => {
    expect(await gateway.create({ expectedRevision: 0 })).toMatchObject({ status: 'SUCCEEDED' });
    expect(dynamoDbCalls()).toEqual(['GetItem', 'TransactWriteItems', 'TransactWriteItems']);
    expect(eksCalls()).toEqual(['CreatePodIdentityAssociation']);
    const refused = await gateway.create({ expectedRevision: 0, clientRequestToken: 'older' });
    expect(refused).toMatchObject({ refusal: { code: 'ASSOCIATION_CHANGED' } });
    expect(dynamoDbCalls()).toEqual(['GetItem', 'TransactWriteItems', 'TransactWriteItems']);
    expect(eksCalls()).toEqual([]);
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
    expect(dynamoDbCalls()).toEqual(['BatchGetItem', 'GetItem', 'PutItem', 'Query']);
    expect(eksCalls()).toEqual([]);
  });

  test('a create with an executor role makes 3 DynamoDB calls, 1 STS call and 1 EKS call', async () => {
    const sts = await startSts();
    await withStsAt(sts.endpoint, async () => {
      const executorRoleArn = 'arn:aws:iam::111122223333:role/executor';
      const other = await openGateway({ ledger: gateway.deps.ledger, simulator: gateway.simulator, executorRoleArn });
      expect(await other.create()).toMatchObject({ status: 'SUCCEEDED' });
      await other.close();
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
    expect(dynamoDbCalls()).toEqual(['GetItem', 'TransactWriteItems', 'TransactWriteItems']);
    expect(eksCalls()).toEqual(['CreatePodIdentityAssociation']);
  });

  test('a dry run of a create makes 2 DynamoDB calls and 1 EKS call, and 2 more EKS calls for its warnings', async () => {
    const check = (fields: string) =>
      gateway.send(
        `query ($input: CreatePodIdentityAssociationInput!) { checkCreatePodIdentityAssociation(input: $input) { ${fields} } }`,
        { input },
      );
    // As a function does when it starts; otherwise the first query reads the locks once more.
    await readLocks(gateway.deps);
    dynamoDbCalls();
    await check('wouldBeAttempted');
    expect(dynamoDbCalls()).toEqual(['GetItem', 'PutItem']);
    expect(eksCalls()).toEqual(['ListPodIdentityAssociations']);
    await check('wouldBeAttempted warnings { code }');
    expect(dynamoDbCalls()).toEqual(['GetItem', 'PutItem']);
    expect(eksCalls()).toEqual(['ListPodIdentityAssociations', 'DescribeCluster', 'DescribeAddon']);
  });

  test('a denial makes 1 DynamoDB call and 0 EKS calls', async () => {
    await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api') });
    expect(dynamoDbCalls()).toEqual(['PutItem']);
    expect(eksCalls()).toEqual([]);
  });

  test('invalid input makes 1 DynamoDB call and 0 EKS calls', async () => {
    await gateway.create({ namespace: '*' });
    expect(dynamoDbCalls()).toEqual(['PutItem']);
    expect(eksCalls()).toEqual([]);
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
    const other = await openGateway({ ledger: gateway.deps.ledger, simulator: gateway.simulator });
    await readLocks(other.deps);
    dynamoDbCalls();
    for (const calls of [['GetItem'], [], []]) {
      expect(await other.send(list)).toMatchObject({ status: 200 });
      expect(dynamoDbCalls()).toEqual(calls);
    }
    await other.close();
  });

  test('a replay makes 3 DynamoDB calls and 0 EKS calls', async () => {
    await gateway.create();
    dynamoDbCalls();
    eksCalls();
    expect(await gateway.create()).toMatchObject({ replayed: true });
    expect(dynamoDbCalls()).toEqual(['GetItem', 'PutItem', 'TransactWriteItems']);
    expect(eksCalls()).toEqual([]);
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
      asking = await openGateway({ ledger: store, simulator: gateway.simulator, change: askingFor(asked) });
    });
    afterEach(() => asking.close());

    test('to ask makes 2 DynamoDB calls, to repeat it 2 reads, and to vote 2', async () => {
      await asking.create();
      expect(dynamoDbCalls()).toEqual(['TransactGetItems', 'TransactWriteItems']);
      await asking.create();
      expect(dynamoDbCalls()).toEqual(['Query', 'TransactGetItems']);
      const { key } = await lastApproval(store, asking);
      dynamoDbCalls();
      const approval = await store.getApproval(key);
      if (approval) await voteOn(asking, store, approval);
      expect(dynamoDbCalls()).toEqual(['GetItem', 'TransactWriteItems']);
      expect(eksCalls()).toEqual([]);
    });

    test('to execute makes 1 read more, and a replay 1 read in place of a write', async () => {
      await asking.create();
      await voteOn(asking, store, await lastApproval(store, asking));
      dynamoDbCalls();
      expect(await asking.create()).toMatchObject({ status: 'SUCCEEDED' });
      expect(dynamoDbCalls()).toEqual(['GetItem', 'TransactGetItems', 'TransactWriteItems', 'TransactWriteItems']);
      expect(await asking.create()).toMatchObject({ replayed: true });
      expect(dynamoDbCalls()).toEqual(['GetItem', 'PutItem', 'TransactGetItems']);
      expect(eksCalls()).toEqual(['CreatePodIdentityAssociation']);
    });

    test('to find that a vote does not count any more makes 2 reads, 1 write and the 2 reads of a repetition', async () => {
      await asking.create();
      await voteOn(asking, store, await lastApproval(store, asking));
      asked.deniedVoters = ['bob'];
      dynamoDbCalls();
      expect(await asking.create()).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED' } });
      expect(dynamoDbCalls()).toEqual([
        ...['GetItem', 'Query', 'TransactGetItems', 'TransactGetItems', 'TransactWriteItems'],
      ]);
      expect(eksCalls()).toEqual([]);
    });
  });

  test('an adoption makes 3 DynamoDB calls and 1 EKS call, and its replay 4 DynamoDB calls and 1 EKS call', async () => {
    const place = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'other' };
    const { associationId } = gateway.simulator.control.createAssociation({ ...place, roleArn: input.roleArn });
    const request = { associationId, clientRequestToken: 'adopt' };
    expect(await gateway.adopt(request)).toMatchObject({ status: 'SUCCEEDED' });
    expect(dynamoDbCalls()).toEqual(['GetItem', 'GetItem', 'TransactWriteItems']);
    expect(eksCalls()).toEqual(['DescribePodIdentityAssociation']);
    expect(await gateway.adopt(request)).toMatchObject({ replayed: true });
    expect(dynamoDbCalls()).toEqual(['GetItem', 'GetItem', 'PutItem', 'TransactWriteItems']);
    expect(eksCalls()).toEqual(['DescribePodIdentityAssociation']);
  });

  test('a create that adopts makes 4 DynamoDB calls and 2 EKS calls, one that is refused 3 and 2', async () => {
    const { clusterName, namespace, roleArn } = input;
    const tags = { team: 'payments' };
    gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount: 'other', roleArn, tags });
    const request = { serviceAccount: 'other', ifExists: 'ADOPT' };
    expect(await gateway.create(request, 'pat')).toMatchObject({ status: 'SUCCEEDED' });
    expect(dynamoDbCalls()).toEqual(['GetItem', 'GetItem', 'TransactWriteItems', 'TransactWriteItems']);
    expect(eksCalls()).toEqual(['CreatePodIdentityAssociation', 'DescribePodIdentityAssociation']);
    expect(await gateway.create(request)).toMatchObject({ refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' } });
    expect(dynamoDbCalls()).toEqual(['GetItem', 'TransactWriteItems', 'TransactWriteItems']);
    expect(eksCalls()).toEqual(['CreatePodIdentityAssociation', 'DescribePodIdentityAssociation']);
  });

  test('a request whose token is leased by another request makes 3 DynamoDB calls and 0 EKS calls', async () => {
    const { change, sent, release } = holdAnswers();
    const other = await openGateway({ ledger: gateway.deps.ledger, simulator: gateway.simulator, change });
    const first = other.create();
    await sent;
    dynamoDbCalls();
    eksCalls();
    expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'CONTENDED' } });
    expect(dynamoDbCalls()).toEqual(['GetItem', 'PutItem', 'TransactWriteItems']);
    expect(eksCalls()).toEqual([]);
    release();
    expect(await first).toMatchObject({ status: 'SUCCEEDED' });
    await other.close();
  });

  test('a conflict with an existing association makes 3 DynamoDB calls and 2 EKS calls', async () => {
    await gateway.create();
    dynamoDbCalls();
    eksCalls();
    await gateway.create({ clientRequestToken: 'second' });
    expect(dynamoDbCalls()).toEqual(['GetItem', 'TransactWriteItems', 'TransactWriteItems']);
    expect(eksCalls()).toEqual(['CreatePodIdentityAssociation', 'DescribePodIdentityAssociation']);
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
