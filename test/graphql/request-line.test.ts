import { makeDynamoDbLedger } from '../../src/ledger/dynamodb.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { dynamoDbClient, dynamoDbEndpoint, openTables } from '../support/ledgers.ts';

describeOnDynamoDb('the line of a request in the log', () => {
  let proxy: Awaited<ReturnType<typeof startFaultProxy>>;
  let gateway: Gateway;
  let closeAll: () => Promise<void>;

  beforeEach(async () => {
    const tables = await openTables();
    proxy = await startFaultProxy(dynamoDbEndpoint ?? '');
    const ledger = makeDynamoDbLedger({ client: dynamoDbClient({ endpoint: proxy.endpoint }), ...tables.names });
    gateway = await openGateway({ ledger });
    closeAll = async () => {
      await gateway.close();
      ledger.close();
      await proxy.stop();
      await tables.close();
    };
  });

  afterEach(() => closeAll());

  /** The lines since the last call. */
  const lines = () => gateway.logged.splice(0).map(({ level, message, fields }) => ({ level, message, ...fields }));
  const eksRequestIds = () => gateway.simulator.control.requests().map(({ requestId }) => requestId);
  const dynamoDbAttempts = () => proxy.seen.splice(0).length;

  test('of a create is the only one, and names its operation, its calls and where their time was spent', async () => {
    const { auditEntry } = await gateway.create();
    expect(lines()).toEqual([
      expect.objectContaining({
        message: 'Request answered.',
        outcome: 'SUCCEEDED',
        operationId: auditEntry.operationId,
        policySetHash: gateway.deps.about.policySetHash,
        inventoryHash: gateway.deps.about.inventoryHash,
        dynamoDbCalls: dynamoDbAttempts(),
        dynamoDbMs: expect.any(Number),
        dynamoDbSlowestMs: expect.any(Number),
        eksCalls: 1,
        eksMs: expect.any(Number),
        eksRequestIds: eksRequestIds(),
        policyMs: expect.any(Number),
        durationMs: expect.any(Number),
        requests: 1,
      }),
    ]);
  });

  test('of a replay and of a take-over says so', async () => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    await gateway.create();
    await gateway.create();
    await gateway.create();
    const [first, takeOver, replay] = lines();
    expect(first).toMatchObject({ outcome: 'UNKNOWN' });
    expect(first).not.toHaveProperty('takeOvers');
    expect(takeOver).toMatchObject({ outcome: 'SUCCEEDED', takeOvers: 1 });
    expect(takeOver).not.toHaveProperty('replays');
    expect(replay).toMatchObject({ outcome: 'REPLAYED', replays: 1 });
    expect(replay).not.toHaveProperty('takeOvers');
    expect(replay).not.toHaveProperty('eksCalls');
  });

  test('counts attempts at the wire, and which of them were throttled', async () => {
    proxy.faults.push({ kind: 'answer', exception: 'ThrottlingException' });
    await gateway.create();
    const [line] = lines();
    expect(line).toMatchObject({ outcome: 'SUCCEEDED', dynamoDbCalls: dynamoDbAttempts(), dynamoDbThrottles: 1 });

    gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'throttle', times: 2 });
    const query = '{ podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { id } } }';
    await gateway.send(query);
    expect(lines()).toEqual([
      expect.objectContaining({
        outcome: 'ANSWERED',
        eksCalls: 3,
        eksThrottles: 2,
        eksRequestIds: eksRequestIds().slice(-3),
      }),
    ]);
  });

  test('of a change that EKS throttles counts it', async () => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'throttle' });
    await gateway.create();
    expect(lines()).toEqual([expect.objectContaining({ level: 'info', code: 'THROTTLED', eksThrottles: 1 })]);
  });

  test('warns with the message of EKS when the gateway lacks a permission', async () => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'access-denied' });
    const { refusal } = await gateway.create();
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'warn', code: 'GATEWAY_ACCESS_DENIED', detail: refusal?.message }),
    ]);
  });

  test('has the result of a mutation also when its answer has an error', async () => {
    gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'access-denied' });
    await gateway.send(
      'mutation ($input: CreatePodIdentityAssociationInput!) { createPodIdentityAssociation(input: $input) { auditEntry { association { id } } } }',
      { input },
    );
    expect(lines()).toEqual([
      expect.objectContaining({
        outcome: 'FAILED',
        code: 'EKS_READ_FAILED',
        operationId: expect.any(String),
        result: 'SUCCEEDED',
      }),
    ]);
  });

  test('counts what goes beyond the limits of a request and of a principal', async () => {
    await gateway.close();
    const requestLimits = { burst: 1, perSecond: 0.001 };
    gateway = await openGateway({ ledger: gateway.deps.ledger, requestLimits });
    const trail = 'auditTrail(scope: { gateway: ALL_ENTRIES }, events: [DENIED], first: 1) { nodes { id } }';
    const trails = Array.from({ length: 11 }, (_, index) => `t${index}: ${trail}`);
    await gateway.send(`{ ${trails.join(' ')} }`, {}, 'olivia');
    await gateway.send('{ viewer { id } }', {}, 'olivia');
    expect(lines()).toEqual([
      expect.objectContaining({ code: 'BAD_USER_INPUT', budgetRefusals: 1 }),
      expect.objectContaining({ code: 'RATE_LIMITED', budgetRefusals: 1, status: 429 }),
    ]);
  });

  test('counts drift', async () => {
    const place = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev', namespace: 'payments' };
    gateway.simulator.control.createAssociation({ ...place, serviceAccount: 'other', roleArn: input.roleArn });
    await gateway.send(
      '{ associationDrift(clusterName: "apps-dev", namespace: "payments") { nodes { kind } } }',
      {},
      'olivia',
    );
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'warn', message: 'Drift found.', count: 1 }),
      expect.objectContaining({ message: 'Request answered.', driftFound: 1 }),
    ]);
  });
});
