import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { makeDynamoDbLedger } from '../../../../src/ledger/dynamodb.ts';
import { makeSqliteLedger } from '../../../local-gateway/src/sqlite/ledger.ts';
import { auditEntryId } from '../../../../src/model/audit.ts';
import { appendAll, auditEntry, auditEntryAt, now } from '../../../../test/support/ledger-samples.ts';
import { describeOnDynamoDb } from '../../../../test/support/on-dynamodb.ts';
import { dynamoDbEndpoint, openTables } from '../../../../test/support/ledgers.ts';
import { problemsOf } from '../../../../test/support/ocsf-rules.ts';

const main = join(import.meta.dirname, '../../src/export/main.ts');

let folder: string;
const file = () => join(folder, 'ledger.sqlite');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the command and closes the pipe once it has written as many lines as wanted. */
async function run(
  args: readonly string[],
  { env = {}, wanted = Infinity, node = [] }: { env?: Record<string, string>; wanted?: number; node?: string[] } = {},
) {
  const child = spawn(process.execPath, [...node, main, ...args], {
    env: { PATH: process.env.PATH, LEDGER_FILE: file(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  let rest = '';
  let count = 0;
  const lines: string[] = [];
  child.stdout.on('data', (chunk) => {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    count += parts.length;
    if (lines.length < 2_000) lines.push(...parts);
    if (count >= wanted) child.stdout.destroy();
  });
  const [code] = (await closed) as [number | null];
  return { code, errors, lines, count, rest };
}

const until = ['--until', new Date(now + 86_400_000).toISOString()];

describe('npm run audit:export', () => {
  const count = 50_000;
  const entries = [auditEntry({ event: 'DENIED', message: 'No.' }), auditEntry()];

  beforeAll(async () => {
    const ledger = makeSqliteLedger({ file: file() });
    await appendAll(ledger, entries);
    ledger.close();
    const big = makeSqliteLedger({ file: join(folder, 'big.sqlite') });
    const message = 'm'.repeat(2_000);
    for (let start = 0; start < count; start += 5_000) {
      await appendAll(
        big,
        Array.from({ length: 5_000 }, (_, index) => auditEntryAt(now + start + index, { message })),
      );
    }
    big.close();
  }, 120_000);

  test('writes entries as they are stored, with their ids', async () => {
    const { code, errors, lines } = await run(until);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      entries.toReversed().map((entry) => ({ v: 1, id: auditEntryId(entry), ...entry })),
    );
  });

  test('writes events of OCSF', async () => {
    const { code, lines } = await run([...until, '--format', 'ocsf']);
    const events = lines.map((line) => JSON.parse(line) as { metadata: { uid: string } });
    expect(code).toBe(0);
    expect(events.flatMap(problemsOf)).toEqual([]);
    expect(events.map(({ metadata }) => metadata.uid)).toEqual(entries.toReversed().map(auditEntryId));
  });

  test('exports 100 MB with a heap of 32 MB', async () => {
    const env = { LEDGER_FILE: join(folder, 'big.sqlite') };
    const { code, errors, count: written } = await run(until, { env, node: ['--max-old-space-size=32'] });
    expect({ code, errors, written }).toEqual({ code: 0, errors: '', written: count });
  });

  test('exits with 0 when the reader closes the pipe', async () => {
    const env = { LEDGER_FILE: join(folder, 'big.sqlite') };
    const { code, errors, count: read } = await run(until, { env, wanted: 1 });
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(read).toBeLessThan(count / 10);
  });

  test('says what is wrong with its arguments, in one line', async () => {
    const { code, errors, lines } = await run(['--since', 'yesterday']);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(errors).toMatch(/^--since is "yesterday": give an RFC 3339 timestamp, .* Run with --help for usage\.\n$/);
  });

  test('says what is wrong with its settings', async () => {
    const { code, errors } = await run([], { env: { LEDGER: 'postgres' } });
    expect({ code, errors }).toEqual({
      code: 2,
      errors: 'LEDGER is "postgres": set it to sqlite (a file on this machine) or dynamodb.\n',
    });
  });

  test('rejects a missing ledger, and does not create one', async () => {
    const missing = join(folder, 'missing.sqlite');
    const { code, errors } = await run([], { env: { LEDGER_FILE: missing } });
    expect(code).toBe(1);
    expect(errors).toBe(
      `The ledger file ${missing} does not exist. Set LEDGER_FILE to the file of a ledger, or LEDGER to dynamodb.\n`,
    );
    expect(existsSync(missing)).toBe(false);
  });

  test('rejects a ledger in memory', async () => {
    const { code, errors } = await run([], { env: { LEDGER_FILE: ':memory:' } });
    expect(code).toBe(1);
    expect(errors).toMatch(/^A ledger in memory ends with the process that created it\./);
  });

  test('says in one line that a file is not a ledger', async () => {
    const other = join(folder, 'other.txt');
    writeFileSync(other, 'x'.repeat(5_000));
    const { code, errors } = await run([], { env: { LEDGER_FILE: other } });
    expect(code).toBe(1);
    expect(errors).toMatch(/^Cannot open the ledger file .*not a database.*\n$/);
  });
});

describeOnDynamoDb('npm run audit:export on DynamoDB', () => {
  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };
  const base = () => ({ LEDGER: 'dynamodb', AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint ?? '', ...credentials });

  test('writes the entries of the table in AUDIT_TABLE', async () => {
    const { client, names, close } = await openTables();
    const entry = auditEntry();
    await makeDynamoDbLedger({ client, ...names }).appendEntry(entry);
    const env = { ...base(), IDEMPOTENCY_TABLE: names.idempotencyTable, AUDIT_TABLE: names.auditTable };
    const { code, errors, lines } = await run(until, { env });
    await close();
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([{ v: 1, id: auditEntryId(entry), ...entry }]);
  });

  test('rejects a missing table', async () => {
    const { code, errors, lines } = await run(until, { env: { ...base(), AUDIT_TABLE: 'there-is-none' } });
    expect({ code, lines }).toEqual({ code: 1, lines: [] });
    expect(errors).toMatch(/^The ledger can't be read: ResourceNotFoundException: .*\n0 entries were written\.\n$/);
  });
});
