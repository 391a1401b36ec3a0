import { indexesOf, tableKeys } from '../../../src/ledger/stored/tables.ts';
import type { KeySchema, TableName } from '../../../src/ledger/stored/tables.ts';
import { historyPrefix } from '../../../src/ledger/stored/version-keys.ts';

/**
 * Version of the schema below, stored in the file as `user_version`. A file without a schema has
 * version 0.
 */
export const schemaVersion = 10;

/** The columns of the key of a table. */
export function keyColumns(table: TableName): string[] {
  return namesIn(tableKeys[table]);
}

/** An attribute of the items of a table in SQL: a column of the key, or a value in the JSON text. */
export function attributeIn(table: TableName, name: string): string {
  return keyColumns(table).includes(name) ? name : `item ->> '$.${name}'`;
}

function namesIn({ hash, range }: KeySchema): string[] {
  return range === undefined ? [hash] : [hash, range];
}

/** As an index in DynamoDB, it has only the items with all attributes of its key. */
function indexSql(table: TableName, name: string, key: KeySchema): string {
  const attributes = namesIn(key).map((attribute) => attributeIn(table, attribute));
  const present = attributes.map((attribute) => `${attribute} IS NOT NULL`).join(' AND ');
  return `CREATE INDEX ${table}_${name} ON ${table} (${attributes.join(', ')}) WHERE ${present};`;
}

function tableSql(table: TableName): string {
  const columns = keyColumns(table);
  const indexes = Object.entries(indexesOf(table)).map(([name, key]) => indexSql(table, name, key));
  return `
  CREATE TABLE ${table} (
    ${columns.map((column) => `${column} TEXT NOT NULL,`).join('\n    ')}
    item TEXT NOT NULL, -- JSON
    PRIMARY KEY (${columns.join(', ')})
  ) STRICT, WITHOUT ROWID;
  ${indexes.join('\n  ')}`;
}

/**
 * The statements that create the schema in a new file: a table for each one of DynamoDB. The
 * trigger for INSERT is needed because INSERT OR REPLACE does not fire the trigger for DELETE.
 * WITHOUT ROWID removes the rowid, a second key by which a row could be replaced.
 */
export const schema = `
  ${tableSql('idempotency')}
  ${tableSql('audit')}

  -- The entries in the order in which they were committed, which that of their ids can differ from.
  CREATE TABLE auditOrder (
    position INTEGER PRIMARY KEY,
    operationId TEXT NOT NULL,
    entryId TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER audit_order AFTER INSERT ON audit WHEN NEW.item ->> '$.entry' IS NOT NULL
    BEGIN INSERT INTO auditOrder (operationId, entryId) VALUES (NEW.operationId, NEW.entryId); END;

  -- How far events were sent.
  CREATE TABLE deliveryCursor (
    target TEXT PRIMARY KEY,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER history_no_update BEFORE UPDATE ON idempotency
    WHEN OLD.idempotencyKey GLOB '${historyPrefix}*' AND NEW.item IS NOT OLD.item
    BEGIN SELECT RAISE(ABORT, 'the history of associations is insert-only'); END;
  CREATE TRIGGER history_no_delete BEFORE DELETE ON idempotency WHEN OLD.idempotencyKey GLOB '${historyPrefix}*'
    BEGIN SELECT RAISE(ABORT, 'the history of associations is insert-only'); END;

  -- Only personal data can be erased.
  CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    WHEN NEW.operationId IS NOT OLD.operationId OR NEW.entryId IS NOT OLD.entryId
      OR json_remove(NEW.item, '$.personal') IS NOT json_remove(OLD.item, '$.personal')
      OR NEW.item ->> '$.personal' IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only'); END;
  CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only'); END;
  CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE operationId = NEW.operationId AND entryId = NEW.entryId)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only'); END;

  PRAGMA user_version = ${schemaVersion};
`;
