// Sends creates to a bundle, and measures its memory: node --expose-gc bench/memory-process.ts
// GATEWAY BATCHES SIZE, as a child with an IPC channel. After each batch it sends the figures, and
// waits for a message.
import { once } from 'node:events';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createEvent, ofServiceAccount } from './events.ts';

const [gateway = '', batches = '', size = ''] = process.argv.slice(2);
process.stdout.write = () => true;
const { handler } = (await import(gateway)) as {
  handler: (event: APIGatewayProxyEventV2, context: object) => Promise<{ body: string }>;
};
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 29_000 };
const atOnce = 4;

async function create(index: number): Promise<void> {
  const { body } = await handler(await createEvent(ofServiceAccount(index)), context);
  if (!body.includes('"SUCCEEDED"')) throw new Error(`Expected a success: ${body}`);
}

for (let batch = 0; batch < Number(batches); batch += 1) {
  const indexes = Array.from({ length: Number(size) }, (_, index) => index).values();
  const worker = async () => {
    for (const index of indexes) await create(index);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const figures = { mutations: (batch + 1) * Number(size), heapMb: heapUsed / 1e6, residentMb: rss / 1e6 };
  process.send?.(figures);
  await once(process, 'message');
}
process.exit(0);
