import type { ApprovalOutcome } from '../../generated/types.ts';
import { firstEntries } from '../../ledger/ledger.ts';
import type { OperationReader, TrailReader } from '../../ledger/trail.ts';
import { isClosing } from '../../model/audit-event.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { RequestContext } from '../terms/request-context.ts';
import { closingEntryOf, statusOf } from './operation-view.ts';

/**
 * What became of an operation, for who may see the approval that it used, whatever of the trail
 * they may read. One read of the ledger, or more where the operation has over a hundred entries.
 * Throws `LedgerUnavailable`.
 */
export function outcomeOf(
  { ledger }: { readonly ledger: OperationReader & TrailReader },
  once: RequestContext['once'],
  operationId: string,
): Promise<ApprovalOutcome> {
  return once(`outcome ${operationId}`, async () => {
    const closing = await closingOf(ledger, operationId);
    if (closing === undefined) return { status: 'IN_PROGRESS', refusalCode: null };
    return { status: statusOf(closing.event), refusalCode: closing.refusalCode };
  });
}

/** Nearly always one of the first entries: a search of the trail counts as a thousand. */
async function closingOf(ledger: OperationReader & TrailReader, operationId: string): Promise<AuditEntry | undefined> {
  const first = await ledger.operationEntries(operationId, firstEntries);
  const closing = first.find(({ event }) => isClosing(event));
  return closing ?? (first.length < firstEntries.limit ? undefined : await closingEntryOf(ledger, operationId));
}
