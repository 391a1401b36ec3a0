import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { AssociationTarget } from '../../src/model/association.ts';
import { dynamoDbEndpoint, openTables } from '../support/ledgers.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { directions, present, released } from './versions.ts';
import type { OpenVersion, Version } from './versions.ts';

type Item = Record<string, AttributeValue>;
type Read = OpenVersion['read'];

const farFuture = Date.parse('2100-01-01T00:00:00Z');

/** How a version reads a kind of item, the first word of its name, by the attributes that name it. */
const readers: Readonly<Record<string, (read: Read, item: Record<string, unknown>) => unknown>> = {
  record: (read, { idempotencyKey }) => read.record(String(idempotencyKey)),
  entry: (read, { operationId, entryId }) => read.entry({ operationId: String(operationId), entryId: String(entryId) }),
  claim: (read, { operationId }) => read.claim(String(operationId)),
  locks: (read) => read.locks(),
  cursor: (read) => read.cursorKeys(),
  state: (read) => read.state(target),
  version: (read) => read.versions(target),
  approval: (read, { idempotencyKey }) => read.approval(String(idempotencyKey).replace('approval/', '')),
  scan: (read, { accountId, region, clusterName }) =>
    read.scan({ accountId: String(accountId), region: String(region), clusterName: String(clusterName) }),
  // The lease is read by taking it, long after its end.
  account: (read, { idempotencyKey }) => {
    const [, accountId = '', region = ''] = String(idempotencyKey).split('/');
    return read.accountReads({ accountId, region, runId: 'reader', leaseUntil: farFuture }, farFuture);
  },
  release: (read, item) => read.policyVersion(marshall(item)),
};

/** The service account of the pinned items. */
const target: AssociationTarget = {
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'apps',
  namespace: 'payments',
  serviceAccount: 'api',
};

const kindOf = (name: string) => name.split(' ')[0] ?? '';

describeOnDynamoDb('what two versions read of the items of each other', () => {
  let tables: Awaited<ReturnType<typeof openTables>>;
  let opened: Map<Version, OpenVersion>;
  beforeAll(async () => {
    tables = await openTables();
    const settings = {
      dynamoDb: dynamoDbEndpoint ?? '',
      eks: 'http://127.0.0.1:1',
      times: defaultTimes,
      clock: Date.now,
    };
    opened = new Map([released, present].map((one) => [one, one.open({ ...settings, tables: tables.names })]));
  });
  afterAll(async () => {
    for (const one of opened.values()) one.close();
    await tables.close();
  });

  /** Puts an item of a version, with more fields, and reads it. */
  const readBy = async (reader: Version, writer: Version, name: string, more: object = {}): Promise<unknown> => {
    const { sqlite, dynamodb } = writer.items[name] ?? { sqlite: null, dynamodb: null };
    const kind = kindOf(name);
    const fields = { ...(JSON.parse(kind === 'entry' ? (sqlite ?? '{}') : '{}') as object), ...more };
    const attributes = kind === 'entry' ? { entry: { S: JSON.stringify(fields) } } : marshall(more);
    const item: Item = { ...dynamodb, ...attributes };
    const { idempotencyTable, auditTable } = tables.names;
    const TableName = kind === 'entry' || kind === 'claim' ? auditTable : idempotencyTable;
    if (kind !== 'release') await tables.client.send(new PutItemCommand({ TableName, Item: item }));
    const read = opened.get(reader)?.read;
    return read && readers[kind]?.(read, unmarshall(item));
  };

  test('every kind of item has a reader', () => {
    for (const { items } of [released, present])
      expect(Object.keys(items).filter((name) => !Object.hasOwn(readers, kindOf(name)))).toEqual([]);
  });

  describe.each(directions)('$first.name writes, $second.name reads', ({ first: writer, second: reader }) => {
    const shared = Object.keys(writer.items).filter((name) => Object.hasOwn(reader.items, name));

    test.each(shared)('%s has the same values', async (name) => {
      const [own, other] = [{ read: await readBy(reader, reader, name) }, { read: await readBy(reader, writer, name) }];
      expect(other.read).toBeTruthy();
      // A later version only adds fields.
      if (writer === present) expect(other).toMatchObject(own);
      else expect(own).toMatchObject(other);
    });

    test.each(['record SUCCEEDED', 'entry SUCCEEDED', 'approval', 'state', 'scan', 'locks'])(
      '%s is read with a field that no version knows',
      async (name) => {
        const own = await readBy(reader, writer, name);
        expect(await readBy(reader, writer, name, { addedLater: { nested: ['value'] } })).toMatchObject(own as object);
      },
    );

    test.each(['record SUCCEEDED', 'entry SUCCEEDED', 'approval', 'state', 'scan', 'locks'])(
      '%s of a later format is refused by name',
      async (name) => {
        await expect(readBy(reader, writer, name, { v: 2 })).rejects.toMatchObject({
          name: 'UnsupportedFormat',
          code: 'LEDGER_FORMAT_UNSUPPORTED',
        });
      },
    );
  });
});
