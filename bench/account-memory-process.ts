// Reads EKS in more and more accounts, each with an assumed role, and sends the memory after each
// number of them to its parent: node --expose-gc account-memory-process.ts EKS_URL STS_URL NUMBER…
import { makeEksFor } from '../src/eks/eks-for.ts';
import type { AccountMemory } from './account-memory.ts';

const [endpoint = '', stsEndpoint = '', ...counts] = process.argv.slice(2);
const region = 'eu-central-1';
const home = { accountId: '111122223333', region };
const most = Math.max(...counts.map(Number));
const accounts = Array.from({ length: most }, (_, index) => {
  const accountId = String(200_000_000_000 + index);
  const roleArn = `arn:aws:iam::${accountId}:role/pod-identity-gateway`;
  return { accountId, regions: [region], roleArn, readRoleArn: `${roleArn}-read` };
});
const eksFor = makeEksFor({
  accounts,
  home,
  access: 'read',
  executorRoleArn: null,
  endpoint,
  stsEndpoint,
  clock: Date.now,
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
});

let read = 0;
for (const count of counts.map(Number)) {
  for (const { accountId } of accounts.slice(read, count)) {
    const eks = eksFor({ accountId, region, clusterName: 'one' });
    const query = { namespace: null, serviceAccount: null, nextToken: null };
    const page = await eks.page(query, { deadline: Date.now() + 10_000 });
    if (page.kind !== 'page') throw new Error(`The list failed: ${page.error.message}`);
  }
  read = count;
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  process.send?.({ accounts: count, heapMb: heapUsed / 1e6, residentMb: rss / 1e6 } satisfies AccountMemory);
}
process.exit(0);
