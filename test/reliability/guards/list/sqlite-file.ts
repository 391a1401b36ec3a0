import { guardsOf } from '../guard.ts';
import { contract } from './which.ts';

const files = { tests: ['test/ledger/sqlite.test.ts'] };

const schema = guardsOf('src/ledger/sqlite-file.ts', files, [
  {
    text: 'CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit',
    without: 'CREATE TRIGGER audit_no_update BEFORE UPDATE ON tokens WHEN FALSE',
    protects: 'no entry is changed',
  },
  {
    text: 'CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit',
    without: 'CREATE TRIGGER audit_no_delete BEFORE DELETE ON tokens WHEN FALSE',
    protects: 'no entry is deleted',
  },
  { text: 'WHEN EXISTS (SELECT 1', without: 'WHEN FALSE AND EXISTS (SELECT 1', protects: 'no entry is replaced' },
  {
    text: ' AND entryId = NEW.entryId)',
    without: ')',
    protects: 'an operation may have several entries',
    tests: contract.tests,
  },
  { text: ', WITHOUT ROWID', without: '', protects: 'no entry is replaced by a hidden key' },
  {
    text: 'PRAGMA synchronous = FULL',
    without: 'PRAGMA synchronous = NORMAL',
    protects: 'a commit outlasts a power cut',
  },
  {
    text: 'PRAGMA journal_mode = WAL',
    without: 'PRAGMA journal_mode = DELETE',
    protects: 'a read does not wait for a write',
  },
  {
    text: 'if (version <= schemaVersion) return database;',
    without: 'return database;',
    protects: 'a file of a newer version is left alone',
  },
  {
    text: 'throw new Error(`The ledger cannot be kept in ${file}: ${messageOf(error)}. ${advice}`, { cause: error });',
    without: 'throw error;',
    protects: 'a file that is none is refused with its name',
  },
  {
    text: '!isBusy || performance.now() > deadline',
    without: 'performance.now() > deadline',
    protects: 'only a busy file is waited for',
    survives: 'any other failure fails again until the time is over: the same error, later',
  },
  {
    text: '!isBusy || performance.now() > deadline',
    without: '!isBusy',
    protects: 'a busy file is not waited for without end',
  },
  {
    text: "database.exec('BEGIN IMMEDIATE');\n  const version",
    without: "database.exec('BEGIN DEFERRED');\n  const version",
    protects: 'of several who make the tables, one does',
  },
]);

const entries = guardsOf('src/ledger/recorded.ts', { tests: ['test/ledger/contract.test.ts'] }, [
  {
    text: 'if (there !== null && !sameEntry(entry, there)) {',
    without: 'if (false) {',
    protects: 'another entry under the same key is not called written',
  },
  {
    text: 'there !== null && !sameEntry(entry, there)',
    without: 'there !== null',
    protects: 'the same entry again is no other',
  },
  {
    text: 'there !== null && !sameEntry(entry, there)',
    without: '!sameEntry(entry, there ?? ({} as AuditEntry))',
    protects: 'no entry is no other entry',
  },
  { text: 'return there !== null;', without: 'return true;', protects: 'what is not there was not written' },
  {
    text: 'found.length > 0 && found.length < entries.length',
    without: 'found.length < entries.length',
    protects: 'a new commit is no half-written one',
  },
  {
    text: 'found.length > 0 && found.length < entries.length',
    without: 'false',
    protects: 'a commit with an entry of another is refused',
  },
  {
    text: 'found.length > 0 && found.length < entries.length',
    without: 'found.length > 0',
    protects: 'a commit made again is not refused',
  },
  { text: 'return found.length > 0;', without: 'return false;', protects: 'a commit that was applied is told as such' },
  { text: 'ids.indexOf(id) !== index', without: 'ids.lastIndexOf(id) === index', protects: 'one entry is no pair' },
  {
    text: 'if (twice !== undefined) throw',
    without: 'if (false) throw',
    protects: 'two entries of one key are a bug, told as such',
  },
]);

export const sqliteFileGuards = [...schema, ...entries];
