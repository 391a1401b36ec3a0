import { marshall } from '@aws-sdk/util-dynamodb';
import { DeleteItemCommand, PutItemCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';
import { makeDeliverHandler } from '../../src/app/deliver-handler.ts';
import type { GatewayEvent } from '../../src/events/event.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import { entryItem } from '../../src/ledger/stored/entry.ts';
import { association, auditEntry, now, openRecord } from '../support/ledger-samples.ts';
import { dynamoDbEndpoint, openTables } from '../support/ledgers.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';

/** All records of a stream, in the order of its shards, as Lambda passes them on. */
async function recordsOf(dynamoDb: DynamoDBClient, StreamArn: string): Promise<DynamoDBRecord[]> {
  const { region, credentials } = dynamoDb.config;
  const client = new DynamoDBStreamsClient({ endpoint: dynamoDbEndpoint ?? '', region, credentials });
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
  const records: DynamoDBRecord[] = [];
  for (const { ShardId } of StreamDescription?.Shards ?? []) {
    const first = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
    let { ShardIterator } = await client.send(new GetShardIteratorCommand(first));
    for (let isEnd = false; !isEnd && ShardIterator !== undefined;) {
      const { Records = [], NextShardIterator } = await client.send(new GetRecordsCommand({ ShardIterator }));
      records.push(...(Records as unknown as DynamoDBRecord[]));
      [ShardIterator, isEnd] = [NextShardIterator, Records.length === 0];
    }
  }
  client.destroy();
  return records;
}

describeOnDynamoDb('on DynamoDB,', () => {
  test('the stream of the audit table gives the events of commits and appends with their predecessors, and reports what was changed behind them', async () => {
    const { client, names, close } = await openTables();
    const TableName = names.auditTable;
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;
    const { TableDescription } = await client.send(new UpdateTableCommand({ TableName, StreamSpecification }));
    const ledger = makeDynamoDbLedger({ client, ...names });

    const { operationId } = auditEntry();
    const of = (fields: Parameters<typeof auditEntry>[0]) => auditEntry({ operationId, ...fields });
    // With the item that proves which operation created the association.
    const tags = [{ key: 'pod-identity-gateway/operation', value: auditEntry().operationId }];
    const intent = of({ event: 'INTENT', before: association({ tags }) });
    const [unknown, succeeded, late] = [
      of({ event: 'UNKNOWN', fence: 1 }),
      of({ event: 'SUCCEEDED', fence: 2 }),
      of({ event: 'LATE_SUCCESS', fence: 1 }),
    ];
    await ledger.commit({ kind: 'free', now }, openRecord({ operationId }), [intent, unknown]);
    await ledger.appendEntry(succeeded);
    await ledger.appendEntry(late);
    const changed = { ...succeeded, principal: { ...succeeded.principal, id: 'mallory' } };
    await client.send(new PutItemCommand({ TableName, Item: marshall(entryItem(changed)) }));
    const { operationId: key, entryId } = marshall(entryItem(intent));
    await client.send(new DeleteItemCommand({ TableName, Key: { operationId: key, entryId } as never }));

    const sent: GatewayEvent[] = [];
    const logged: object[] = [];
    const handler = makeDeliverHandler({
      ...{ ledger, denialShare: 1, clock: Date.now, findDisabled: () => Promise.resolve([]) },
      target: {
        send: (events) => {
          sent.push(...events);
          return Promise.resolve(events.map(() => ({ kind: 'sent' })));
        },
      },
      log: (level, message, fields) => void logged.push({ level, message, ...fields }),
    });
    const Records = await recordsOf(client, TableDescription?.LatestStreamArn ?? '');
    const context = { getRemainingTimeInMillis: () => 60_000 };
    expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [] });
    await close();

    const byId = new Map(sent.map(({ type, entryId: id, predecessorId }) => [id, [type, predecessorId]]));
    expect(byId).toEqual(
      new Map([
        [unknown.entryId, ['change.in-doubt', null]],
        [succeeded.entryId, ['change.succeeded', unknown.entryId]],
        [late.entryId, ['change.succeeded-late', unknown.entryId]],
      ]),
    );
    const message = 'An item of the audit trail was changed or removed.';
    expect(logged.slice(0, -1)).toEqual([
      { level: 'error', message, change: 'MODIFY', operationId, entryId: succeeded.entryId, tamperedItems: 1 },
      { level: 'error', message, change: 'REMOVE', operationId, entryId: intent.entryId, tamperedItems: 1 },
    ]);
  });
});
