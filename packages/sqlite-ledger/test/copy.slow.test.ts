// Quick test: packages/sqlite-ledger/test/ledger.test.ts.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { copySqliteLedger } from '../src/copy.ts';
import { makeSqliteLedger } from '../src/ledger.ts';
import { auditEntry, openRecord, recordTime as now } from '../../../test/support/ledger-samples.ts';

let folder: string;
let file: string;
let copy: string;
let ledger: Ledger;
const [record, entry] = [openRecord(), auditEntry()];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  [file, copy] = [join(folder, 'ledger.sqlite'), join(folder, 'copy.sqlite')];
  ledger = makeSqliteLedger({ file });
  await ledger.commit({ kind: 'free', now }, record, [entry]);
});

afterEach(() => {
  ledger.close();
  rmSync(folder, { recursive: true });
});

const opening = (path: string) => () => makeSqliteLedger({ file: path }).close();

test('a copy of an open ledger file without its log is refused, with the command that copies both, and not changed', () => {
  copyFileSync(file, copy);
  const before = readFileSync(copy);
  expect(opening(copy)).toThrow(`The ledger file ${copy} was copied without its log ${copy}-wal`);
  expect(opening(copy)).toThrow('npx pod-identity-operator ledger copy');
  expect(readFileSync(copy)).toEqual(before);
  expect(existsSync(`${copy}-wal`)).toBe(false);
});

test('a copy of an open ledger file with its log is opened', async () => {
  copyFileSync(file, copy);
  copyFileSync(`${file}-wal`, `${copy}-wal`);
  const copied = makeSqliteLedger({ file: copy });
  expect(await copied.getEntry(entry)).toEqual(entry);
  copied.close();
});

describe('the copy command', () => {
  test('copies all of an open ledger, in one file', async () => {
    copySqliteLedger(file, copy);
    expect(existsSync(`${copy}-wal`)).toBe(false);
    ledger.close();
    rmSync(file);
    const copied = makeSqliteLedger({ file: copy });
    expect(await copied.getRecord(record.idempotencyKey)).toEqual(record);
    expect(await copied.operationEntries(entry.operationId)).toEqual([entry]);
    await copied.appendEntry(auditEntry());
    copied.close();
    ledger = makeSqliteLedger({ file: copy });
  });

  test('does not replace a file', () => {
    writeFileSync(copy, '');
    expect(() => copySqliteLedger(file, copy)).toThrow(`${copy} exists already`);
    expect(readFileSync(copy)).toHaveLength(0);
  });

  test('creates no ledger where there is none to copy', () => {
    const missing = join(folder, 'missing.sqlite');
    expect(() => copySqliteLedger(missing, copy)).toThrow(`The ledger file ${missing} does not exist`);
    expect([missing, copy].map((path) => existsSync(path))).toEqual([false, false]);
  });
});

describe('a file of the current version', () => {
  const changedBy = (sql: string) => {
    copySqliteLedger(file, copy);
    const database = new DatabaseSync(copy);
    database.exec(sql);
    database.close();
  };

  test.each([
    ['without an index', 'DROP INDEX audit_byPrincipal', 'index audit_byPrincipal'],
    [
      'with an index of another attribute',
      `DROP INDEX audit_byPrincipal; CREATE INDEX audit_byPrincipal ON audit (item ->> '$.event', entryId)`,
      'index audit_byPrincipal',
    ],
    ['without a trigger of the insert-only trail', 'DROP TRIGGER audit_no_delete', 'trigger audit_no_delete'],
    ['without a column', 'ALTER TABLE deliveryCursor DROP COLUMN position', 'table deliveryCursor'],
    [
      'with another key',
      'DROP TABLE idempotency; CREATE TABLE idempotency (idempotencyKey TEXT, item TEXT)',
      'table idempotency',
    ],
  ])('%s is refused by name', (_, sql, name) => {
    changedBy(sql);
    expect(opening(copy)).toThrow(RegExp(`The ledger file ${copy} differs from those of this version in: .*${name}`));
  });

  test('with an index more is opened', () => {
    changedBy('CREATE INDEX more ON audit (item)');
    expect(opening(copy)).not.toThrow();
  });
});

test('a database of another program is refused and not changed', () => {
  const database = new DatabaseSync(copy);
  database.exec('CREATE TABLE recipes (name TEXT)');
  database.close();
  expect(opening(copy)).toThrow(`${copy} is the database of another program`);
  const after = new DatabaseSync(copy);
  expect(after.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'recipes' }]);
  after.close();
});
