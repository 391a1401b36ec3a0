import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientUntil, clientWithin, openDynamoDb } from '../../src/ledger/dynamodb/client.ts';
import { dynamoDbItems } from '../../src/ledger/dynamodb/items.ts';
import { ledgerOn, makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import type { TableNames } from '../../src/ledger/dynamodb/tables.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { storedApprovals } from '../../src/ledger/stored/approvals.ts';
import { storedAssociationReads } from '../../src/ledger/stored/association-reads.ts';
import { storedCheckpoints } from '../../src/ledger/stored/checkpoints.ts';
import { entryItem, entryOfItem } from '../../src/ledger/stored/entry.ts';
import { auditIndexKeys, trailShardOf } from '../../src/ledger/stored/keys.ts';
import { storedObservations } from '../../src/ledger/stored/observations.ts';
import { recordItem, recordOfItem } from '../../src/ledger/stored/record.ts';
import { auditIndexes, leaseIndex } from '../../src/ledger/stored/tables.ts';
import { makeDynamoDbCompiledStore } from '../../src/policy-versions/compiled-store.ts';
import { makeDynamoDbStore } from '../../src/policy-versions/dynamodb-store.ts';
import { makeClockCheck } from '../../src/runtime/clock-check.ts';
import { makeDeadline } from '../../src/runtime/deadline.ts';
import { startAnsweringServer } from '../support/answering-server.ts';
import {
  approval,
  approvalEntry,
  association,
  auditEntry,
  openRecord,
  recordTime as now,
  released,
  succeeded,
  trailQuery,
} from '../support/ledger-samples.ts';
import { openTables } from '../support/ledgers.ts';
import { closeAtEnd } from '../support/left-open.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';

describeOnDynamoDb('the items in DynamoDB', () => {
  let ledger: Ledger;
  let client: DynamoDBClient;
  let names: TableNames;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ client, names, close } = await openTables());
    ledger = makeDynamoDbLedger({ client, ...names });
  });
  afterAll(async () => {
    await close();
  });

  /** Entry ids of a key in an index. */
  async function indexed(IndexName: keyof typeof auditIndexes, key: string | undefined) {
    const query = new QueryCommand({
      TableName: names.auditTable,
      IndexName,
      KeyConditionExpression: '#key = :key',
      ExpressionAttributeNames: { '#key': auditIndexes[IndexName] },
      ExpressionAttributeValues: { ':key': { S: key ?? '' } },
    });
    return (await client.send(query)).Items?.map(({ entryId }) => entryId?.S);
  }

  test('a change is in the index of every key that it has, oldest first, with the attributes that filters use', async () => {
    const { associationArn } = association();
    const entries = [auditEntry({ associationArn }), auditEntry({ associationArn, event: 'SUCCEEDED' })] as const;
    for (const entry of entries) await ledger.appendEntry(entry);
    const ids = entries.map(({ entryId }) => entryId);
    const { byTime: _, byDeniedNamespace, ...ofChanges } = auditIndexes;
    for (const [index, attribute] of Object.entries(ofChanges)) {
      const name = Object.keys(ofChanges).find((known): known is keyof typeof ofChanges => known === index);
      if (name === undefined) throw new Error('unreachable');
      expect([index, await indexed(name, auditIndexKeys(entries[0])[attribute])]).toEqual([index, ids]);
    }
    for (const id of ids) expect(await indexed('byTime', trailShardOf(id))).toContain(id);
    const { namespaceKey } = auditIndexKeys(entries[0]);
    expect([byDeniedNamespace, await indexed('byDeniedNamespace', namespaceKey)]).toEqual(['deniedNamespaceKey', []]);
    const scan = await client.send(new ScanCommand({ TableName: names.auditTable, IndexName: 'byAssociation' }));
    expect(scan.Items?.[0]).toMatchObject({
      v: { N: '1' },
      event: { S: 'INTENT' },
      operation: { S: 'CREATE_POD_IDENTITY_ASSOCIATION' },
      time: { S: entries[0].time },
      entry: { S: expect.any(String) },
    });
  });

  test('an entry without target or association is not in their indexes', async () => {
    const untargeted = auditEntry({ target: null, request: null, event: 'INVALID' });
    await ledger.appendEntry(untargeted);
    for (const IndexName of ['byCluster', 'byNamespace', 'byServiceAccount', 'byAssociation']) {
      const { Items } = await client.send(new ScanCommand({ TableName: names.auditTable, IndexName }));
      expect(Items?.filter(({ operationId }) => operationId?.S === untargeted.operationId)).toEqual([]);
    }
    expect(await indexed('byTime', trailShardOf(untargeted.entryId))).toContain(untargeted.entryId);
  });

  test('a record has its format version as an attribute', async () => {
    const record = openRecord();
    await ledger.commit({ kind: 'free', now }, record, []);
    expect((await storedItem(record.idempotencyKey))?.v).toEqual({ N: '1' });
  });

  test('only a record with an expiry has a time to live, in seconds and rounded up', async () => {
    const open = openRecord();
    const { operationId, fence, idempotencyKey } = open;
    await ledger.commit({ kind: 'free', now }, open, []);
    expect((await storedItem(idempotencyKey))?.ttl).toBeUndefined();
    await ledger.commit(
      { kind: 'leased', operationId, fence },
      succeeded(open, { retainUntil: 1_800_000_000_001 }),
      [],
    );
    expect((await storedItem(idempotencyKey))?.ttl).toEqual({ N: '1800000001' });
  });

  test('only an open record is in the lease index', async () => {
    const records = [openRecord(), succeeded(openRecord()), released(openRecord())];
    for (const record of records) await ledger.commit({ kind: 'free', now }, record, []);
    const { Items } = await client.send(new ScanCommand({ TableName: names.idempotencyTable, IndexName: leaseIndex }));
    const inIndex = records.map((record) =>
      Items?.some(({ idempotencyKey }) => idempotencyKey?.S === record.idempotencyKey),
    );
    expect(inIndex).toEqual([true, false, false]);
  });

  async function storedItem(idempotencyKey: string) {
    const scan = new ScanCommand({ TableName: names.idempotencyTable, ConsistentRead: true });
    return (await client.send(scan)).Items?.find((item) => item.idempotencyKey?.S === idempotencyKey);
  }
});

test('an item gives back the entry or record that it was made from', () => {
  const entry = auditEntry();
  expect(entryOfItem(entryItem(entry))).toEqual(entry);
  const record = openRecord();
  expect(recordOfItem(recordItem(record))).toEqual(record);
});

test.each([
  ['no entry', { v: 1 }],
  ['an entry that is not a string', { v: 1, entry: 1 }],
])('an item of the audit table with %s says what is wrong', (_, item) => {
  expect(() => entryOfItem(item)).toThrow("has no 'entry' attribute. Let only the gateway write to this table.");
});

test('a record without a result has the value null for it', () => {
  expect(recordItem(openRecord())).toMatchObject({ result: null });
});

test('an item without a result is a record without a result', () => {
  const { result: _, ...item } = recordItem(openRecord());
  expect(recordOfItem(item).result).toBeNull();
});

const names = { idempotencyTable: 'idempotency', auditTable: 'audit' };
const connection = { region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps' };
const target = { ...cluster, namespace: 'payments', serviceAccount: 'api' };

/** A machine whose clock can be set, and a DynamoDB that gives one answer after the other, the last one for ever. */
async function open(...answers: ((response: ServerResponse) => void)[]) {
  const machine = { now: Date.UTC(2026, 10, 29, 12) };
  const clock = () => machine.now;
  const { endpoint, seen, stop } = await startAnsweringServer((response) =>
    (answers.length > 1 ? answers.shift() : answers[0])?.(response),
  );
  closeAtEnd(stop);
  const logged: unknown[] = [];
  const check = makeClockCheck({ clock, clockErrorMs: 30_000, log: (...line) => void logged.push(line) });
  const client = openDynamoDb({ ...connection, endpoint }, { check, ...names, readableKey: 'locks' });
  const deadline = makeDeadline(machine.now + 5_000, clock);
  const ledger = ledgerOn({ client: clientUntil(client, deadline), ...names });
  const operations = () => seen.map(({ headers }) => String(headers['x-amz-target']).split('.')[1]);
  return { machine, clock, client, deadline, ledger, operations, logged };
}

/** An answer. It has a date only if that is given. */
function send(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.sendDate = false;
  const type = { 'content-type': 'application/x-amz-json-1.0' };
  response.writeHead(status, { ...type, ...headers }).end(JSON.stringify(body));
}
const conflict = (response: ServerResponse) =>
  send(response, 400, {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    CancellationReasons: [{ Code: 'TransactionConflict' }],
  });
const commitTo = ({ ledger }: Awaited<ReturnType<typeof open>>) =>
  ledger.commit({ kind: 'free', now: 0 }, openRecord(), [auditEntry()]);

describe('a call with a deadline', () => {
  test.each([
    ["the SDK's own", (response: ServerResponse) => send(response, 500, {})],
    ["the ledger's", conflict],
  ])('has no further attempt after it: %s', async (_, fail) => {
    const opened = await open((response) => {
      // The process is stopped until the answer is old.
      opened.machine.now += 3_600_000;
      fail(response);
    });
    await expect(commitTo(opened)).rejects.toThrow(LedgerUnavailable);
    expect(opened.operations()).toEqual(['TransactWriteItems']);
  });

  test('is repeated before it', async () => {
    const opened = await open(
      (response) => send(response, 500, {}),
      conflict,
      (response) => send(response, 200, {}),
    );
    expect(await commitTo(opened)).toEqual({ kind: 'committed' });
    expect(opened.operations()).toHaveLength(3);
  });

  test('is aborted when its request has ended, and not sent again', async () => {
    const aborted = Promise.withResolvers<undefined>();
    const opened = await open((response) => {
      response.once('close', () => aborted.resolve(undefined));
      opened.deadline.end();
    });
    await expect(commitTo(opened)).rejects.toThrow(LedgerUnavailable);
    await aborted.promise;
    expect(opened.operations()).toEqual(['TransactWriteItems']);
  });

  test('sends no byte over a connection that is there only after its request has ended', async () => {
    const received: Buffer[] = [];
    const server = createServer((socket: Socket) => {
      // TLS is never negotiated: the connection is open, and the request waits for it.
      socket.on('data', (bytes) => void received.push(bytes)).on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = openDynamoDb({ ...connection, endpoint: `https://127.0.0.1:${port}` });
    const deadline = makeDeadline(Date.now() + 5_000, Date.now);
    const writing = ledgerOn({ client: clientUntil(client, deadline), ...names }).appendEntry(auditEntry());
    const [socket] = (await once(server, 'connection')) as [Socket];
    deadline.end();
    await expect(writing).rejects.toThrow(LedgerUnavailable);
    await once(socket, 'close');
    expect(Buffer.concat(received).includes('PutItem')).toBe(false);
    server.close();
  });

  test('sends nothing in any store once it is over', async () => {
    const { client, deadline, operations } = await open((response) => send(response, 200, {}));
    deadline.end();
    const tables = { client: clientUntil(client, deadline), ...names };
    const ledger = ledgerOn(tables);
    const approvals = storedApprovals(dynamoDbItems(tables));
    const observations = storedObservations(dynamoDbItems(tables));
    const policies = makeDynamoDbStore(tables.client, 'policies');
    const pending = approval();
    const calls = [
      () => ledger.commit({ kind: 'free', now: 0 }, openRecord(), [auditEntry()]),
      () => ledger.appendEntry(auditEntry()),
      () => ledger.getLocks(),
      () => ledger.putLocks({ revision: 1, locks: [] }, auditEntry()),
      () => ledger.expiredLeases(0, 1),
      () => ledger.readTrail(trailQuery({ kind: 'all' })),
      () => approvals.putApproval(null, pending, approvalEntry(pending), { ofPrincipal: 1, ofPerson: null }),
      () => approvals.getRecordAndApproval('record', pending.key),
      () => approvals.listApprovals({ kind: 'gateway', state: 'PENDING' }, 1, null),
      () => observations.statesOfCluster(cluster),
      () => observations.clusterScans(),
      () => storedAssociationReads(dynamoDbItems(tables)).getAssociationStates([target]),
      () => storedCheckpoints(dynamoDbItems(tables)).putCheckpointHead(null, { size: 1, root: '', publishedSize: 0 }),
      () => storedCheckpoints(dynamoDbItems(tables)).storedEntries(0, 1)[Symbol.asyncIterator]().next(),
      () => policies.versions(1),
      () => makeDynamoDbCompiledStore(tables.client, 'compiled').put('key', Buffer.from(''), 0),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(LedgerUnavailable);
    expect(operations()).toEqual([]);
  });

  test('of its own begins with each call', async () => {
    const { client, clock, machine, operations } = await open(
      (response) => send(response, 200, {}),
      (response) => {
        machine.now += 2_000;
        send(response, 500, {});
      },
    );
    const ledger = ledgerOn({ client: clientWithin(client, 1_000, clock), ...names });
    await ledger.getLocks();
    machine.now += 3_600_000;
    await expect(ledger.getLocks()).rejects.toThrow(LedgerUnavailable);
    expect(operations()).toEqual(['GetItem', 'GetItem']);
  });

  test('has no warning of many listeners', async () => {
    const warnings: unknown[] = [];
    const listen = (warning: unknown) => warnings.push(warning);
    process.on('warning', listen);
    const { ledger } = await open((response) => send(response, 200, { Items: [] }));
    await Promise.all([ledger.expiredLeases(0, 1), ledger.expiredLeases(0, 1)]);
    process.removeListener('warning', listen);
    expect(warnings).toEqual([]);
  });
});

describe('a ledger whose process has a wrong clock', () => {
  const wrong = (response: ServerResponse) => send(response, 200, {}, { date: 'Sun, 29 Nov 2026 11:50:00 GMT' });
  const right = (response: ServerResponse) => send(response, 200, {}, { date: 'Sun, 29 Nov 2026 12:00:00 GMT' });

  test('writes nothing once an answer showed it, and reads', async () => {
    const { ledger, operations, logged } = await open(wrong);
    await ledger.getLocks();
    await expect(ledger.appendEntry(auditEntry())).rejects.toMatchObject({ name: 'ClockWrong' });
    await ledger.getLocks();
    // Before a write, an item is read: the clock may be right again.
    expect(operations()).toEqual(['GetItem', 'GetItem', 'GetItem']);
    expect(logged).toEqual([
      ['error', 'The clock is wrong: nothing is written.', { clockOffsetMs: 599_000, wrongClocks: 1 }],
    ]);
  });

  test('takes a write as failed whose own answer shows it, so that nothing follows from it', async () => {
    const opened = await open(wrong);
    await expect(commitTo(opened)).rejects.toMatchObject({ name: 'ClockWrong', code: 'LEDGER_UNAVAILABLE' });
    expect(opened.operations()).toEqual(['TransactWriteItems']);
  });

  test('does not try again what failed and showed it', async () => {
    const opened = await open((response) => {
      send(response, 500, {}, { date: 'Sun, 29 Nov 2026 11:50:00 GMT' });
    });
    await expect(commitTo(opened)).rejects.toMatchObject({ name: 'ClockWrong' });
    expect(opened.operations()).toEqual(['TransactWriteItems']);
  });

  test('writes again after the first answer that shows it right, also if it only writes', async () => {
    const opened = await open(wrong, right);
    await expect(commitTo(opened)).rejects.toMatchObject({ name: 'ClockWrong' });
    expect(await commitTo(opened)).toEqual({ kind: 'committed' });
    expect(opened.operations()).toEqual(['TransactWriteItems', 'GetItem', 'TransactWriteItems']);
    await opened.ledger.appendEntry(auditEntry());
    expect(opened.operations()).toHaveLength(4);
  });

  test('is not hidden by the correction of clock skew of the SDK', async () => {
    const skewed = (response: ServerResponse) =>
      send(
        response,
        400,
        { __type: 'com.amazon.coral.service#InvalidSignatureException', message: 'Signature expired' },
        { date: 'Sun, 29 Nov 2026 11:50:00 GMT' },
      );
    const { ledger, operations } = await open(skewed, wrong);
    await ledger.getLocks();
    expect(operations()).toEqual(['GetItem', 'GetItem']);
    await expect(ledger.appendEntry(auditEntry())).rejects.toMatchObject({ name: 'ClockWrong' });
  });
});
