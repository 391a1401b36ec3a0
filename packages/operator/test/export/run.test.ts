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
