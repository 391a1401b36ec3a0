import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { auditIndexKeys } from '../../src/ledger/keys.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { openSqliteFile } from '../../src/ledger/sqlite-file.ts';
import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import { association, auditEntry, now, openRecord, succeeded, trailQuery } from '../support/ledger-samples.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;
const newFile = () => join(folder, `${(files += 1)}.db`);

describe('a ledger file', () => {
  test('keeps records and entries across a restart', async () => {
    const file = newFile();
    const [record, entry] = [openRecord(), auditEntry()];
    const before = createSqliteLedger({ file });
    await before.commit({ kind: 'free', now }, record, [entry]);
    before.close();
    const after = createSqliteLedger({ file });
    expect(await after.commit({ kind: 'free', now }, record, [])).toEqual({ kind: 'conflict', record });
    expect(await after.getEntry(entry)).toEqual(entry);
    after.close();
  });

  test('survives a power failure, and can be read while another process writes', () => {
    const database = openSqliteFile(newFile(), 0);
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 }); // FULL
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    database.close();
  });

  test('is created with its folder', () => {
    const file = join(folder, 'not', 'yet', 'there.db');
    createSqliteLedger({ file }).close();
    createSqliteLedger({ file }).close();
  });

  test('can be in memory', async () => {
    const ledger = createSqliteLedger({ file: ':memory:' });
    await ledger.appendEntry(auditEntry());
    ledger.close();
  });

  test('that is not a database is rejected by name', () => {
    const file = newFile();
    writeFileSync(file, 'A shopping list. '.repeat(500));
    const opening = () => createSqliteLedger({ file });
    expect(opening).toThrow(`Cannot open the ledger file ${file}: file is not a database`);
    expect(opening).toThrow('Use a SQLite file, or a new file');
  });

  test('in a folder that cannot be created is rejected by name', () => {
    const file = newFile();
    writeFileSync(file, '');
    const inside = join(file, 'ledger.db');
    const opening = () => createSqliteLedger({ file: inside });
    expect(opening).toThrow(`Cannot open the ledger file ${inside}: EEXIST`);
    expect(opening).toThrow('in a folder that exists or can be created');
  });

  test('of a newer version is rejected and not changed', () => {
    const file = newFile();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 2');
    const opening = () => createSqliteLedger({ file });
    expect(opening).toThrow(`The ledger file ${file} has the schema of a newer version`);
    expect(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()).toEqual({ tables: 0 });
    database.close();
  });
});

describe('the trail in a file', () => {
  const file = newFile();
  const entry = auditEntry({ associationArn: association().associationArn });
  let database: DatabaseSync;
  beforeAll(async () => {
    const ledger = createSqliteLedger({ file });
    await ledger.appendEntry(entry);
    ledger.close();
    database = new DatabaseSync(file);
  });
  afterAll(() => {
    database.close();
  });

  const replace = 'INSERT OR REPLACE INTO audit SELECT * FROM (SELECT * FROM audit)';
  test.each(["UPDATE audit SET entry = 'x'", 'DELETE FROM audit', replace])('is insert-only: %s', (sql) => {
    expect(() => {
      database.exec(sql);
    }).toThrow('the audit trail is insert-only');
    expect(database.prepare('SELECT entry FROM audit').all()).toEqual([{ entry: JSON.stringify(entry) }]);
  });

  test('has no rowid by which an entry could be replaced', () => {
    expect(() => database.prepare('SELECT rowid FROM audit')).toThrow('no such column: rowid');
  });

  test('has an index for every partition key', () => {
    for (const [column, key] of Object.entries(auditIndexKeys(entry))) {
      const select = `SELECT entryId FROM audit WHERE ${column} = ? ORDER BY entryId`;
      expect(database.prepare(select).all(key)).toEqual([{ entryId: entry.entryId }]);
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${select}`).all(key);
      expect(JSON.stringify(plan)).toContain(`audit_${column}`);
      expect(JSON.stringify(plan)).not.toContain('TEMP B-TREE');
    }
  });

  test('has an index of the leases of open records', () => {
    const select = "SELECT record FROM idempotency WHERE state = 'IN_PROGRESS' AND leaseUntil <= ? ORDER BY leaseUntil";
    const plan = JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${select}`).all(now));
    expect(plan).toContain('USING INDEX idempotency_byLease');
    expect(plan).not.toContain('TEMP B-TREE');
  });
});

describe('a file that several processes share', () => {
  test('is unavailable for writes but not for reads while another process has locked it', async () => {
    const file = newFile();
    const ledger = createSqliteLedger({ file, busyTimeoutMs: 20 });
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
    createSqliteLedger({ file }).close();
    const frozen = new DatabaseSync(file);
    frozen.exec('BEGIN IMMEDIATE');
    const ledger = createSqliteLedger({ file, busyTimeoutMs: 20 });
    expect(await ledger.expiredLeases(now, 1)).toEqual([]);
    frozen.close();
    ledger.close();
  });

  test('waits until another process releases its lock', async () => {
    const file = newFile();
    const ledger = createSqliteLedger({ file, busyTimeoutMs: 5_000 });
    const locking = run(process.execPath, ['-e', lockFor(file, 100)]);
    await new Promise((resolve) => locking.child.stdout?.once('data', resolve));
    await ledger.appendEntry(auditEntry());
    await locking;
    ledger.close();
  });

  test('gets its tables from one process, for which the others wait', async () => {
    const file = newFile();
    const first = new DatabaseSync(file);
    first.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; CREATE TABLE idempotency (a); PRAGMA user_version = 1');
    const second = run(process.execPath, ['-e', openFile(file, 5_000)]);
    await new Promise((resolve) => second.child.stdout?.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 200));
    first.exec('COMMIT');
    expect((await second).stdout).toContain('opened');
    first.close();
  });

  test('is waited for only until the timeout', async () => {
    const file = newFile();
    const locked = new DatabaseSync(file);
    locked.exec('CREATE TABLE other (a); BEGIN EXCLUSIVE');
    const opening = run(process.execPath, ['-e', openFile(file, 100)], { timeout: 4_000 });
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
    const ledger = createSqliteLedger({ file });
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
  const module = join(import.meta.dirname, '..', '..', 'src', 'ledger', 'sqlite-file.ts');
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
  const module = join(import.meta.dirname, '..', '..', 'src', 'ledger', 'sqlite.ts');
  return `
    import(${JSON.stringify(module)}).then(async ({ createSqliteLedger }) => {
      const ledger = createSqliteLedger({ file: ${JSON.stringify(file)} });
      for (const idempotencyKey of ${JSON.stringify(keys)}) {
        const record = { ...${JSON.stringify(record)}, idempotencyKey };
        const { kind } = await ledger.commit({ kind: 'free', now: ${now} }, record, []);
        if (kind === 'committed') console.log(idempotencyKey);
      }
    });`;
}
