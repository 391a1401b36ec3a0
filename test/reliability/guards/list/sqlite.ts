import { guardsOf } from '../guard.ts';
import { contract } from './which.ts';

const files = { tests: ['test/ledger/sqlite.test.ts'] };
const released = 'return released(record) && sameOperation(record, expected) && sameFence(record, expected);';
const held = 'return inProgress(record) && sameOperation(record, expected) && sameFence(record, expected);';

const lapsed = `        inProgress(record) &&
        sameOperation(record, expected) &&
        sameFence(record, expected) &&
        leaseLapsed(record, expected.now)`;
const anyOf = (...parts: readonly string[]) => `return ${parts.join(' && ')};`;
const [ip, op, fence] = ['inProgress(record)', 'sameOperation(record, expected)', 'sameFence(record, expected)'];
const over = 'leaseLapsed(record, expected.now)';

const meets = guardsOf('src/ledger/sqlite.ts', { ...contract, only: 'in SQLite' }, [
  {
    text: "if (alreadyWritten(entries, entries.map(entry))) return { kind: 'committed' };",
    without: '',
    protects: 'a commit whose answer was lost is told from a conflict',
  },
  {
    text: "if (!meets(expected, record)) return { kind: 'conflict', record };",
    without: '',
    protects: 'a record is written only where it is as expected',
  },
  {
    text: 'if (!alreadyWritten([added], [entry(added)])) putEntry(added);',
    without: 'putEntry(added);',
    protects: 'the same entry appended again changes nothing',
  },
  {
    text: "if (record === null) return expected.kind === 'free';",
    without: 'if (record === null) return true;',
    protects: 'a record that is gone is not one that is held',
  },
  {
    text: "if (record === null) return expected.kind === 'free';",
    without: 'if (record === null) return false;',
    protects: 'a new token can be claimed',
  },
  {
    text: '!inProgress(record) && expired(record, expected.now)',
    without: 'expired(record, expected.now)',
    protects: 'a record in progress is not begun over, whatever it says of its end',
  },
  {
    text: '!inProgress(record) && expired(record, expected.now)',
    without: '!inProgress(record)',
    protects: 'a record that is finished is not begun over before it expires',
  },
  { text: released, without: anyOf(op, fence), protects: 'released: only of a record that is RELEASED' },
  {
    text: released,
    without: anyOf('released(record)', fence),
    protects: 'released: only of the operation that was seen',
  },
  { text: released, without: anyOf('released(record)', op), protects: 'released: only of the fence that was seen' },
  { text: held, without: anyOf(op, fence), protects: 'held: a final record is not written again' },
  { text: held, without: anyOf(ip, fence), protects: 'held: only by the holder of this operation' },
  { text: held, without: anyOf(ip, op), protects: 'held: who was overtaken writes nothing' },
  { text: lapsed, without: lapsed.replace(`${ip} &&`, ''), protects: 'lapsed: a final record is not taken over' },
  {
    text: lapsed,
    without: lapsed.replace(`${op} &&`, ''),
    protects: 'lapsed: only the operation that was seen is taken over',
  },
  { text: lapsed, without: lapsed.replace(`${fence} &&`, ''), protects: 'lapsed: of two who take over, one does' },
  {
    text: lapsed,
    without: lapsed.replace(` &&\n        ${over}`, ''),
    protects: 'lapsed: nobody is overtaken while the lease lasts',
  },
  { text: "state === 'IN_PROGRESS';", without: 'state.length > 0;', protects: 'in progress is one state' },
  { text: "state === 'RELEASED';", without: "state !== 'IN_PROGRESS';", protects: 'released is one state' },
  {
    text: 'one.operationId === other.operationId',
    without: 'one.operationId.length === other.operationId.length',
    protects: 'one operation is not another',
  },
  {
    text: 'one.fence === other.fence',
    without: 'one.fence >= other.fence',
    protects: 'a later fence is another holder’s',
  },
  { text: 'leaseUntil <= now;', without: 'leaseUntil < now;', protects: 'a lease is over at its very end' },
  {
    text: 'expiresAt !== null && expiresAt <= now',
    without: 'expiresAt !== null',
    protects: 'an end to come is none yet',
  },
  {
    text: 'expiresAt !== null && expiresAt <= now',
    without: '(expiresAt ?? 0) <= now',
    protects: 'a record without an end has none',
    survives: 'a record without an end is in progress, and `meets` asks for that first; it is there for the type',
  },
  {
    text: "state = 'IN_PROGRESS' AND leaseUntil <= ?",
    without: "state <> '' AND leaseUntil <= ?",
    protects: 'a finished record is not found as lapsed',
  },
  {
    text: ' AND leaseUntil <= ? ORDER',
    without: ' AND leaseUntil <= ? + 99999999 ORDER',
    protects: 'only lapsed leases are found as lapsed',
  },
  { text: 'requireDistinct(entries);', without: '', protects: 'two entries of one key are a bug, told as such' },
  {
    text: 'openShardOf(next.tokenKey); //',
    without: '//',
    protects: 'a key that DynamoDB could not file is a bug here too',
  },
  {
    text: 'row === undefined ? null : recordOf(row)',
    without: 'recordOf(row ?? {})',
    protects: 'no record is told as none',
  },
  {
    text: 'row === undefined ? null : entryOf(row)',
    without: 'entryOf(row ?? {})',
    protects: 'no entry is told as none',
  },
]);

const transactions = guardsOf('src/ledger/sqlite.ts', files, [
  {
    text: "database.exec('BEGIN IMMEDIATE')",
    without: "database.exec('BEGIN DEFERRED')",
    protects: 'what a commit read is still so when it writes',
  },
  {
    text: "if (database.isTransaction) database.exec('ROLLBACK');",
    without: '',
    protects: 'a commit that fails leaves no part of itself',
    tests: ['test/ledger/contract.test.ts'],
  },
  {
    text: "if (database.isTransaction) database.exec('ROLLBACK');",
    without: "database.exec('ROLLBACK');",
    protects: 'a transaction that has ended is not ended again',
  },
  {
    text: 'throw sqliteErrorCode(error) === null ? error : new LedgerUnavailable(error);',
    without: 'throw error;',
    protects: 'a file that can’t be used is told as unavailable',
  },
  {
    text: 'throw sqliteErrorCode(error) === null ? error : new LedgerUnavailable(error);',
    without: 'throw new LedgerUnavailable(error);',
    protects: 'a bug is not called unavailable',
    tests: ['test/ledger/contract.test.ts'],
  },
]);

export const sqliteGuards = [...meets, ...transactions];
