import { openBehindProxy } from '../support/fault-proxy.ts';

/** An empty ledger in DynamoDB whose requests are recorded by a proxy. */
export async function openMeteredLedger() {
  const { ledger, proxy, close } = await openBehindProxy();

  /** Runs `work`. Returns its result, its requests, and how many items DynamoDB read per request and in total. */
  async function measure<T>(work: () => Promise<T>) {
    proxy.seen.length = 0;
    const result = await work();
    const requests = [...proxy.seen];
    const reads = requests.map(({ answer }) => answer?.ScannedCount ?? 0);
    return { result, requests, count: requests.length, reads, read: reads.reduce((sum, items) => sum + items, 0) };
  }

  return { ledger, measure, close };
}
