import type { AuditEntry } from '../../model/audit.ts';
import { changesEndingOnly, hasTrait, namedEndings } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import { personKeyOf } from '../association-ending.ts';
import type { Ending } from '../association-ending.ts';
import type { IdempotencyRecord } from '../ledger.ts';

/** Whether an entry is that of an update of the ending alone. */
export function setsEndingOnly(entry: AuditEntry): boolean {
  return hasTrait('updates', entry) && entry.request !== null && changesEndingOnly(entry.request);
}

/** The ending after a success; undefined: it stays as it is. */
export function endingAfter(record: IdempotencyRecord, entry: AuditEntry): Ending | null | undefined {
  const { result } = record;
  const { event, operationId, request, principal, actor, onBehalfOf } = entry;
  const association = result?.association;
  if (event !== 'SUCCEEDED' || !association) return undefined;
  if (hasTrait('deletes', record)) return null;
  const expiresAt = request === null ? undefined : namedEnding(entry as RequestedOperation);
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

function namedEnding<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>) {
  return namedEndings[operation](request);
}

/**
 * The association whose ending a success names: an update can also clear it. That a create without
 * one leaves none, or a delete, says nothing of what was set since.
 */
export function endingOwner(record: IdempotencyRecord, ending: Ending | null): string | undefined {
  if (ending) return ending.associationId;
  return hasTrait('updates', record) ? record.result?.association?.associationId : undefined;
}
