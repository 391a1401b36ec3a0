import type { AuditEntry } from '../../model/audit.ts';
import { changesExpiryOnly, hasTrait, namedExpiries } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import { personKeyOf } from '../association-expiry.ts';
import type { Expiry } from '../association-expiry.ts';
import type { IdempotencyRecord } from '../ledger.ts';

/** Whether an entry is that of an update of the expiry alone. */
export function setsExpiryOnly(entry: AuditEntry): boolean {
  return hasTrait('updates', entry) && entry.request !== null && changesExpiryOnly(entry.request);
}

/** The expiry after a success; undefined: it stays as it is. */
export function expiryAfter(record: IdempotencyRecord, entry: AuditEntry): Expiry | null | undefined {
  const { result } = record;
  const { event, operationId, request, principal, actor, onBehalfOf } = entry;
  const association = result?.association;
  if (event !== 'SUCCEEDED' || !association) return undefined;
  if (hasTrait('deletes', record)) return null;
  const expiresAt = request === null ? undefined : namedExpiry(entry as RequestedOperation);
  if (expiresAt !== undefined && expiresAt !== null) {
    const { associationId } = association;
    const nextAt = Date.parse(expiresAt);
    const setter = { principalId: principal.id, actorId: actor?.id ?? null, onBehalfOf: personKeyOf(onBehalfOf) };
    return { associationId, expiresAt, setBy: operationId, setter, isWarned: false, nextAt, suspendedFor: null };
  }
  // An association that a create made has none; one that it adopted keeps its own.
  const isNew = hasTrait('creates', record) && result.isAdopted !== true;
  return isNew ? null : expiresAt;
}

function namedExpiry<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>) {
  return namedExpiries[operation](request);
}

/**
 * The association whose expiry a success names: an update can also clear it. That a create without
 * one leaves none, or a delete, says nothing of what was set since.
 */
export function expiryOwner(record: IdempotencyRecord, expiry: Expiry | null): string | undefined {
  if (expiry) return expiry.associationId;
  return hasTrait('updates', record) ? record.result?.association?.associationId : undefined;
}
