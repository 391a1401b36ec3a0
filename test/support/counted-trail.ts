import { makeDynamoDbLedger } from '../../src/ledger/dynamodb.ts';
import { dynamoDbClient, dynamoDbEndpoint, openTables } from './ledgers.ts';
import { startFaultProxy } from './fault-proxy.ts';

/** An empty ledger in DynamoDB whose requests are recorded by a proxy. */
export async function openMeteredLedger() {
  const tables = await openTables();
  const proxy = await startFaultProxy(dynamoDbEndpoint ?? '');
  const client = dynamoDbClient({ endpoint: proxy.endpoint });
  const ledger = makeDynamoDbLedger({ client, ...tables.names });

  /** Runs `work`. Returns its result, its requests, and how many items DynamoDB read per request and in total. */
  async function measure<T>(work: () => Promise<T>) {
    proxy.seen.length = 0;
    const result = await work();
    const requests = [...proxy.seen];
    const reads = requests.map(({ answer }) => answer?.ScannedCount ?? 0);
    return { result, requests, count: requests.length, reads, read: reads.reduce((sum, items) => sum + items, 0) };
  }

  const close = async () => {
    ledger.close();
    await proxy.stop();
    await tables.close();
  };
  return { ledger, measure, close };
}
