import { mkdtempSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDynamoDbLedger } from '../../../../src/ledger/dynamodb/ledger.ts';
import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { auditEntryId } from '../../../../src/model/audit.ts';
import { runOperator } from '../run-operator.ts';
import { appendAll, auditEntry, now } from '../../../../test/support/ledger-samples.ts';
import { describeOnDynamoDb } from '../../../../test/support/on-dynamodb.ts';
import { dynamoDbEndpoint, openTables } from '../../../../test/support/ledgers.ts';
import { trailExport } from '../../src/export/command.ts';
import { makeProgress } from '../../src/cli/progress.ts';
import { problemsOf } from './ocsf-rules.ts';

let folder: string;
const file = () => join(folder, 'ledger.sqlite');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runOperator(['trail', 'export', ...args], { LEDGER_FILE: file(), ...env });

const parsed = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

const until = ['--until', new Date(now + 86_400_000).toISOString()];

describe('pod-identity-operator trail export', () => {
  const entries = [auditEntry({ event: 'DENIED', message: 'No.' }), auditEntry()];

  beforeAll(async () => {
    const ledger = makeSqliteLedger({ file: file() });
    await appendAll(ledger, entries);
    ledger.close();
  });

  test('writes entries as they are stored, with their ids', async () => {
    const { status, stdout, stderr } = await run(until);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(parsed(stdout)).toEqual(entries.toReversed().map((entry) => ({ v: 1, id: auditEntryId(entry), ...entry })));
  });

  test('writes events of OCSF', async () => {
    const { status, stdout } = await run([...until, '--format', 'ocsf']);
    const events = parsed(stdout) as { metadata: { uid: string } }[];
    expect(status).toBe(0);
    expect(events.flatMap(problemsOf)).toEqual([]);
    expect(events.map(({ metadata }) => metadata.uid)).toEqual(entries.toReversed().map(auditEntryId));
  });

  test('says what is wrong with its settings', async () => {
    const { status, stderr } = await run([], { LEDGER: 'postgres' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^LEDGER is "postgres": set it to sqlite \(a file on this machine\) or dynamodb\.\n/);
  });

  test('rejects a missing ledger, and does not create one', async () => {
    const missing = join(folder, 'missing.sqlite');
    const { status, stderr } = await run([], { LEDGER_FILE: missing });
    expect(status).toBe(2);
    expect(stderr).toContain(
      `The ledger file ${missing} does not exist. Set LEDGER_FILE to the file of a ledger, or LEDGER to dynamodb.\n`,
    );
    expect(existsSync(missing)).toBe(false);
  });

  test('rejects a ledger in memory', async () => {
    const { status, stderr } = await run([], { LEDGER_FILE: ':memory:' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^A ledger in memory ends with the process that created it\./);
  });

  test('says in one line that a file is not a ledger', async () => {
    const other = join(folder, 'other.txt');
    writeFileSync(other, 'x'.repeat(5_000));
    const { status, stderr } = await run([], { LEDGER_FILE: other });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Cannot open the ledger file .*not a database.*\n$/);
  });
});

describeOnDynamoDb('pod-identity-operator trail export on DynamoDB', () => {
  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };
  const base = () => ({ LEDGER: 'dynamodb', AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint ?? '', ...credentials });

  test('writes the entries of the table in AUDIT_TABLE', async () => {
    const { client, names, close } = await openTables();
    const entry = auditEntry();
    await makeDynamoDbLedger({ client, ...names }).appendEntry(entry);
    const env = { ...base(), IDEMPOTENCY_TABLE: names.idempotencyTable, AUDIT_TABLE: names.auditTable };
    const { status, stdout, stderr } = await run(until, env);
    await close();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(parsed(stdout)).toEqual([{ v: 1, id: auditEntryId(entry), ...entry }]);
  });

  test('rejects a missing table', async () => {
    const { status, stdout, stderr } = await run(until, { ...base(), AUDIT_TABLE: 'there-is-none' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^The ledger can't be read: ResourceNotFoundException: .*\n0 entries were written\.\n$/);
  });
});

test.each([
  [['--format', 'csv'], '--format is "csv": give one of ndjson, ocsf.'],
  [['--since', '2026-11-01'], '--since is "2026-11-01": give an RFC 3339 timestamp, such as 2026-11-24T10:00:00Z.'],
  [['--since', '2026-02-30T00:00:00Z'], '--since is "2026-02-30T00:00:00Z": give an RFC 3339 timestamp'],
  [['--until', '2026-11-01 00:00:00'], '--until is "2026-11-01 00:00:00": give an RFC 3339 timestamp'],
  [['--until', ''], '--until is "": give an RFC 3339 timestamp'],
  [['--since', '2999-11-25T00:00:00Z'], '--since must be before --until, which is now.'],
  [['--since', '2026-11-01T00:00:00Z', '--until', '2026-11-01T00:00:00Z'], '--since must be before --until.'],
])('trail export rejects %j, and says why', async (args, message) => {
  const { status, stderr } = await run(args);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
});

test('a time can have any UTC offset', () => {
  const { until } = trailExport.options;
  const read = until?.type === 'string' ? until.read : undefined;
  expect(read?.('2026-11-02T01:00:00.5+01:00', () => undefined)).toBe(Date.UTC(2026, 10, 2) + 500);
});

function screen(isTTY: boolean) {
  const shown: string[] = [];
  let now = 0;
  const progress = makeProgress({ isTTY, write: (text) => shown.push(text) }, () => now);
  return { progress, shown, at: (time: number) => (now = time) };
}

test('the progress of an export updates a line on a terminal at intervals, and always shows the last one', () => {
  const { progress, shown, at } = screen(true);
  at(1_000);
  progress.report(2_000, 'entries', 'back to 2026-11-24T12:00:00.000Z');
  at(1_100);
  progress.report(2_250, 'entries', 'back to 2026-11-24T11:00:00.000Z');
  expect(shown).toEqual(['\r2,000 entries, 2,000/s, back to 2026-11-24T12:00:00.000Z\u001b[K']);
  progress.end();
  expect(shown.slice(1)).toEqual(['\r2,250 entries, 2,045/s, back to 2026-11-24T11:00:00.000Z\u001b[K', '\n']);
});

test('the progress of an export shows nothing when nothing is read', () => {
  const { progress, shown } = screen(true);
  progress.end();
  expect(shown).toEqual([]);
});

test('the progress of an export shows nothing without a terminal', () => {
  const { progress, shown, at } = screen(false);
  at(1_000);
  progress.report(1, 'entries', 'back to 2026-11-24T12:00:00.000Z');
  progress.end();
  expect(shown).toEqual([]);
});
