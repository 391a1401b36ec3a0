import { firstEntries } from '../ledger/ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { AuditEntry } from '../model/audit.ts';

/**
 * The first entries of an operation, oldest first: read once, however often a request selects them. Only the first entry is
 * read if it is not readable, because it decides whether the operation is. Throws `LedgerUnavailable`.
 */
export type OperationEntries = (
  operationId: string,
  isReadable: (entries: readonly AuditEntry[]) => boolean,
) => Promise<readonly AuditEntry[]>;

/** Creates the {@link OperationEntries} of one GraphQL request. */
export function createOperationEntries(ledger: Pick<Ledger, 'operationEntries'>): OperationEntries {
  const operations = new Map<string, Promise<readonly AuditEntry[]>>();

  const read: OperationEntries = async (operationId, isReadable) => {
    const first = await ledger.operationEntries(operationId, { limit: 1 });
    if (!isReadable(first)) return first;
    const after = first.at(-1)?.entryId ?? null;
    const limit = firstEntries.limit - first.length;
    return [...first, ...(await ledger.operationEntries(operationId, { limit, after }))];
  };

  return (operationId, isReadable) => {
    const entries = operations.get(operationId) ?? read(operationId, isReadable);
    operations.set(operationId, entries);
    return entries;
  };
}
