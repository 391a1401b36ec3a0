// Quick test: packages/sqlite-ledger/test/ledger.test.ts.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { LedgerUnavailable } from '../../../src/ledger/ledger.ts';
import { schema } from '../src/schema.ts';
import { makeSqliteLedger } from '../src/ledger.ts';
import {
  auditEntry,
  recordTime as now,
  openRecord,
  succeeded,
  trailQuery,
} from '../../../test/support/ledger-samples.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;
const newFile = () => join(folder, `${(files += 1)}.db`);

describe('a file that several processes share', () => {
  test('a file that several processes share is unavailable for writes but not for reads while another process has locked it', async () => {
    const file = newFile();
    const ledger = makeSqliteLedger({ file, busyTimeoutMs: 20 });
    const entry = auditEntry();
    await ledger.appendEntry(entry);
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(ledger.appendEntry(auditEntry())).rejects.toThrow(LedgerUnavailable);
    await expect(ledger.commit({ kind: 'free', now }, openRecord(), [])).rejects.toThrow(LedgerUnavailable);
    expect(await ledger.getEntry(entry)).toEqual(entry);
    expect(await ledger.expiredLeases(now, 1)).toEqual([]);
    other.exec('ROLLBACK');
    await ledger.appendEntry(auditEntry());
    other.close();
    ledger.close();
  });

  test('can be opened and read while another process is stuck in a write', async () => {
    const file = newFile();
    makeSqliteLedger({ file }).close();
    const frozen = new DatabaseSync(file);
    frozen.exec('BEGIN IMMEDIATE');
    const ledger = makeSqliteLedger({ file, busyTimeoutMs: 20 });
    expect(await ledger.expiredLeases(now, 1)).toEqual([]);
    frozen.close();
    ledger.close();
  });

  test('waits until another process releases its lock', async () => {
    const file = newFile();
    const ledger = makeSqliteLedger({ file, busyTimeoutMs: 50_000 });
    const locking = run(process.execPath, ['-e', lockFor(file, 100)]);
    await new Promise((resolve) => locking.child.stdout?.once('data', resolve));
    await ledger.appendEntry(auditEntry());
    await locking;
    ledger.close();
  });

  test('gets its tables from one process, for which the others wait', async () => {
    const file = newFile();
    const first = new DatabaseSync(file);
    first.exec(`PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; ${schema}`);
    const second = run(process.execPath, ['-e', openFile(file, 50_000)]);
    await new Promise((resolve) => second.child.stdout?.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 200));
    first.exec('COMMIT');
    expect((await second).stdout).toContain('opened');
    first.close();
  });

  test('a file that several processes share is waited for only until the timeout', async () => {
    const file = newFile();
    const locked = new DatabaseSync(file);
    locked.exec('CREATE TABLE other (a); BEGIN EXCLUSIVE');
    const opening = run(process.execPath, ['-e', openFile(file, 100)], { timeout: 50_000 });
    await expect(opening).rejects.toMatchObject({ stderr: expect.stringContaining('Cannot open the ledger file') });
    locked.close();
  });

  test('lets exactly one process claim each key', async () => {
    const file = newFile();
    const keys = Array.from({ length: 20 }, () => openRecord().idempotencyKey);
    const workers = ['a', 'b', 'c'].map((name) => run(process.execPath, ['-e', claim(file, keys, name)]));
    const outputs = await Promise.all(workers);
    const claimed = outputs.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''));
    expect(claimed.toSorted()).toEqual(keys.toSorted());
  });

  test('without its tables is unavailable', async () => {
    const file = newFile();
    const ledger = makeSqliteLedger({ file });
    const other = new DatabaseSync(file);
    other.exec('DROP TABLE audit; DROP TABLE idempotency;');
    const entry = auditEntry();
    const calls = [
      () => ledger.commit({ kind: 'free', now }, succeeded(openRecord()), [entry]),
      () => ledger.appendEntry(entry),
      () => ledger.getRecord(openRecord().idempotencyKey),
      () => ledger.getEntry(entry),
      () => ledger.operationEntries(entry.operationId),
      () => ledger.readTrail(trailQuery({ kind: 'principal', principalId: entry.principal.id })),
      () => ledger.expiredLeases(now, 1),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(LedgerUnavailable);
    other.close();
    ledger.close();
  });
});

/** Source of a program that locks a file, prints a line, and releases the lock after `ms` milliseconds. */
function lockFor(file: string, ms: number): string {
  return `
    const { DatabaseSync } = require('node:sqlite');
    const database = new DatabaseSync(${JSON.stringify(file)});
    database.exec('BEGIN IMMEDIATE');
    console.log('locked');
    setTimeout(() => database.close(), ${ms});`;
}

/** Source of a program that opens a ledger file and prints a line before and after. */
function openFile(file: string, timeout: number): string {
  const module = join(import.meta.dirname, '../src/file.ts');
  return `
    import(${JSON.stringify(module)}).then(({ openSqliteFile }) => {
      console.log('opening');
      openSqliteFile(${JSON.stringify(file)}, ${timeout}).close();
      console.log('opened');
    });`;
}

/** Source of a program that tries to claim every key and prints the claimed ones. */
function claim(file: string, keys: string[], name: string): string {
  const record = openRecord({ operationId: name });
  const module = join(import.meta.dirname, '../src/ledger.ts');
  return `
    import(${JSON.stringify(module)}).then(async ({ makeSqliteLedger }) => {
      const ledger = makeSqliteLedger({ file: ${JSON.stringify(file)} });
      for (const idempotencyKey of ${JSON.stringify(keys)}) {
        const record = { ...${JSON.stringify(record)}, idempotencyKey };
        const { kind } = await ledger.commit({ kind: 'free', now: ${now} }, record, []);
        if (kind === 'committed') console.log(idempotencyKey);
      }
    });`;
}
