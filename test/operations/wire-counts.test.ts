import { setTimeout as sleep } from 'node:timers/promises';
import { createDynamoDbLedger } from '../../src/ledger/dynamodb.ts';
import { openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { dynamoDbClient, dynamoDbEndpoint, openTables } from '../support/ledgers.ts';

type Proxy = Awaited<ReturnType<typeof startFaultProxy>>;

describeOnDynamoDb('calls on the wire', () => {
  let proxy: Proxy;
  let gateway: Gateway;
  let closeAll: () => Promise<void>;

  beforeEach(async () => {
    const tables = await openTables();
    proxy = await startFaultProxy(dynamoDbEndpoint ?? '');
    const ledger = createDynamoDbLedger({ client: dynamoDbClient({ endpoint: proxy.endpoint }), ...tables.names });
    gateway = await openGateway({ ledger });
    closeAll = async () => {
      await gateway.close();
      ledger.close();
      await proxy.stop();
      await tables.close();
    };
  });

  afterEach(() => closeAll());

  const dynamoDbCalls = () => proxy.seen.splice(0).map(({ operation }) => operation);
  const eksCalls = () => {
    const operations = gateway.simulator.control.requests().map(({ operation }) => operation);
    gateway.simulator.control.clearRequests();
    return operations;
  };

  test('a create makes two of DynamoDB and one of EKS', async () => {
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect(dynamoDbCalls()).toEqual(['TransactWriteItems', 'TransactWriteItems']);
    expect(eksCalls()).toEqual(['CreatePodIdentityAssociation']);
  });

  test('a denial makes one of DynamoDB and none of EKS', async () => {
    await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api') });
    expect(dynamoDbCalls()).toEqual(['PutItem']);
    expect(eksCalls()).toEqual([]);
  });

  test('invalid input makes one of DynamoDB and none of EKS', async () => {
    await gateway.create({ namespace: '*' });
    expect(dynamoDbCalls()).toEqual(['PutItem']);
    expect(eksCalls()).toEqual([]);
  });

  test('a replay makes two of DynamoDB and none of EKS', async () => {
    await gateway.create();
    dynamoDbCalls();
    eksCalls();
    expect(await gateway.create()).toMatchObject({ replayed: true });
    expect(dynamoDbCalls()).toEqual(['TransactWriteItems', 'PutItem']);
    expect(eksCalls()).toEqual([]);
  });

  test('a request that meets another one at work makes two of DynamoDB and none of EKS', async () => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'delay', delayMs: 1_000 });
    const first = gateway.create();
    while (eksCalls().length === 0) await sleep(20);
    dynamoDbCalls();
    expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'CONTENDED' } });
    expect(dynamoDbCalls()).toEqual(['TransactWriteItems', 'PutItem']);
    expect(eksCalls()).toEqual([]);
    expect(await first).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('an association in the way is looked at once', async () => {
    await gateway.create();
    dynamoDbCalls();
    eksCalls();
    await gateway.create({ clientRequestToken: 'second' });
    expect(dynamoDbCalls()).toEqual(['TransactWriteItems', 'TransactWriteItems']);
    expect(eksCalls()).toEqual(['CreatePodIdentityAssociation', 'DescribePodIdentityAssociation']);
  });

  test('a DynamoDB that says nothing before the intent: an error with a code, and none of EKS', async () => {
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
  }, 30_000);

  test('an answer of DynamoDB that is lost after it was written changes nothing for the caller', async () => {
    proxy.faults.push({ kind: 'lost-answer' });
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    expect(eksCalls()).toEqual(['CreatePodIdentityAssociation']);
  });
});
