import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AuditEntry } from '../src/model/audit.ts';
import { makeDynamoDbLedger } from '../src/ledger/dynamodb/ledger.ts';
import type { Ledger, IdempotencyRecord } from '../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../packages/sqlite-ledger/src/ledger.ts';
import { createTables } from '../src/ledger/dynamodb/tables.ts';
import { startDynamoDbLocal } from '../test/support/dynamodb-local.ts';
import { startFaultProxy } from '../test/support/fault-proxy.ts';
import { end, trailOf } from './trail-entries.ts';
import { measurePages, pageCases } from './trail-pages.ts';
import type { MeasuredPage, PageCase } from './trail-pages.ts';

/**
 * The measured pages, and the DynamoDB requests and items read per page; `wire` is null for SQLite.
 */
export interface MeasuredTrail {
  readonly pages: readonly MeasuredPage[];
  readonly wire: readonly { readonly requests: number; readonly read: number }[] | null;
}

/** Fills a SQLite file with this many entries, measures it and removes it. */
export async function measureSqlite(length: number): Promise<MeasuredTrail> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-trail-'));
  const ledger = makeSqliteLedger({ file: join(folder, 'ledger.db') });
  try {
    await fill('SQLite', ledger, length, 500, 1);
    return { pages: await measurePages(ledger, await pageCases(ledger)), wire: null };
  } finally {
    ledger.close();
    await rm(folder, { recursive: true });
  }
}

/** Fills new DynamoDB tables with this many entries, measures them and deletes them. */
export async function measureDynamoDb(length: number): Promise<MeasuredTrail> {
  const given = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  const started = given ? null : await startDynamoDbLocal(join(import.meta.dirname, '..', '.cache'));
  const endpoint = started?.endpoint ?? given ?? '';
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  const client = dynamoDbClient(endpoint);
  const ledger = makeDynamoDbLedger({ client, ...names });
  try {
    await createTables(client, names);
    // A DynamoDB transaction holds up to 100 items.
    await fill('DynamoDB', ledger, length, 99, 4);
    const cases = await pageCases(ledger);
    const wire = await countAtWire(endpoint, cases, (counted) => makeDynamoDbLedger({ client: counted, ...names }));
    const pages = await measurePages(ledger, cases);
    if (started === null) {
      for (const TableName of Object.values(names)) await client.send(new DeleteTableCommand({ TableName }));
    }
    return { pages, wire };
  } finally {
    ledger.close();
    await started?.stop();
  }
}

function dynamoDbClient(endpoint: string): DynamoDBClient {
  const local = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  return new DynamoDBClient({ endpoint, ...(process.env.AWS_ACCESS_KEY_ID ? {} : local) });
}

/** Reads each page once through a proxy that counts requests and items read. */
async function countAtWire(
  endpoint: string,
  cases: readonly PageCase[],
  ledgerOn: (client: DynamoDBClient) => Ledger,
): Promise<{ requests: number; read: number }[]> {
  const proxy = await startFaultProxy(endpoint);
  const ledger = ledgerOn(dynamoDbClient(proxy.endpoint));
  const counts: { requests: number; read: number }[] = [];
  for (const { query } of cases) {
    proxy.seen.length = 0;
    await ledger.readTrail(query);
    const read = proxy.seen.reduce((sum, { answer }) => sum + (answer?.ScannedCount ?? 0), 0);
    counts.push({ requests: proxy.seen.length, read });
  }
  ledger.close();
  await proxy.stop();
  return counts;
}

/**
 * Writes an audit trail with the ledger's commits: `size` entries per commit, `atOnce` commits in
 * parallel.
 */
export async function fill(name: string, ledger: Ledger, length: number, size: number, atOnce: number): Promise<void> {
  let writing: Promise<unknown>[] = [];
  let batch: AuditEntry[] = [];
  let written = 0;
  const write = (entries: AuditEntry[]) => ledger.commit({ kind: 'free', now: end }, recordOf(entries), entries);
  for (const entry of trailOf(length)) {
    batch.push(entry);
    written += 1;
    if (batch.length < size && written < length) continue;
    writing.push(write(batch));
    batch = [];
    if (writing.length < atOnce && written < length) continue;
    await Promise.all(writing);
    writing = [];
    if (written === length || written % 50_000 < size * atOnce) {
      process.stderr.write(`${name}: ${written} of ${length} entries\n`);
    }
  }
}

/** The idempotency record of a commit. */
function recordOf([entry]: readonly AuditEntry[]): IdempotencyRecord {
  if (!entry?.request) throw new Error('There is no entry of a change.');
  return {
    idempotencyKey: createHash('sha256').update(entry.entryId).digest('hex'),
    operation: entry.operation,
    operationId: entry.operationId,
    fence: 1,
    state: 'RELEASED',
    fingerprint: 'f'.repeat(64),
    startedAt: end,
    leaseUntil: end,
    inDoubtUntil: end,
    expiresAt: end,
    modifiedAtBefore: null,
    inDoubtOperationIds: [],
    result: null,
  };
}
