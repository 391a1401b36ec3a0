import { auditEntryId, parseAuditEntryId } from '../../src/model/audit.ts';

const operationId = '01KA0000000000000000000000';
const entryId = '01KA0000000000000000000001';

test.each([operationId, `lock-${operationId}`])('parses the id of an entry of %s into its key', (id) => {
  expect(parseAuditEntryId(auditEntryId({ operationId: id, entryId }))).toEqual({ operationId: id, entryId });
});

test.each([
  ...['', '.', operationId, `short.${entryId}`, `${operationId}.short`, `${operationId}.${entryId}.more`],
  ...[`lock-.${entryId}`, `lock-lock-${operationId}.${entryId}`, `${operationId}.lock-${entryId}`],
])('rejects "%s" as the id of an entry', (text) => {
  expect(parseAuditEntryId(text)).toBeNull();
});
