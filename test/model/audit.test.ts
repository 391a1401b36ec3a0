import { auditEntryId, parseAuditEntryId } from '../../src/model/audit.ts';

const operationId = '01KA0000000000000000000000';
const entryId = '01KA0000000000000000000001';

test('parses the id of an entry into its key', () => {
  expect(parseAuditEntryId(auditEntryId({ operationId, entryId }))).toEqual({ operationId, entryId });
});

test.each(['', '.', operationId, `short.${entryId}`, `${operationId}.short`, `${operationId}.${entryId}.more`])(
  'rejects "%s" as the id of an entry',
  (text) => {
    expect(parseAuditEntryId(text)).toBeNull();
  },
);
