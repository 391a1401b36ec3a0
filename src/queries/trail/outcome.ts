import type { ApprovalOutcome } from '../../generated/types.ts';
import type { TrailReader } from '../../ledger/trail.ts';
import type { RequestContext } from '../terms/request-context.ts';
import { closingEntryOf, statusOf } from './operation-view.ts';

/**
 * What became of an operation, for who may see the approval that it used, whatever of the trail
 * they may read. One read of the ledger, or more where the operation has over a thousand entries.
 * Throws `LedgerUnavailable`.
 */
export function outcomeOf(
  { ledger }: { readonly ledger: TrailReader },
  once: RequestContext['once'],
  operationId: string,
): Promise<ApprovalOutcome> {
  return once(`outcome ${operationId}`, async () => {
    const closing = await closingEntryOf(ledger, operationId);
    if (closing === undefined) return { status: 'IN_PROGRESS', refusalCode: null } as ApprovalOutcome;
    return { status: statusOf(closing.event), refusalCode: closing.refusalCode } as ApprovalOutcome;
  });
}
