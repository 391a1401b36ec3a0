import { defaultTimes } from '../../src/idempotency/times.ts';
import { createDocument, deleteDocument, updateDocument } from '../support/documents.ts';
import { input, openSimulator, roleArn } from '../support/gateway.ts';
import { approvalsOf, approvalIn } from '../support/held-requests.ts';
import { jwtEvent } from '../support/lambda-event.ts';
import { dynamoDbEndpoint, editDynamoDb, openTables } from '../support/ledgers.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { makeClock } from '../support/test-clock.ts';
import { directions } from './versions.ts';
import type { OpenVersion } from './versions.ts';

const times = { ...defaultTimes, listLagMs: 50, roleRetryMs: 0 };
const target = { accountId: '111122223333', region: 'eu-central-1', clusterName: input.clusterName };
const serviceAccount = { namespace: input.namespace, serviceAccount: input.serviceAccount };

interface Payload {
  readonly status: string;
  readonly replayed: boolean;
  readonly association: { readonly associationId: string; readonly roleArn: string } | null;
  readonly auditEntry: { readonly operationId: string };
}

interface Answer<T> {
  readonly data: T | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly endCursor?: string };
  }[];
}

describeOnDynamoDb.each(directions)('$first.name begins, $second.name goes on', ({ first, second }) => {
  let one: OpenVersion;
  let other: OpenVersion;
  let clock: ReturnType<typeof makeClock>;
  let simulator: Awaited<ReturnType<typeof openSimulator>>;
  let tables: Awaited<ReturnType<typeof openTables>>;
  beforeEach(async () => {
    clock = makeClock();
    simulator = await openSimulator(clock);
    tables = await openTables();
    const settings = { dynamoDb: dynamoDbEndpoint ?? '', eks: simulator.url, tables: tables.names, times };
    [one, other] = [first.open({ ...settings, clock: clock.now }), second.open({ ...settings, clock: clock.now })];
  });
  afterEach(async () => {
    one.close();
    other.close();
    await simulator.close();
    await tables.close();
  });

  const ask = async <T>(by: OpenVersion, query: string, variables: object, as = 'alice'): Promise<Answer<T>> => {
    const { body = '' } = await by.handle(await jwtEvent(as, query, variables));
    return JSON.parse(body) as Answer<T>;
  };
  const send = async (by: OpenVersion, document: string, fields: object): Promise<Payload> => {
    const { data, errors } = await ask<Record<string, Payload>>(by, document, { input: fields });
    const payload = Object.values(data ?? {})[0];
    if (!payload) throw new Error(JSON.stringify(errors));
    return payload;
  };
  const create = (by: OpenVersion, fields: object = {}) => send(by, createDocument, { ...input, ...fields });
  const state = (by: OpenVersion) => by.read.state({ ...target, ...serviceAccount });
  const inDoubtMs = times.signatureWindowMs + times.eksProcessingMs + times.listLagMs + times.clockErrorMs;

  test('a token is replayed, and the association updated and deleted', async () => {
    const created = await create(one);
    const { status, association, auditEntry } = created;
    const same = { status, association, auditEntry: { operationId: auditEntry.operationId } };
    expect(await create(other)).toMatchObject({ ...same, replayed: true });
    const { associationId } = association ?? {};
    const named = { clusterName: input.clusterName, associationId };
    const role = roleArn('payments/payments-worker');
    const updated = await send(other, updateDocument, { ...named, roleArn: role, clientRequestToken: 'update' });
    expect(updated).toMatchObject({ status: 'SUCCEEDED', association: { roleArn: role } });
    const deleted = await send(one, deleteDocument, { ...named, clientRequestToken: 'delete' });
    expect(deleted).toMatchObject({ status: 'SUCCEEDED', replayed: false });
    expect(await send(other, deleteDocument, { ...named, clientRequestToken: 'delete' })).toMatchObject({
      status: 'SUCCEEDED',
      replayed: true,
    });
    for (const by of [one, other]) expect(await state(by)).toMatchObject({ recordsInProgress: [], openOperations: [] });
  });

  test('an operation whose lease holder is gone is completed, and is no longer in progress', async () => {
    simulator.control.addFault({ kind: 'cut-after', operation: 'CreatePodIdentityAssociation' });
    simulator.control.addFault({ kind: 'error-before', operation: 'ListPodIdentityAssociations', times: 20 });
    expect(await create(one)).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await state(other)).toMatchObject({ recordsInProgress: [expect.any(String)] });
    simulator.control.clearFaults();
    clock.skip(times.leaseMs + inDoubtMs);
    expect(await other.reconcile()).toMatchObject({ closed: 1 });
    expect(await state(one)).toMatchObject({ recordsInProgress: [], openOperations: [] });
    expect(await create(one)).toMatchObject({ status: 'SUCCEEDED', replayed: true });
  });

  test('an expiry is carried out, and scans find no drift', async () => {
    const expiresAt = new Date(clock.now() + 600_000).toISOString();
    await create(one, { expiresAt });
    clock.skip(700_000);
    await other.scan();
    expect(await other.expire()).toMatchObject({ deleted: 1 });
    expect(simulator.control.associations()).toEqual([]);
    clock.skip(60_000);
    for (const by of [one, other]) await by.scan();
    expect(await state(one)).toMatchObject({ recordsInProgress: [], openOperations: [] });
    const ended = await state(one);
    expect([ended?.expiry ?? null, ended?.observed?.driftId ?? null]).toEqual([null, null]);
  });

  test('scans go on by turns, also where nothing changed, and one that was cut off is finished', async () => {
    await one.scan();
    for (const by of [one, one, other, other, one]) {
      clock.skip(60_000);
      expect(await by.scan()).toMatchObject({ leased: 0, unreadable: 0, oldestScanSeconds: 60 });
      const [scan, same] = await Promise.all([one, other].map((version) => version.read.scan(target)));
      expect(scan).toEqual(same);
      expect(scan).toMatchObject({ completedAt: scan?.startedAt, incompleteSince: null, failure: null });
    }
    await create(one);
    simulator.control.addFault({ kind: 'error-before', operation: 'DescribePodIdentityAssociation', times: 20 });
    clock.skip(60_000);
    expect(await one.scan()).toMatchObject({ unreadable: 1 });
    simulator.control.clearFaults();
    clock.skip(60_000);
    expect(await other.scan()).toMatchObject({ unreadable: 0, observed: 1 });
  });

  test('an approval is asked for, given and used by turns', async () => {
    const [asking, voting] = [one, other].map((by) => approvalsOf({ handler: by.handle }));
    const { id } = approvalIn((await asking?.create('alice')) ?? fail());
    expect(await voting?.approve('nina', id)).toMatchObject({ auditEntry: { event: 'APPROVED' } });
    expect(await asking?.create('alice')).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('a cursor is continued', async () => {
    for (const serviceAccountName of ['one', 'two', 'three'])
      await create(one, { serviceAccount: serviceAccountName, clientRequestToken: serviceAccountName });
    const query = `query ($after: String) { associations(first: 2, after: $after) {
      nodes { serviceAccount } pageInfo { endCursor } } }`;
    interface Page {
      readonly associations: { readonly nodes: object[]; readonly pageInfo: { readonly endCursor: string } };
    }
    const page = await ask<Page>(one, query, {});
    const next = await ask<Page>(other, query, { after: page.data?.associations.pageInfo.endCursor });
    expect(next.errors).toBeUndefined();
    expect(next.data?.associations.nodes).toHaveLength(1);
  });

  test.each([
    ['event', { event: 'LATER_EVENT' }],
    ['operation', { operation: 'LATER_OPERATION' }],
    ['refusal code', { refusalCode: 'LATER_CODE' }],
  ])(
    'an entry with an %s that the reader does not know is refused by name, and does not hide older ones',
    async (_, value) => {
      const { auditEntry } = await create(one);
      const entries = await readTrail(one, auditEntry.operationId);
      const [newest, oldest] = entries.data?.auditTrail.nodes ?? [];
      const [operationId = '', entryId = ''] = (newest?.id ?? '').split('.');
      const known = { event: 'SUCCEEDED', operation: 'CREATE_POD_IDENTITY_ASSOCIATION', refusalCode: null };
      await editDynamoDb(tables.client, tables.names).entry({ operationId, entryId }, value);
      const refused = await readTrail(other, operationId);
      expect(refused.errors).toMatchObject([{ extensions: { code: 'LEDGER_FORMAT_UNSUPPORTED' } }]);
      const { endCursor } = refused.errors?.[0]?.extensions ?? {};
      const alone = await ask(other, `{ auditEntry(id: "${newest?.id}") { event operationKind refusalCode } }`, {});
      expect(alone.errors).toMatchObject([{ extensions: { code: 'LEDGER_FORMAT_UNSUPPORTED' } }]);
      const older = await readTrail(other, operationId, endCursor);
      expect(older.data?.auditTrail.nodes).toEqual([oldest]);
      // A page with newer entries ends before it.
      const [, oldestId = ''] = (oldest?.id ?? '').split('.');
      await editDynamoDb(tables.client, tables.names).entry({ operationId, entryId: oldestId }, value);
      await editDynamoDb(tables.client, tables.names).entry({ operationId, entryId }, known);
      expect(await readTrail(other, operationId)).toMatchObject({ data: { auditTrail: { nodes: [newest] } } });
    },
  );

  test('a stored state of an approval that the reader does not know is refused by name', async () => {
    const approvals = approvalsOf({ handler: one.handle });
    const { id } = approvalIn(await approvals.create('alice'));
    const [, key = ''] = id.split('.');
    const edit = editDynamoDb(tables.client, tables.names);
    const stored = await one.read.approval(key);
    await edit.approval(key, { approval: JSON.stringify({ v: 1, ...stored, state: 'LATER_STATE' }) });
    const refused = await ask(other, `{ approval(id: "${id}") { state } }`, {});
    expect(refused.errors).toMatchObject([{ extensions: { code: 'LEDGER_FORMAT_UNSUPPORTED' } }]);
  });

  const readTrail = (by: OpenVersion, operationId: string, after: string | null = null) =>
    ask<{ readonly auditTrail: { readonly nodes: readonly { readonly id: string }[] } }>(
      by,
      `query ($operationId: ID!, $after: String) { auditTrail(scope: { operationId: $operationId }, after: $after) {
        nodes { id event operationKind refusalCode } } }`,
      { operationId, after },
    );
});

function fail(): never {
  throw new Error('No answer.');
}
