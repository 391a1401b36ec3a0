// Quick test: test/outages/keys.test.ts.
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { createDocument } from '../support/documents.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { home, input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { dynamoDbClient, dynamoDbEndpoint, openTables } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { openStack, realReconciliation, realRequests } from './outage.ts';
import { linesSelectedBy } from '../support/runbook.ts';

const list = 'query Mine { podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { id } } }';
const place = { accountId: home.accountId, clusterName: 'apps-dev' };
const create = (gateway: Gateway, name: string) => () =>
  gateway.send(createDocument, { input: { ...input, serviceAccount: name, clientRequestToken: name } });

describe('in an account that EKS throttles', () => {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway({ ledger });
  });
  afterAll(async () => {
    await gateway.close();
    ledger.close();
  });

  test('the alarm on throttles rings, the log names account and principal, and a lock stops the cause', async () => {
    const reconciler = await realReconciliation(gateway);
    const { control } = gateway.simulator;
    control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'throttle', times: 3 });
    control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'throttle' });
    const throttled = await realRequests(gateway, [() => gateway.send(list), create(gateway, 'one')]);
    expect(throttled.map(({ status }) => status)).toEqual([200, 200]);
    const stack = openStack();
    stack.play(20, { reconciler });
    expect(stack.play(60, { reconciler, requests: throttled })).toEqual({
      EksThrottlesAlarm: 13,
      FailingChangesAlarm: 3,
    });

    const logged = throttled.map(({ line }) => line);
    expect(linesSelectedBy('## Throttles', logged, 1)).toEqual([
      expect.objectContaining({ ...place, code: 'EKS_READ_FAILED', eksThrottles: 3 }),
      expect.objectContaining({ ...place, code: 'THROTTLED', eksThrottles: 1 }),
    ]);
    const [cause] = linesSelectedBy('## Throttles', logged, 2);
    expect(cause).toMatchObject({ ...place, operationName: 'Mine' });

    const principalId = String(cause?.principalId);
    await lockOperations(ledger).lock({ kind: 'PRINCIPAL', principalId }, 'A script in a loop.');
    const before = gateway.sent();
    expect((await gateway.create({ serviceAccount: 'two', clientRequestToken: 'two' })).refusal?.code).toBe(
      'CHANGES_LOCKED',
    );
    expect(gateway.sent()).toBe(before);
  });
});

describeOnDynamoDb('with a table that DynamoDB throttles', () => {
  test('changes fail, the alarms ring, and the log names the exception and who sends most', async () => {
    const tables = await openTables();
    const proxy = await startFaultProxy(dynamoDbEndpoint ?? '');
    const ledger = makeDynamoDbLedger({ client: dynamoDbClient({ endpoint: proxy.endpoint }), ...tables.names });
    const gateway = await openGateway({ ledger });
    const reconciler = await realReconciliation(gateway);
    const [good] = await realRequests(gateway, [create(gateway, 'before')]);
    proxy.faults.push(
      ...Array.from({ length: 40 }, () => ({ kind: 'answer', exception: 'ThrottlingException' }) as const),
    );
    const [failed] = await realRequests(gateway, [create(gateway, 'during')]);
    proxy.faults.splice(0);
    const [retried] = await realRequests(gateway, [create(gateway, 'during')]);
    await gateway.close();
    ledger.close();
    await proxy.stop();
    await tables.close();

    expect(failed?.line).toMatchObject({
      fields: {
        ...place,
        code: 'LEDGER_UNAVAILABLE',
        detail: expect.stringContaining('ThrottlingException') as string,
      },
    });
    expect(retried?.line).toMatchObject({ fields: { outcome: 'SUCCEEDED' } });
    const stack = openStack();
    stack.play(20, { reconciler });
    const metrics = [
      {
        namespace: 'AWS/DynamoDB',
        name: 'WriteThrottleEvents',
        dimensions: { TableName: 'AuditTable', GlobalSecondaryIndexName: 'byCluster' },
        value: 2,
      },
    ];
    const requests = [good, failed].filter((request) => request !== undefined);
    expect(stack.play(30, { reconciler, requests, metrics })).toEqual({
      FailingChangesAlarm: 2,
      LedgerWriteThrottlesAlarm: 1,
      LoggedErrorsAlarm: 1,
    });
    const [line] = linesSelectedBy('## Throttles', [failed?.line], 3);
    expect(line).toMatchObject({ ...place, principalId: 'https://issuer.example#alice' });
  });
});
