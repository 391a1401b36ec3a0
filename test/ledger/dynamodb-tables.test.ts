import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { auditTableDefinition, idempotencyTableDefinition } from '../../src/ledger/dynamodb/tables.ts';
import { startAnsweringServer } from '../support/answering-server.ts';
import { auditEntry, openRecord, recordTime as now, trailQuery } from '../support/ledger-samples.ts';

/** An exception, or the answer to an operation of DynamoDB. */
type Answer = { readonly exception: string; readonly fields?: object } | { readonly body: object };

const names = { idempotencyTable: 'idempotency', auditTable: 'audit' };
const definitions = [idempotencyTableDefinition('idempotency'), auditTableDefinition('audit')];

let answers: Record<string, Answer>;
let tables: Partial<Record<string, TableDescription>>;
let server: Awaited<ReturnType<typeof startAnsweringServer>>;
let ledger: Ledger;

beforeAll(async () => {
  server = await startAnsweringServer((response, { headers, body }) => {
    const [, operation = ''] = String(headers['x-amz-target']).split('.');
    const { TableName = '' } = JSON.parse(body) as { TableName?: string };
    const table = tables[TableName];
    const described = operation === 'DescribeTable' && table ? { body: { Table: table } } : undefined;
    const answer = answers[operation] ?? described ?? { body: {} };
    const type = { 'content-type': 'application/x-amz-json-1.0' };
    if ('body' in answer) response.writeHead(200, type).end(JSON.stringify(answer.body));
    else {
      const __type = `com.amazonaws.dynamodb.v20120810#${answer.exception}`;
      response.writeHead(400, type).end(JSON.stringify({ __type, ...answer.fields }));
    }
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: server.endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
  ledger = makeDynamoDbLedger({ client, ...names });
});

afterAll(async () => {
  ledger.close();
  await server.stop();
});

beforeEach(() => {
  server.seen.splice(0);
  answers = {};
  tables = Object.fromEntries(definitions.map((definition) => [definition.TableName, describedAs(definition)]));
});

/** What DescribeTable returns for a table with this definition. */
function describedAs(definition: (typeof definitions)[number]): TableDescription {
  const indexes = definition.GlobalSecondaryIndexes?.map((index) => ({ ...index, IndexStatus: 'ACTIVE' as const }));
  return { ...definition, TableStatus: 'ACTIVE', GlobalSecondaryIndexes: indexes };
}

const commit = () => ledger.commit({ kind: 'free', now }, openRecord(), [auditEntry()]);
const readTrail = () => ledger.readTrail(trailQuery({ kind: 'principal', principalId: 'alice' }));
const operations = () => server.seen.map(({ headers }) => String(headers['x-amz-target']).split('.')[1]);
const cancelledBy = (Code: string, Message = 'Because.') => {
  const CancellationReasons = [{ Code, Message }, { Code: 'None' }];
  answers.TransactWriteItems = { exception: 'TransactionCanceledException', fields: { CancellationReasons } };
};

// DynamoDB Local is always consistent.
test.each([
  ['a record', () => ledger.getRecord('key')],
  ['an entry', () => ledger.getEntry({ operationId: 'o', entryId: 'e' })],
  ['the entries of an operation', () => ledger.operationEntries('o')],
  ['the operation that claimed what another one created', () => ledger.findClaimOfCreated('o')],
  ['the locks', () => ledger.getLocks()],
])('%s is read strongly consistently', async (_, read) => {
  await read();
  expect(server.seen.map(({ body }) => JSON.parse(body) as object)).toEqual([
    expect.objectContaining({ ConsistentRead: true }),
  ]);
});

describe('a cancelled transaction', () => {
  test.each(['AccessDenied', 'DuplicateItem', 'ResourceNotFound', 'None', 'AReasonOfTheFuture'])(
    'of the reason %s fails as unavailable, and its cause names the reason',
    async (code) => {
      cancelledBy(code);
      await expect(commit()).rejects.toMatchObject({
        code: 'LEDGER_UNAVAILABLE',
        cause: { message: `DynamoDB cancelled the transaction: ${code} (Because.), None.` },
      });
      expect(operations()).toEqual(['TransactWriteItems']);
    },
  );

  test.each(['InternalServerError', 'RequestLimitExceeded'])('of the transient reason %s is repeated', async (code) => {
    cancelledBy(code);
    await expect(commit()).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(operations()).toHaveLength(6);
  });

  test.each(['ValidationError', 'ItemCollectionSizeLimitExceeded'])(
    'of the permanent reason %s says that operators have to act',
    async (code) => {
      cancelledBy(code, 'Item size has exceeded the maximum allowed size');
      await expect(commit()).rejects.toMatchObject({
        code: 'LEDGER_UNUSABLE',
        cause: { message: expect.stringContaining(`${code} (Item size has exceeded the maximum allowed size), None.`) },
      });
    },
  );

  test('without reasons fails as unavailable', async () => {
    answers.TransactWriteItems = { exception: 'TransactionCanceledException' };
    await expect(commit()).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  });
});

describe('a table of another version', () => {
  const older = (edit: (table: { -readonly [K in keyof TableDescription]: TableDescription[K] }) => void) => {
    const table = { ...tables.audit };
    edit(table);
    tables.audit = table;
  };

  test('with another key is named when a write is rejected', async () => {
    older((table) => (table.KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' }]));
    cancelledBy('ValidationError');
    await expect(commit()).rejects.toMatchObject({
      code: 'LEDGER_UNUSABLE',
      cause: { message: expect.stringContaining('Table audit: its key is id, expected operationId S, entryId S.') },
    });
  });

  test('without an index is named when a read needs the index', async () => {
    older((table) => (table.GlobalSecondaryIndexes = table.GlobalSecondaryIndexes?.slice(1)));
    answers.Query = { exception: 'ValidationException' };
    await expect(readTrail()).rejects.toMatchObject({
      code: 'LEDGER_UNUSABLE',
      cause: { message: expect.stringContaining('Table audit: it has no index byCluster.') },
    });
  });

  test('with an index that lacks attributes is named', async () => {
    older(
      (table) =>
        (table.GlobalSecondaryIndexes = table.GlobalSecondaryIndexes?.map((index) => ({
          ...index,
          Projection: { ProjectionType: 'KEYS_ONLY' as const },
        }))),
    );
    answers.Query = { exception: 'ValidationException' };
    await expect(readTrail()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('byCluster does not project all attributes') },
    });
  });

  test('with another key of an index is named with what the key has to be', async () => {
    older(
      (table) =>
        (table.GlobalSecondaryIndexes = table.GlobalSecondaryIndexes?.map((index) => ({
          ...index,
          KeySchema: [{ AttributeName: 'entryId', KeyType: 'HASH' }],
        }))),
    );
    answers.PutItem = { exception: 'ValidationException' };
    await expect(ledger.appendEntry(auditEntry())).rejects.toMatchObject({
      cause: {
        message: expect.stringContaining('its index byTime has the key entryId S, expected trailShard S, entryId S'),
      },
    });
  });

  test('with an index that is not ready is named', async () => {
    older(
      (table) =>
        (table.GlobalSecondaryIndexes = table.GlobalSecondaryIndexes?.map((index) =>
          index.IndexName === 'byTime' ? { ...index, IndexStatus: 'CREATING' } : index,
        )),
    );
    answers.GetItem = { exception: 'ValidationException' };
    await expect(ledger.getRecord('key')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('its index byTime is CREATING') },
    });
  });
});

test('tables are described only after a rejected request', async () => {
  await commit();
  await readTrail();
  expect(operations()).not.toContain('DescribeTable');
  cancelledBy('ConditionalCheckFailed');
  expect(await commit()).toEqual({ kind: 'conflict', record: null });
  expect(operations()).not.toContain('DescribeTable');
});

test.each([
  ['are those of this version', {}],
  [`can't be described`, { DescribeTable: { exception: 'AccessDeniedException' } }],
])('an invalid request to tables that %s means a bug', async (_, more) => {
  answers = { GetItem: { exception: 'ValidationException' }, ...more };
  await expect(ledger.getRecord('key')).rejects.toMatchObject({ name: 'ValidationException' });
});
