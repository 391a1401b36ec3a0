import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait, namedSettings, namedTags } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import { settingNames } from '../../model/setting-fields.ts';
import type { GivenSettings } from '../../model/setting-fields.ts';
import { tagChanges } from '../../model/tags.ts';
import type { OpenOperation, Sight } from '../association-state.ts';
import type { IdempotencyRecord } from '../ledger.ts';

/** Whether the association changed, or may have, by what closes an operation. */
export function mayHaveChanged({ event, refusalCode }: AuditEntry): boolean {
  return event === 'SUCCEEDED' || refusalCode === 'OUTCOME_UNDETERMINED';
}

/** An operation as it begins. */
export function operationOf(
  { inDoubtUntil, idempotencyKey: recordKey }: IdempotencyRecord,
  entry: AuditEntry,
): OpenOperation {
  const { operationId, operation, request, before } = entry;
  // Lease holders write entries of operations only, and changes keep their request.
  const requested = request === null ? {} : settingsOf(entry as RequestedOperation);
  const named = request === null ? [] : tagsOf(entry as RequestedOperation);
  return {
    operationId,
    operation: operation as OperationKind,
    recordKey,
    requested,
    // Of updates, the id would cost more write units than it is worth: `modifiedAt` tells most of them apart.
    ...(named.length > 0 && before !== null ? { associationId: before.associationId } : {}),
    ...(named.length > 0 ? { tags: tagChanges(named, before?.tags ?? []) } : {}),
    inDoubtUntil,
    closedAt: null,
    saw: null,
  };
}

/** The settings that a request gives, by name. */
export function settingsOf<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>) {
  const named: GivenSettings = namedSettings[operation](request);
  const given = settingNames.map((name) => [name, named[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function tagsOf<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>) {
  return namedTags[operation](request);
}

/**
 * What remains of an operation after its outcome. One that was closed by an observation explains
 * what it may still do while it is in doubt, and one whose outcome was not determined keeps what
 * was seen. Null: nothing remains, since EKS answered or the operation can no longer take effect.
 */
export function closedOperation(next: IdempotencyRecord, ended: AuditEntry): OpenOperation | null {
  // The record is the next operation's where a released one is followed by it: the released one can
  // no longer take effect.
  if (ended.operationId !== next.operationId || ended.eksRequestId !== null) return null;
  // One that was released before its doubt ends was certainly not applied: it can't act any more.
  if (!hasTrait('sendsChange', next) || ended.event === 'RELEASED') return null;
  // Only a definite answer closes a change of tags as not done, and a value from before, which others
  // may have set, is explained by one that may have been done.
  if (hasTrait('changesTags', next) && ended.event !== 'SUCCEEDED' && !mayHaveChanged(ended)) return null;
  const closedAt = Date.parse(ended.time);
  const saw = sightOf(next, ended);
  if (closedAt > next.inDoubtUntil && saw === null) return null;
  const operation = operationOf(next, ended);
  return { ...(ended.event === 'SUCCEEDED' ? withoutTagsBefore(operation) : operation), closedAt, saw };
}

/** A change of tags that was found done may set them again; what they were before is then of others. */
function withoutTagsBefore({ tags, ...operation }: OpenOperation): OpenOperation {
  return tags ? { ...operation, tags: tags.map((one) => ({ ...one, before: one.requested })) } : operation;
}

/** What was seen of an association that others may have changed after the operation. */
function sightOf({ result }: IdempotencyRecord, { before }: AuditEntry): Sight | null {
  const refusal = result?.refusal;
  if (refusal?.code !== 'OUTCOME_UNDETERMINED' || !('existing' in refusal)) return null;
  const seen = refusal.existing ?? before;
  return seen && { associationId: seen.associationId, modifiedAt: seen.modifiedAt, isGone: refusal.existing === null };
}
