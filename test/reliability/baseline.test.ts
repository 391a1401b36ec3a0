import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import type { Context as LambdaContext } from 'aws-lambda';
import { readBaseline } from '../../bench/baseline/facts.ts';
import { createBaseline } from '../../bench/baseline/handler.ts';
import { createBaselineTables } from '../../bench/baseline/tables.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { createDocument, deleteDocument, updateDocument } from '../support/documents.ts';
import type { Payload } from '../support/documents.ts';
import { home, input, openSimulator, roleArn } from '../support/gateway.ts';
import { jwtEvent } from '../support/lambda-event.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { dynamoDbClient, dynamoDbEndpoint } from '../support/ledgers.ts';

const policies = loadPolicy(join(import.meta.dirname, '..', '..', 'policies'));
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const lambda = { getRemainingTimeInMillis: () => 30_000 } as LambdaContext;
const serviceAccount = `${input.clusterName}/${input.namespace}/${input.serviceAccount}`;

/** A baseline with tables and a simulated EKS of its own. */
async function openBaseline() {
  const client = dynamoDbClient();
  const id = randomUUID();
  const tables = { idempotency: `idempotency-${id}`, audit: `baseline-audit-${id}` };
  await createBaselineTables(client, tables);
  const simulator = await openSimulator();
  const logged: string[] = [];
  const open = (endpoint = dynamoDbEndpoint ?? '') =>
    createBaseline({
      eks: { endpoint: simulator.url, credentials },
      dynamoDb: { endpoint, credentials, region: 'us-east-1' },
      ...{ tables, policies, home },
      log: (_, message) => logged.push(message),
    });
  const baseline = open();
  const send = async (document: string, fields: object, as = 'alice', by = baseline) => {
    const answered = await by.handler(await jwtEvent(as, document, { input: fields }), lambda);
    return JSON.parse(answered.body ?? '') as { data: Record<string, Payload> | null; errors?: readonly unknown[] };
  };
  const payloadOf = async (document: string, fields: object, as = 'alice', by = baseline): Promise<Payload> => {
    const { data, errors } = await send(document, fields, as, by);
    const payload = Object.values(data ?? {})[0];
    if (!payload || errors) throw new Error(JSON.stringify(errors));
    return payload;
  };
  const create = (fields: object = {}, as = 'alice', by = baseline) =>
    payloadOf(createDocument, { ...input, ...fields }, as, by);
  const change = (document: string, fields: object) =>
    payloadOf(document, { clusterName: input.clusterName, ...fields });
  const facts = () => readBaseline(client, tables, { serviceAccount });
  const events = async () => (await facts()).entries.map(({ event }) => event);
  const close = async () => {
    await baseline.close();
    await simulator.close();
    for (const TableName of Object.values(tables)) await client.send(new DeleteTableCommand({ TableName }));
    client.destroy();
  };
  const sent = () => simulator.control.requests('CreatePodIdentityAssociation').length;
  return { simulator, logged, open, send, create, change, facts, events, sent, close };
}

describeOnDynamoDb('the baseline', () => {
  let baseline: Awaited<ReturnType<typeof openBaseline>>;
  beforeEach(async () => {
    baseline = await openBaseline();
  });
  afterEach(() => baseline.close());

  test('creates, and answers the same token again from its record', async () => {
    const first = await baseline.create();
    expect(first).toMatchObject({ status: 'SUCCEEDED', replayed: false, auditEntry: { event: 'SUCCEEDED' } });
    expect(first.association?.operationId).toBe(first.auditEntry.operationId);

    const again = await baseline.create();
    expect(again).toMatchObject({ status: 'SUCCEEDED', replayed: true, association: first.association });
    expect(baseline.sent()).toBe(1);
    expect(await baseline.events()).toEqual(['INTENT', 'SUCCEEDED', 'REPLAYED']);
    const { operationId } = first.auditEntry;
    expect((await baseline.facts()).tokens).toMatchObject([{ operationId, state: 'SUCCEEDED' }]);
  });

  test('knows a token in another process', async () => {
    const first = await baseline.create();
    const other = baseline.open();
    const again = await baseline.create({}, 'alice', other);
    await other.close();
    expect(again).toMatchObject({ replayed: true, association: first.association });
  });

  test('refuses other input under the same token, but not a reason', async () => {
    const { auditEntry } = await baseline.create();
    const other = await baseline.create({ roleArn: roleArn('payments/payments-worker') });
    expect(other).toMatchObject({
      status: 'REFUSED',
      refusal: { code: 'TOKEN_REUSED_WITH_DIFFERENT_INPUT', originalOperationId: auditEntry.operationId },
      auditEntry: { event: 'TOKEN_REUSED' },
    });
    expect(await baseline.create({ reason: 'asked again' })).toMatchObject({ replayed: true });
    expect(baseline.sent()).toBe(1);
  });

  test('denies, keeps that in the trail, and does not remember it', async () => {
    const denied = await baseline.create({}, 'bob');
    expect(denied).toMatchObject({ status: 'REFUSED', refusal: { code: 'POLICY_DENIED' } });
    expect(baseline.sent()).toBe(0);
    const { entries, tokens } = await baseline.facts();
    expect(entries.map(({ event }) => event)).toEqual(['DENIED']);
    expect(tokens).toEqual([]);
  });

  test('refuses invalid input with an entry', async () => {
    const invalid = await baseline.create({ namespace: 'No Label' });
    expect(invalid).toMatchObject({ refusal: { code: 'INVALID_INPUT' }, auditEntry: { event: 'INVALID' } });
    expect(baseline.sent()).toBe(0);
  });

  test('keeps the refusal of a second association', async () => {
    await baseline.create();
    const second = await baseline.create({ clientRequestToken: 'second' });
    expect(second).toMatchObject({
      status: 'REFUSED',
      refusal: { code: 'ASSOCIATION_ALREADY_EXISTS', retryable: false },
      auditEntry: { event: 'REFUSED', refusalCode: 'ASSOCIATION_ALREADY_EXISTS' },
    });
    expect(await baseline.create({ clientRequestToken: 'second' })).toMatchObject({
      replayed: true,
      status: 'REFUSED',
    });
    expect(baseline.sent()).toBe(2);
  });

  test('does not keep a throttling', async () => {
    baseline.simulator.control.addFault({
      kind: 'throttle',
      operation: 'CreatePodIdentityAssociation',
      times: 3,
    });
    const throttled = await baseline.create();
    expect(throttled).toMatchObject({ status: 'REFUSED', refusal: { code: 'THROTTLED', retryable: true } });
    expect((await baseline.facts()).tokens).toEqual([]);
    expect(await baseline.create()).toMatchObject({ status: 'SUCCEEDED', replayed: false });
  });

  test('updates, and deletes so that the same token is answered though the association is gone', async () => {
    const { association } = await baseline.create();
    const associationId = association?.associationId;
    const roles = { roleArn: roleArn('payments/payments-worker') };
    const update = { associationId, ...roles, clientRequestToken: 'update' };
    expect(await baseline.change(updateDocument, update)).toMatchObject({ status: 'SUCCEEDED', association: roles });
    expect(await baseline.change(updateDocument, update)).toMatchObject({ status: 'SUCCEEDED', replayed: true });

    const deletion = { associationId, clientRequestToken: 'delete' };
    expect(await baseline.change(deleteDocument, deletion)).toMatchObject({ status: 'SUCCEEDED', replayed: false });
    expect(await baseline.change(deleteDocument, deletion)).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    const other = await baseline.change(deleteDocument, { associationId, clientRequestToken: 'other' });
    expect(other).toMatchObject({ refusal: { code: 'ASSOCIATION_NOT_FOUND' } });
    expect(baseline.simulator.control.associations()).toEqual([]);
  });

  test('answers IN_PROGRESS while another request with the token is at work', async () => {
    const both = await Promise.all([baseline.create(), baseline.create()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['IN_PROGRESS', 'SUCCEEDED']);
    expect(both.find(({ status }) => status === 'IN_PROGRESS')).toMatchObject({
      retryAfterSeconds: 5,
      auditEntry: { event: 'CONTENDED' },
    });
    expect(baseline.sent()).toBe(1);
  });

  test('answers IN_PROGRESS where it is open what EKS did, and forgets the token', async () => {
    const operation = 'CreatePodIdentityAssociation';
    baseline.simulator.control.addFault({ kind: 'error-before', operation, times: 3 });
    expect(await baseline.create()).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'UNKNOWN' } });
    expect(baseline.sent()).toBe(3);
    expect(await baseline.events()).toEqual(['INTENT', 'UNKNOWN']);
    expect((await baseline.facts()).tokens).toEqual([]);
    expect(await baseline.create()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('takes a delete for done that the SDK had to repeat', async () => {
    const { association } = await baseline.create();
    const operation = 'DeletePodIdentityAssociation';
    baseline.simulator.control.addFault({ kind: 'cut-after', operation });
    const deletion = { associationId: association?.associationId, clientRequestToken: 'delete' };
    const { associationArn } = association ?? {};
    expect(await baseline.change(deleteDocument, deletion)).toMatchObject({
      status: 'SUCCEEDED',
      association: { associationArn },
    });
    expect(baseline.simulator.control.requests(operation)).toHaveLength(2);
  });

  test('asks nothing of EKS where DynamoDB fails', async () => {
    const broken = createServer((_, response) => response.writeHead(500).end()).listen(0, '127.0.0.1');
    await once(broken, 'listening');
    const process = baseline.open(`http://127.0.0.1:${(broken.address() as AddressInfo).port}`);
    const { errors } = await baseline.send(createDocument, input, 'alice', process);
    expect(errors).toMatchObject([{ extensions: { code: 'LEDGER_UNAVAILABLE' } }]);
    expect(baseline.sent()).toBe(0);
    await process.close();
    broken.closeAllConnections();
    broken.close();
  });

  test('takes its own association for that of another when an answer of EKS is lost', async () => {
    const operation = 'CreatePodIdentityAssociation';
    baseline.simulator.control.addFault({ kind: 'cut-after', operation });
    expect(await baseline.create()).toMatchObject({ refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' } });
    expect(baseline.simulator.control.associations()).toHaveLength(1);
  });
});
