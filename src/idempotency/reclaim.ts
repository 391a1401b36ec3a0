import { ledgerTimeout } from '../ledger/ledger.ts';
import type { IdempotencyRecord } from '../ledger/ledger.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { useApproval } from './approval-use.ts';
import { freshRecord, withIntent } from './claim.ts';
import type { ClaimRequest } from './claim-request.ts';
import type { Lease } from './claim-request.ts';
import { closing } from './closing.ts';
import { notDone } from './conclusion.ts';
import type { Conclusion } from './conclusion.ts';
import type { Protocol } from './protocol.ts';
import { succeedingRecord } from './record.ts';

/** What became of an attempt to begin the next operation of a token. */
export type ReclaimResult =
  | { readonly kind: 'claimed'; readonly lease: Lease }
  /**
   * The state of the service account is not the one that the request expects. Nothing was written;
   * `conclusion` is that of the earlier operation.
   */
  | { readonly kind: 'mismatch'; readonly conclusion: Conclusion }
  /** As in `ClaimResult`: the earlier operation remains open. */
  | { readonly kind: 'approval-unusable' }
  /** Another request was faster. */
  | { readonly kind: 'superseded' };

/**
 * Closes a taken-over operation that had no effect and can have none any more, and claims the next
 * one, in one transaction. Throws `LedgerUnavailable`. The caller has checked that nothing but the
 * state of the service account keeps the next one from beginning, since `conclusion` is older than
 * what was observed.
 */
export async function reclaim(
  protocol: Protocol,
  request: ClaimRequest,
  leased: IdempotencyRecord,
): Promise<ReclaimResult> {
  const { operationId, fence } = leased;
  const closed = closing(protocol, request.audit, leased, notDone);
  const record = succeedingRecord(closed.record, freshRecord(protocol, request));
  const { audit, approval } = request;
  const used = approval && useApproval(protocol, audit, approval, record.operationId, closed.record);
  if (approval && !used) return { kind: 'approval-unusable' };
  const lease = withIntent(protocol, request.audit, record);
  const entries = [closed.entry, lease.entry, ...(used ? [used.entry] : [])];
  const committing = protocol.ledger.commit({ kind: 'leased', operationId, fence }, record, entries, used?.use);
  const result = await withDeadline(request.deadline - protocol.clock(), committing, ledgerTimeout);
  switch (result.kind) {
    case 'committed':
      return { kind: 'claimed', lease };
    case 'state-mismatch':
      return { kind: 'mismatch', conclusion: request.refusalOfMismatch(result) ?? notDone };
    case 'approval-mismatch':
      return { kind: 'approval-unusable' };
    case 'conflict':
      return { kind: 'superseded' };
  }
}
