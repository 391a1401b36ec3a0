import { findIntent } from '../../ledger/audit-entry.ts';
import type { IdempotencyRecord, Ledger } from '../../ledger/ledger.ts';
import type { OperationReader } from '../../ledger/trail.ts';
import type { Association, CreateRequest } from '../../model/association.ts';

/** How the operations are found that changed an association after its create. */
export type CreatedReader = OperationReader & Pick<Ledger, 'findClaimOfCreated'>;

/**
 * The association that a create in doubt, or an earlier one of the same token, certainly created,
 * as another operation of the gateway found it before it changed or deleted it; null if no
 * operation found one. To be called after EKS was observed: an operation claims the association
 * before it changes it, so a change that is visible in EKS was claimed before. Throws
 * `LedgerUnavailable`.
 */
export async function findCreated(
  ledger: CreatedReader,
  { operationId, inDoubtOperationIds }: IdempotencyRecord,
  request: CreateRequest,
): Promise<Association | null> {
  for (const id of [operationId, ...inDoubtOperationIds.toReversed()]) {
    const claimedBy = await ledger.findClaimOfCreated(id);
    const created = claimedBy === null ? null : (await findIntent(ledger, claimedBy))?.before;
    if (created && isFor(created, request)) return created;
  }
  return null;
}

/**
 * Whether an association is that of a request's service account. A tag that was copied to another
 * association proves nothing.
 */
function isFor(association: Association, request: CreateRequest): boolean {
  const keys = ['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'] as const;
  return keys.every((key) => association[key] === request[key]);
}
