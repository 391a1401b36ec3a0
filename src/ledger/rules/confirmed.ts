import { maxTags, operationTagKey } from '../../model/association.ts';
import type { Association, CreateRequest, Tag, UpdateRequest } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait, namedSettings } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import { settingNames } from '../../model/setting-fields.ts';
import type { SettingName } from '../../model/setting-fields.ts';
import { byKey, isRequestTag } from '../../model/tags.ts';
import type { ConfirmedAssociation } from '../association-state.ts';
import type { IdempotencyRecord } from '../ledger.ts';
import { settingsOf } from './open-operation.ts';

/** What an outcome confirms of an association; null: nothing. */
export function confirmedBy(record: IdempotencyRecord, entry: AuditEntry): ConfirmedAssociation | null {
  const { result, operation } = record;
  const { event, operationId, declaration } = entry;
  if (event !== 'SUCCEEDED' || !result?.association) return null;
  // Who made the association stays as it is.
  if (hasTrait('changesTags', record)) return null;
  const isDeleted = hasTrait('deletes', record);
  // A create that adopted an association confirms it as an adoption does.
  const by = result.isAdopted ? 'ADOPT_POD_IDENTITY_ASSOCIATION' : operation;
  const association = madeBy[by](entry, result.association);
  return { association, isDeleted, operationId, operation: by, declaration: declaration ?? null };
}

/**
 * What an operation made of what EKS returned: others may have changed it too, and a scan must find
 * that, so it is not confirmed.
 */
const madeBy: Readonly<Record<OperationKind, (entry: AuditEntry, seen: Association) => Association>> = {
  CREATE_POD_IDENTITY_ASSOCIATION: createdBy,
  UPDATE_POD_IDENTITY_ASSOCIATION: updatedBy,
  DELETE_POD_IDENTITY_ASSOCIATION: (_, seen) => seen,
  ADOPT_POD_IDENTITY_ASSOCIATION: (_, seen) => seen,
  TAG_POD_IDENTITY_ASSOCIATION: (_, seen) => seen,
  UNTAG_POD_IDENTITY_ASSOCIATION: (_, seen) => seen,
};

/** What an update made: what it does not name is as it was when policy judged it. */
function updatedBy({ before, request, omitted }: AuditEntry, seen: Association): Association {
  if (before === null || request === null || omitted.length > 0) return seen;
  const named = namedSettings.UPDATE_POD_IDENTITY_ASSOCIATION(request as UpdateRequest);
  const kept = settingNames.filter((name) => !Object.hasOwn(named, name)).map((name) => [name, before[name]]);
  return { ...seen, ...(Object.fromEntries(kept) as Partial<Association>), tags: before.tags };
}

/** What a create made. Others may have changed it before it was observed. */
function createdBy(entry: AuditEntry, observed: Association): Association {
  if (entry.eksRequestId !== null) return observed;
  const seen = { ...observed, tags: createdTags(entry, observed) };
  if (seen.modifiedAt === seen.createdAt) return seen;
  const made = settingsOf(entry as RequestedOperation);
  const isSame = Object.entries(made).every(([name, value]) => value === seen[name as SettingName]);
  return isSame ? seen : { ...seen, ...made, modifiedAt: seen.createdAt };
}

/** The tags that a create set: others may have changed them since, which `modifiedAt` does not show. */
function createdTags({ operationId, request, omitted }: AuditEntry, seen: Association): readonly Tag[] {
  if (request === null || omitted.length > 0) return seen.tags;
  const { tags } = request as CreateRequest;
  const own = tags.length < maxTags ? [{ key: operationTagKey, value: operationId }] : [];
  const ofAws = seen.tags.filter((tag) => !isRequestTag(tag) && tag.key !== operationTagKey);
  return [...tags, ...own, ...ofAws].sort(byKey);
}
