import { ledgerTimeout } from '../ledger/ledger.ts';
import type { Lock } from '../model/lock.ts';
import { readLocks } from '../operations/terms/locks.ts';
import type { LockSource } from '../operations/terms/locks.ts';
import { withDeadline } from '../runtime/deadline.ts';
import type { AuthorizeRead } from './terms/authorize-read.ts';
import type { QueryResult } from './terms/query-result.ts';
import { scopeViolations } from './trail/authorization.ts';

/**
 * The locks in force, for principals that may read the whole trail. Costs one read of the ledger,
 * not what the process remembers: who asks may have set one a second ago. Throws
 * `LedgerUnavailable` if the ledger does not answer before `deadline` (milliseconds since the
 * epoch).
 */
export async function locksInForce(
  source: LockSource,
  authorizeRead: AuthorizeRead,
  deadline: number,
): Promise<QueryResult<readonly Lock[]>> {
  const violations = scopeViolations(authorizeRead, { kind: 'gateway' });
  if (violations.length > 0) return { kind: 'denied', violations };
  return { kind: 'ok', value: await withDeadline(deadline - source.clock(), readLocks(source), ledgerTimeout) };
}
