// A process that sends the events of a ledger file until it is killed: node deliverer.ts FILE URL SECRET
import { setTimeout as sleep } from 'node:timers/promises';
import { webhookTarget } from '../../../src/app/event-target.ts';
import { deliverNext } from '../../../packages/local-gateway/src/delivery.ts';
import { makeSqliteLedger } from '../../../packages/sqlite-ledger/src/ledger.ts';

const [file = '', url = '', secret = ''] = process.argv.slice(2);
const ledger = makeSqliteLedger({ file, busyTimeoutMs: 10_000 });
const target = webhookTarget({ url, secrets: [secret], secretArn: '' }, 'eu-central-1');
const deps = { ledger, target, denialShare: 1, log: () => undefined, sentAhead: new Set<string>() };
await ledger.startCursor('webhook');
process.stdout.write('ready\n');
for (;;) {
  await deliverNext(deps, 'webhook').catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  await sleep(5);
}
