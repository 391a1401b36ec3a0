import { join } from 'node:path';
import { operationOf, tokenFactsOf, trailEntriesOf } from '../../../bench/baseline/facts.ts';
import type { IdempotencyItem } from '../../../bench/baseline/facts.ts';
import type { AuditItem } from '../../../bench/baseline/audit.ts';
import { createBaseline } from '../../../bench/baseline/handler.ts';
import { createBaselineTables } from '../../../bench/baseline/tables.ts';
import { loadPolicy } from '../../../src/policy/load.ts';
import type { Contender, Process, Tables } from './contender.ts';

const credentials = { accessKeyId: 'simulator', secretAccessKey: 'test' };
const policies = loadPolicy(join(import.meta.dirname, '..', '..', '..', 'policies'));

/** The same API by the usual means, to compare with: see `bench/baseline/README.md`. */
export const baseline: Contender = {
  name: 'baseline',
  settles: false,
  createTables: (client, { tokens, audit }) => createBaselineTables(client, { idempotency: tokens, audit }),
  start,
  entries: (items) => trailEntriesOf(items as readonly AuditItem[]),
  tokens: (items) => tokenFactsOf(items as readonly IdempotencyItem[]),
  operationOf: (change, _, entries) => operationOf(change, entries),
};

function start(url: string, { tokens: idempotency, audit }: Tables): Process {
  const { handler, close } = createBaseline({
    eks: { endpoint: url, credentials },
    dynamoDb: { endpoint: url, credentials, region: 'eu-central-1' },
    tables: { idempotency, audit },
    policies,
    home: { accountId: '111122223333', region: 'eu-central-1' },
    log: () => undefined,
  });
  return { handler, reconcile: null, close: () => void close() };
}
