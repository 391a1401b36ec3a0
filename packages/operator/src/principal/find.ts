import { sourceIdentityOf } from '../../../../src/eks/source-identity.ts';
import { noFilters } from '../../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';

/** Entries per page: few, because a match is usually among the newest. */
const pageSize = 100;

/**
 * The newest operation by a principal with this source identity, as the entry with which it began;
 * null if there is none since that time. The trail does not have source identities, so the one of
 * each principal is computed.
 *
 * @param since milliseconds since the epoch, inclusive
 */
export async function newestOperationBy(
  ledger: Pick<Ledger, 'readTrail'>,
  sourceIdentity: string,
  since: number,
): Promise<AuditEntry | null> {
  const query = { ...noFilters, partition: { kind: 'all' }, events: ['INTENT'], since, limit: pageSize } as const;
  let before: string | null = null;
  do {
    const page = await ledger.readTrail({ ...query, before });
    const found = page.entries.find(({ principal }) => sourceIdentityOf(principal.id) === sourceIdentity);
    if (found !== undefined) return found;
    before = page.next;
  } while (before !== null);
  return null;
}
