import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { auditIndexKeys, trailShardOf } from '../../../src/ledger/stored/keys.ts';
import { auditIndexes } from '../../../src/ledger/stored/tables.ts';
import { associationVersion } from '../../../test/support/stored-samples.ts';
import { openSqliteFile, sqliteErrorCode } from '../src/file.ts';
import { queryStatement } from '../src/query.ts';
import { schemaVersion } from '../src/schema.ts';
import { makeSqliteLedger } from '../src/ledger.ts';
import { association, auditEntry, recordTime as now, openRecord } from '../../../test/support/ledger-samples.ts';

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
    const before = makeSqliteLedger({ file });
    await before.commit({ kind: 'free', now }, record, [entry]);
    before.close();
    const after = makeSqliteLedger({ file });
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

  test('a ledger file is created with its folder', () => {
    const file = join(folder, 'not', 'yet', 'there.db');
    makeSqliteLedger({ file }).close();
    makeSqliteLedger({ file }).close();
  });

  test('can be in memory', async () => {
    const ledger = makeSqliteLedger({ file: ':memory:' });
    await ledger.appendEntry(auditEntry());
    ledger.close();
  });

  test('that is not a database is rejected by name', () => {
    const file = newFile();
    writeFileSync(file, 'A shopping list. '.repeat(500));
    const opening = () => makeSqliteLedger({ file });
    expect(opening).toThrow(`Cannot open the ledger file ${file}: file is not a database`);
    expect(opening).toThrow('Use a SQLite file, or a new file');
  });

  test('in a folder that cannot be created is rejected by name', () => {
    const file = newFile();
    writeFileSync(file, '');
    const inside = join(file, 'ledger.db');
    const opening = () => makeSqliteLedger({ file: inside });
    expect(opening).toThrow(`Cannot open the ledger file ${inside}: EEXIST`);
    expect(opening).toThrow('in a folder that exists or can be created');
  });

  test.each([
    ['a newer', schemaVersion + 1],
    ['an older', 1],
  ])('of %s version is rejected and not changed', (relation, version) => {
    const file = newFile();
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA user_version = ${version}`);
    const opening = () => makeSqliteLedger({ file });
    expect(opening).toThrow(`The ledger file ${file} has the schema of ${relation} version of the gateway. `);
    expect(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()).toEqual({ tables: 0 });
    database.close();
  });
});

test('personal data of an entry can be removed from a file, not replaced, and no other attribute with them', async () => {
  const file = newFile();
  const ledger = makeSqliteLedger({ file });
  const entry = { ...auditEntry(), sourceAddress: '192.0.2.7', personal: { salt: '0123456789012345678901' } };
  await ledger.appendEntry(entry);
  const database = new DatabaseSync(file);
  const { item } = database.prepare('SELECT item FROM audit').get() ?? {};
  const names = Object.keys(JSON.parse(String(item)) as object).filter((name) => name !== 'personal');
  expect(names.length).toBeGreaterThan(10);
  const erased = "json_remove(item, '$.personal')";
  const changes = [
    `item = json_set(item, '$.personal', '{}')`,
    ...names.map((name) => `item = json_set(${erased}, '$.${name}', 'x')`),
    `item = json_set(${erased}, '$.added', 'x')`,
    ...['operationId', 'entryId'].map((column) => `item = ${erased}, ${column} = 'x'`),
  ];
  for (const change of changes) {
    expect(() => {
      database.exec(`UPDATE audit SET ${change}`);
    }).toThrow('the audit trail is insert-only');
  }
  database.close();
  expect(await ledger.erasePersonalData(entry)).toBe(true);
  expect(await ledger.erasePersonalData(entry)).toBe(false);
  expect(await ledger.getEntry(entry)).toMatchObject({ sourceAddress: null, personal: { entryId: entry.entryId } });
  ledger.close();
});

describe('the trail in a file', () => {
  const file = newFile();
  const entry = auditEntry({ associationArn: association().associationArn });
  const denied = { ...entry, event: 'DENIED', fence: null } as const;
  let database: DatabaseSync;
  beforeAll(async () => {
    const ledger = makeSqliteLedger({ file });
    await ledger.appendEntry(entry);
    ledger.close();
    database = new DatabaseSync(file);
  });
  afterAll(() => {
    database.close();
  });

  const replace = 'INSERT OR REPLACE INTO audit SELECT * FROM (SELECT * FROM audit)';
  test.each(["UPDATE audit SET item = '{}'", 'DELETE FROM audit', replace])(
    'the trail in a file is insert-only: %s',
    (sql) => {
      expect(() => {
        database.exec(sql);
      }).toThrow('the audit trail is insert-only');
      const select = database.prepare(`SELECT item ->> '$.entry' AS entry FROM audit`);
      expect(select.all()).toEqual([{ entry: JSON.stringify({ v: 1, ...entry }) }]);
    },
  );

  test('has no rowid by which an entry could be replaced', () => {
    expect(() => database.prepare('SELECT rowid FROM audit')).toThrow('no such column: rowid');
  });

  test('has an index for every partition key, and one of the whole trail', () => {
    const keys: Record<string, string> = { ...auditIndexKeys(denied), ...auditIndexKeys(entry) };
    const { byTime, ...others } = auditIndexes;
    expect(new Set(Object.keys(keys))).toEqual(new Set(Object.values(others)));
    const values: Record<string, string> = { ...keys, [byTime]: trailShardOf(entry.entryId) };
    for (const [index, attribute] of Object.entries(auditIndexes)) {
      const { sql, parameters } = queryStatement({ table: 'audit', index, hash: values[attribute] ?? '' });
      expect(database.prepare(sql).all(...parameters, 2)).toHaveLength(attribute === 'deniedNamespaceKey' ? 0 : 1);
    }
  });
});

describe('the history in a file', () => {
  test.each(["UPDATE idempotency SET item = '{}'", 'DELETE FROM idempotency'])('is insert-only: %s', async (sql) => {
    const file = newFile();
    const ledger = makeSqliteLedger({ file });
    const version = { ...associationVersion, isRead: true } as const;
    const change = { target: version.target, openOperations: [], endedOperationIds: [], version };
    expect(await ledger.observeAssociation(0, change, null)).toBe(true);
    ledger.close();
    const database = new DatabaseSync(file);
    expect(() => {
      database.exec(sql);
    }).toThrow('the history of associations is insert-only');
    database.close();
  });
});

test('the result code of an error of SQLite is its errcode', () => {
  expect(sqliteErrorCode(Object.assign(new Error('database is locked'), { errcode: 261 }))).toBe(261);
});

test.each([
  ['an error of another kind', new Error('no')],
  ['null', null],
  ['undefined', undefined],
  ['a string', 'errcode'],
  ['an error with another kind of code', { errcode: 'SQLITE_BUSY' }],
])('%s has no result code', (_, error) => {
  expect(sqliteErrorCode(error)).toBeNull();
});
