import type { OpenOperation, QueryOpenOperationsArgs } from '../../generated/types.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { IdempotencyRecord, Ledger } from '../../ledger/ledger.ts';
import type { Clock } from '../../runtime/clock.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { firstFindings, firstOf } from '../../validation/paging.ts';
import type { AuthorizeRead } from '../terms/authorize-read.ts';
import type { QueryResult } from '../terms/query-result.ts';
import { scopeViolations } from './authorization.ts';

/**
 * Operations with an expired lease, the one that the reconciler examined the longest time ago
 * first; for principals that may read the whole trail. Costs one search for expired leases. Throws
 * `LedgerUnavailable` if the ledger does not answer before `deadline` (milliseconds since the
 * epoch).
 */
export async function openOperations(
  { ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock },
  authorizeRead: AuthorizeRead,
  input: QueryOpenOperationsArgs,
  deadline: number,
): Promise<QueryResult<OpenOperation[]>> {
  const findings = firstFindings(input, '');
  if (findings.length > 0) return { kind: 'invalid', findings };
  const violations = scopeViolations(authorizeRead, { kind: 'gateway' });
  if (violations.length > 0) return { kind: 'denied', violations };
  const now = clock();
  const records = await withDeadline(deadline - now, ledger.expiredLeases(now, firstOf(input)), ledgerTimeout);
  return { kind: 'ok', value: records.map(viewOf) };
}

function viewOf({ operationId, operation: kind, startedAt, inDoubtUntil, deferral }: IdempotencyRecord): OpenOperation {
  return {
    operationId,
    kind,
    startedAt: timeOf(startedAt),
    inDoubtUntil: timeOf(inDoubtUntil),
    attempts: deferral?.attempts ?? 0,
    nextAttemptAt: deferral ? timeOf(deferral.nextAt) : null,
    parked: deferral?.parked ?? null,
    message: deferral?.message ?? null,
  };
}

function timeOf(time: number): string {
  return new Date(time).toISOString();
}
