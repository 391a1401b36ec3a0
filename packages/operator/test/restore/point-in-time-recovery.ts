import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { CreateTableCommand, DescribeTableCommand, paginateScan, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;

/** The fields of the requests below that the server reads, as in the API reference of DynamoDB. */
interface Body {
  readonly TableName?: string;
  readonly SourceTableName?: string;
  readonly TargetTableName?: string;
  readonly RestoreDateTime?: number;
  readonly ResourceArn?: string;
  readonly Policy?: string;
}

/**
 * DynamoDB Local with point-in-time recovery and resource policies, which it lacks: these requests are answered here, all others
 * are forwarded. A restore gives what the table held when `remember` was called.
 */
export async function startPointInTimeRecovery(endpoint: string, client: DynamoDBClient) {
  const remembered = new Map<string, Item[]>();
  const recovery = new Map<string, boolean>();
  const policies = new Map<string, string>();
  const requests: { readonly operation: string; readonly body: Body }[] = [];
  let window = { earliest: 0, latest: 0 };
  let isRefusing = false;

  const arnOf = async (TableName: string) => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    return Table?.TableArn ?? '';
  };

  const answers: Record<string, (body: Body) => object | Promise<object>> = {
    DescribeContinuousBackups: ({ TableName = '' }) => {
      const isEnabled = recovery.get(TableName) ?? false;
      const times = { EarliestRestorableDateTime: window.earliest, LatestRestorableDateTime: window.latest };
      const status = isEnabled
        ? { PointInTimeRecoveryStatus: 'ENABLED', ...times }
        : { PointInTimeRecoveryStatus: 'DISABLED' };
      return {
        ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: status },
      };
    },
    UpdateContinuousBackups: ({ TableName = '' }) => {
      recovery.set(TableName, true);
      return {};
    },
    RestoreTableToPointInTime: async ({ SourceTableName = '', TargetTableName = '' }) => {
      if (isRefusing) return exception('LimitExceededException', 'Too many restores run at the same time.');
      await createAs(client, SourceTableName, TargetTableName);
      for (const Item of remembered.get(SourceTableName) ?? []) {
        await client.send(new PutItemCommand({ TableName: TargetTableName, Item }));
      }
      return {};
    },
    GetResourcePolicy: ({ ResourceArn = '' }) => {
      const Policy = policies.get(ResourceArn);
      return Policy === undefined ? exception('PolicyNotFoundException', 'The table has no policy.') : { Policy };
    },
    PutResourcePolicy: ({ ResourceArn = '', Policy = '' }) => {
      policies.set(ResourceArn, Policy);
      return {};
    },
  };

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const raw = await text(incoming);
    const [, operation = ''] = String(incoming.headers['x-amz-target']).split('.');
    const body = JSON.parse(raw) as Body;
    requests.push({ operation, body });
    const own = answers[operation];
    const answer = own === undefined ? await forward(endpoint, incoming, raw) : answerOf(await own(body));
    outgoing.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(answer.body);
  }

  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing).catch(() => outgoing.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    requests,
    recovery,
    /** Remembers the items of a table, with recovery enabled, and the times that can be restored. */
    async remember(TableName: string, times: { readonly earliest: number; readonly latest: number }) {
      remembered.set(TableName, await itemsOf(client, TableName));
      recovery.set(TableName, true);
      window = { earliest: times.earliest / 1_000, latest: times.latest / 1_000 };
    },
    setPolicy: async (TableName: string, Policy: string) => policies.set(await arnOf(TableName), Policy),
    policyOf: async (TableName: string) => policies.get(await arnOf(TableName)),
    /** Whether restores are refused. */
    refuseRestores: (refuse: boolean) => (isRefusing = refuse),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function exception(name: string, message: string) {
  return { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message };
}

function answerOf(answer: object) {
  return { status: '__type' in answer ? 400 : 200, body: JSON.stringify(answer) };
}

async function forward(endpoint: string, { headers }: IncomingMessage, body: string) {
  const names = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target'] as const;
  const sent = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  const response = await fetch(endpoint, { method: 'POST', headers: sent, body });
  return { status: response.status, body: await response.text() };
}

async function createAs(client: DynamoDBClient, source: string, TableName: string): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: source }));
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = Table ?? {};
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema,
      AttributeDefinitions,
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: GlobalSecondaryIndexes?.map(({ IndexName, KeySchema: keys, Projection }) => ({
        IndexName,
        KeySchema: keys,
        Projection,
      })),
    }),
  );
}

async function itemsOf(client: DynamoDBClient, TableName: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of paginateScan({ client }, { TableName, ConsistentRead: true }))
    items.push(...(page.Items ?? []));
  return items;
}
