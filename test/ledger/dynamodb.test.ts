import { QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import { auditIndexKeys, trailShardOf } from '../../src/ledger/stored/keys.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { auditIndexes, leaseIndex } from '../../src/ledger/stored/tables.ts';
import type { TableNames } from '../../src/ledger/dynamodb/tables.ts';
import { openTables } from '../support/ledgers.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import {
  association,
  auditEntry,
  recordTime as now,
  openRecord,
  released,
  succeeded,
} from '../support/ledger-samples.ts';

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
