import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDocument, deleteDocument, updateDocument } from '../support/documents.ts';
import { input, roleArn } from '../support/gateway.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { openBaseline } from './open-baseline.ts';

describeOnDynamoDb('the baseline', () => {
  let baseline: Awaited<ReturnType<typeof openBaseline>>;
  beforeEach(async () => {
    baseline = await openBaseline();
  });
  afterEach(() => baseline.close());

  test('creates an association and replays the answer for the same token', async () => {
    const first = await baseline.create();
    expect(first).toMatchObject({ status: 'SUCCEEDED', replayed: false, auditEntry: { event: 'SUCCEEDED' } });
    expect(first.association?.operationId).toBe(first.auditEntry.operationId);

    const again = await baseline.create();
    expect(again).toMatchObject({ status: 'SUCCEEDED', replayed: true, association: first.association });
    expect(baseline.sent()).toBe(1);
    expect(await baseline.events()).toEqual(['INTENT', 'SUCCEEDED', 'REPLAYED']);
    const { operationId } = first.auditEntry;
    expect((await baseline.facts()).records).toMatchObject([{ operationId, state: 'SUCCEEDED' }]);
  });

  test('replays the answer in another process', async () => {
    const first = await baseline.create();
    const other = baseline.open();
    const again = await baseline.create({}, 'alice', other);
    await other.close();
    expect(again).toMatchObject({ replayed: true, association: first.association });
  });

  test('refuses different input with the same token, but accepts a different reason', async () => {
    const { auditEntry } = await baseline.create();
    const other = await baseline.create({ roleArn: roleArn('payments/payments-worker') });
    expect(other).toMatchObject({
      status: 'REFUSED',
      refusal: { code: 'TOKEN_REUSED_WITH_DIFFERENT_INPUT', originalOperationId: auditEntry.operationId },
      auditEntry: { event: 'TOKEN_REUSED' },
    });
    expect(await baseline.create({ reason: 'second attempt' })).toMatchObject({ replayed: true });
    expect(baseline.sent()).toBe(1);
  });

  test('records a denial in the audit trail without an idempotency record', async () => {
    const denied = await baseline.create({}, 'bob');
    expect(denied).toMatchObject({ status: 'REFUSED', refusal: { code: 'POLICY_DENIED' } });
    expect(baseline.sent()).toBe(0);
    const { entries, records } = await baseline.facts();
    expect(entries.map(({ event }) => event)).toEqual(['DENIED']);
    expect(records).toEqual([]);
  });

  test('refuses invalid input and records an audit entry', async () => {
    const invalid = await baseline.create({ namespace: 'No Label' });
    expect(invalid).toMatchObject({ refusal: { code: 'INVALID_INPUT' }, auditEntry: { event: 'INVALID' } });
    expect(baseline.sent()).toBe(0);
  });

  test('replays the refusal of a second association', async () => {
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

  test('does not store a throttled answer', async () => {
    baseline.simulator.control.addFault({
      kind: 'throttle',
      operation: 'CreatePodIdentityAssociation',
      times: 3,
    });
    const throttled = await baseline.create();
    expect(throttled).toMatchObject({ status: 'REFUSED', refusal: { code: 'THROTTLED', retryable: true } });
    expect((await baseline.facts()).records).toEqual([]);
    expect(await baseline.create()).toMatchObject({ status: 'SUCCEEDED', replayed: false });
  });

  test('updates and deletes, and replays the delete after the association is gone', async () => {
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

  test('answers IN_PROGRESS while another request with the token is running', async () => {
    const both = await Promise.all([baseline.create(), baseline.create()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['IN_PROGRESS', 'SUCCEEDED']);
    expect(both.find(({ status }) => status === 'IN_PROGRESS')).toMatchObject({
      retryAfterSeconds: 5,
      auditEntry: { event: 'CONTENDED' },
    });
    expect(baseline.sent()).toBe(1);
  });

  test('answers IN_PROGRESS after an unknown outcome and deletes the record', async () => {
    const operation = 'CreatePodIdentityAssociation';
    baseline.simulator.control.addFault({ kind: 'error-before', operation, times: 3 });
    expect(await baseline.create()).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'UNKNOWN' } });
    expect(baseline.sent()).toBe(3);
    expect(await baseline.events()).toEqual(['INTENT', 'UNKNOWN']);
    expect((await baseline.facts()).records).toEqual([]);
    expect(await baseline.create()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('reports a delete as done after an SDK retry', async () => {
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

  test('sends nothing to EKS if DynamoDB fails', async () => {
    const broken = createServer((_, response) => response.writeHead(500).end()).listen(0, '127.0.0.1');
    await once(broken, 'listening');
    const other = baseline.open(`http://127.0.0.1:${(broken.address() as AddressInfo).port}`);
    const { errors } = await baseline.send(createDocument, input, 'alice', other);
    expect(errors).toMatchObject([{ extensions: { code: 'LEDGER_UNAVAILABLE' } }]);
    expect(baseline.sent()).toBe(0);
    await other.close();
    broken.closeAllConnections();
    broken.close();
  });

  test("reports its own association as another principal's after a lost EKS response", async () => {
    const operation = 'CreatePodIdentityAssociation';
    baseline.simulator.control.addFault({ kind: 'cut-after', operation });
    expect(await baseline.create()).toMatchObject({ refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' } });
    expect(baseline.simulator.control.associations()).toHaveLength(1);
  });
});
