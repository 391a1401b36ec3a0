import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { schema } from './schema.ts';

/**
 * How long a file may be as another process leaves it for a moment while it creates the file.
 * Milliseconds.
 */
const creationMs = 200;

/**
 * Whether a file has no table, was in use with a write-ahead log, and the log is missing. A ledger
 * writes its first entries to the log; until it has 1,000 pages or the last process closes it, a
 * copy of the file alone is empty. Reads 32 bytes. A copy that was made later looks like a
 * complete, older ledger, and can't be told from one.
 */
export function isWithoutItsLog(file: string): boolean {
  const deadline = performance.now() + creationMs;
  while (isBare(file)) {
    if (performance.now() > deadline) return true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
  return false;
}

/** The header of a database: https://www.sqlite.org/fileformat.html, section 1.3. */
const headerBytes = 32;

function isBare(file: string): boolean {
  if (!existsSync(file) || existsSync(`${file}-wal`)) return false;
  const header = Buffer.alloc(headerBytes);
  const descriptor = openSync(file, 'r');
  try {
    if (readSync(descriptor, header) < headerBytes) return false;
  } finally {
    closeSync(descriptor);
  }
  const isDatabase = header.toString('latin1', 0, 16) === 'SQLite format 3\0';
  const writeVersion = header[18];
  const pages = header.readUInt32BE(28);
  // Version 2 is that of a write-ahead log. The first page is the list of tables, and each table
  // has a page.
  return isDatabase && writeVersion === 2 && pages === 1;
}

/** Whether a file without the version of a ledger has tables: another program created it. */
export function foreignObjects(database: DatabaseSync): boolean {
  // In one transaction, because another process may create the schema between the two reads.
  database.exec('BEGIN');
  try {
    const version = database.prepare('PRAGMA user_version').get()?.user_version;
    return version === 0 && database.prepare('SELECT 1 FROM sqlite_schema').get() !== undefined;
  } finally {
    database.exec('COMMIT');
  }
}

/** Tables with their columns and keys, indexes with their expressions, and triggers. */
const shape = `
  SELECT type || ' ' || name AS object, tbl_name || ': ' || CASE type
    WHEN 'table' THEN (SELECT group_concat(name || ' ' || type || ' ' || pk) FROM pragma_table_info(object.name))
    WHEN 'index' THEN sql
    ELSE '' END AS form
  FROM sqlite_schema AS object WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'`;

/**
 * The tables, indexes and triggers of a ledger that a file lacks or has in another form. Further
 * ones are no difference.
 */
export function schemaDifferences(database: DatabaseSync): string[] {
  const expected = new DatabaseSync(':memory:');
  expected.exec(schema);
  const found = formsOf(database);
  const differences = [...formsOf(expected)].filter(([object, form]) => found.get(object) !== form);
  expected.close();
  return differences.map(([object]) => object);
}

function formsOf(database: DatabaseSync): Map<string, string> {
  const rows = database.prepare(shape).all();
  return new Map(rows.map(({ object, form }) => [String(object), String(form)]));
}
