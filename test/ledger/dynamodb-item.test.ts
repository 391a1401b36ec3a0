import { entryItem, entryOfItem } from '../../src/ledger/stored/entry.ts';
import { recordItem, recordOfItem } from '../../src/ledger/stored/record.ts';
import { auditEntry, openRecord } from '../support/ledger-samples.ts';

test('an item gives back the entry or record that it was made from', () => {
  const entry = auditEntry();
  expect(entryOfItem(entryItem(entry))).toEqual(entry);
  const record = openRecord();
  expect(recordOfItem(recordItem(record))).toEqual(record);
});

test.each([
  ['no entry', { v: 1 }],
  ['an entry that is not a string', { v: 1, entry: 1 }],
])('an item of the audit table with %s says what is wrong', (_, item) => {
  expect(() => entryOfItem(item)).toThrow("has no 'entry' attribute. Let only the gateway write to this table.");
});

test('a record without a result has the value null for it', () => {
  expect(recordItem(openRecord())).toMatchObject({ result: null });
});

test('an item without a result is a record without a result', () => {
  const { result: _, ...item } = recordItem(openRecord());
  expect(recordOfItem(item).result).toBeNull();
});
