import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationOf, recordFactsOf, trailEntriesOf } from '../baseline/facts.ts';
import type { IdempotencyItem } from '../baseline/facts.ts';
import type { AuditItem } from '../baseline/audit.ts';
import { makeBaseline } from '../baseline/handler.ts';
import { createBaselineTables } from '../baseline/tables.ts';
import { loadPolicy } from '../../../src/policy/load.ts';
import type { Implementation, Process, Tables } from './implementation.ts';

const credentials = { accessKeyId: 'simulator', secretAccessKey: 'test' };
const policies = loadPolicy(join(import.meta.dirname, '..', '..', '..', 'policies'));

/** The baseline implementation for comparison: see `test/reliability/baseline/README.md`. */
export const baseline: Implementation = {
  name: 'baseline',
  library: libraryOf('@aws-lambda-powertools/idempotency'),
  lock: null,
  lockForAMoment: null,
  adopts: false,
  hasDesiredStates: false,
  changesTags: false,
  hasReconciler: false,
  observed: null,
  leaveInProgress: null,
  history: null,
  approvals: null,
  erasures: null,
  hasExpiries: false,
  createTables: createBaselineTables,
  start,
  entries: (items) => trailEntriesOf(items as readonly AuditItem[]),
  records: (items) => recordFactsOf(items as readonly IdempotencyItem[]),
  operationOf: (change, _, entries) => operationOf(change, entries),
};

/** Name and installed version of a package. */
function libraryOf(name: string): string {
  const file = join(import.meta.dirname, '..', '..', '..', 'node_modules', name, 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
  return `${name} ${version}`;
}

function start(url: string, tables: Tables): Process {
  const { handler, close } = makeBaseline({
    eks: { endpoint: url, credentials },
    dynamoDb: { endpoint: url, credentials, region: 'eu-central-1' },
    tables,
    policies,
    home: { accountId: '111122223333', region: 'eu-central-1' },
    log: () => undefined,
  });
  return { handler, reconcile: null, scan: null, expire: null, erase: null, close: () => void close() };
}
