import { maxTags, operationTagKey } from '../../model/association.ts';
import type { Association, AssociationTarget, CreateRequest, Tag, UpdateRequest } from '../../model/association.ts';
import { isClosing } from '../../model/audit-event.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait, namedSettings, operationTraits } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import { settingNames } from '../../model/setting-fields.ts';
import type { SettingName } from '../../model/setting-fields.ts';
import { byKey, isRequestTag } from '../../model/tags.ts';
import { confirmedVersion } from '../association-history.ts';
import type { Expiry } from '../association-expiry.ts';
import type { ConfirmedAssociation } from '../association-state.ts';
import type { StateChange, StateDemand } from '../state-store.ts';
import type { AssociationVersion } from '../association-version.ts';
import type { IdempotencyRecord } from '../ledger.ts';
import { expiryAfter, expiryOwner, setsExpiryOnly } from './expiry-change.ts';
import { closedOperation, mayHaveChanged, operationOf, settingsOf } from './open-operation.ts';
import { demandOf } from './state-demand.ts';
import { tagsReadBy, outcomeOfTags } from './tag-change.ts';

/**
 * What a commit writes besides its record and entries: nothing for entries that neither begin nor
 * end an operation.
 */
export interface CommittedChange extends StateChange {
  /**
   * Whether an operation begins: then nothing is committed without this change. An outcome is
   * recorded in any case.
   */
  readonly begins: boolean;
  /**
   * Key of the record whose operation may be in progress whatever the commit demands: it ends that,
   * and begins the next. Null: none.
   */
  readonly ownRecord: string | null;
  /** What the state must be; null: no condition. */
  readonly demand: StateDemand | null;
}

/** The change that follows from the record and the entries of a commit. */
export function stateChangeOf(next: IdempotencyRecord, entries: readonly AuditEntry[]): CommittedChange | null {
  const begun = entries.find(({ event }) => event === 'INTENT');
  // An entry without a fence ends nothing: its operation did not begin.
  const ended = entries.find(
    ({ event, fence, operationId }) => isClosing(event) && fence !== null && operationId !== begun?.operationId,
  );
  const last = begun ?? ended;
  if (!last?.target) return null;
  const isExpiryOnly = ended !== undefined && setsExpiryOnly(ended);
  const closed = ended && !isExpiryOnly && closedOperation(next, ended);
  const { accountId, region, clusterName, namespace, serviceAccount } = last.target;
  const target = { accountId, region, clusterName, namespace, serviceAccount };
  const confirmed = ended && !isExpiryOnly && confirmedBy(next, ended);
  const expiry = ended && expiryAfter(next, ended);
  const times = { seenAt: Date.parse(last.time), seenOtherwiseAt: next.startedAt };
  return {
    target,
    begins: begun !== undefined,
    ...recordIn(next, begun, ended, isExpiryOnly),
    demand: demandOf(begun ?? (isExpiryOnly || isAdoption(next) ? ended : undefined), next.startedAt),
    isChange: ended !== undefined && mayHaveChanged(ended),
    changedAt: Date.parse(last.time),
    ...(ended && confirmed ? { confirmed, version: versionOf(target, next, ended, confirmed, times) } : {}),
    ...(ended && confirmed ? tieOf(next, ended, confirmed) : {}),
    ...(confirmed ? tagsReadBy(next, confirmed) : {}),
    ...(ended ? outcomeOfTags(next, ended, target) : {}),
    ...(ended && !isExpiryOnly ? uncertainTimeOf(next, ended) : {}),
    ...(expiry === undefined ? {} : { expiry, ...ownerOf(next, expiry) }),
    openOperations: [...(closed ? [closed] : []), ...(begun ? [operationOf(next, begun)] : [])],
    endedOperationIds: ended && !closed ? [ended.operationId] : [],
  };
}

/** Whether the record is of an operation that begins and ends in one commit, as it sends nothing. */
function isAdoption({ operation }: IdempotencyRecord): boolean {
  return !operationTraits[operation].sendsChange;
}

/** The version that an outcome adds. A create that was found later is as it was made. */
function versionOf(
  target: AssociationTarget,
  next: IdempotencyRecord,
  { eksRequestId }: AuditEntry,
  confirmed: ConfirmedAssociation,
  times: Parameters<typeof confirmedVersion>[2],
): AssociationVersion {
  const version = confirmedVersion(target, inForce(next, confirmed), times);
  const isFoundLater = hasTrait('creates', confirmed) && eksRequestId === null && version.association !== null;
  return isFoundLater ? { ...version, isFoundLater: true } : version;
}

/**
 * What EKS had after an operation: of a create, since it made it, although others changed it by
 * then; of an update, also what others had changed before.
 */
function inForce(record: IdempotencyRecord, confirmed: ConfirmedAssociation): ConfirmedAssociation {
  const changed = hasTrait('updates', record) ? record.result?.association : null;
  if (changed) return { ...confirmed, association: changed };
  if (!hasTrait('creates', confirmed)) return confirmed;
  const { association } = confirmed;
  return { ...confirmed, association: { ...association, modifiedAt: association.createdAt } };
}

function tieOf(
  next: IdempotencyRecord,
  ended: AuditEntry,
  { association: { associationId, modifiedAt } }: ConfirmedAssociation,
): Pick<StateChange, 'tie'> {
  if (!hasTrait('updates', next)) return {};
  const saw = { associationId, modifiedAt, isGone: false };
  return { tie: { ...operationOf(next, ended), closedAt: Date.parse(ended.time), saw } };
}

/**
 * An update that EKS did not answer may have been in force before what a read showed later,
 * whatever its outcome is. A change of tags, whose time no read shows, until it was closed.
 */
function uncertainTimeOf(next: IdempotencyRecord, ended: AuditEntry): Pick<StateChange, 'uncertainTime'> {
  const { operationId, startedAt, result } = next;
  const { before } = ended;
  if (ended.operationId !== operationId) return {};
  // A success has a version of its own, which says since when its tags may have been there.
  const isOfTags = hasTrait('changesTags', next) && ended.event !== 'SUCCEEDED';
  if (!hasTrait('updates', next) && !isOfTags) return {};
  if (ended.eksRequestId !== null || before === null || !mayHaveChanged(ended)) return {};
  const refusal = result?.refusal ?? null;
  const existing = refusal && 'existing' in refusal ? refusal.existing : null;
  const seen = isOfTags ? null : (result?.association ?? existing);
  const modifiedAt = seen?.modifiedAt ?? null;
  const { associationId } = before;
  return { uncertainTime: { operationId, associationId, startedAt, modifiedAt, closedAt: Date.parse(ended.time) } };
}

/**
 * The key that is added to those in progress, or removed from them. A record whose operation is
 * followed by its next one stays.
 */
function recordIn(
  next: IdempotencyRecord,
  begun: AuditEntry | undefined,
  ended: AuditEntry | undefined,
  isExpiryOnly: boolean,
): Pick<CommittedChange, 'begunRecord' | 'endedRecord' | 'ownRecord'> {
  const { idempotencyKey } = next;
  if (begun) return { begunRecord: idempotencyKey, ownRecord: ended ? idempotencyKey : null };
  // An operation that sends no change begins and ends in one commit.
  return {
    ...(hasTrait('sendsChange', next) && !isExpiryOnly ? { endedRecord: idempotencyKey } : {}),
    ownRecord: null,
  };
}

function ownerOf(next: IdempotencyRecord, expiry: Expiry | null): Pick<StateChange, 'expiryOf'> {
  const expiryOf = expiryOwner(next, expiry);
  return expiryOf === undefined ? {} : { expiryOf };
}

/** What an outcome confirms of an association; null: nothing. */
function confirmedBy(record: IdempotencyRecord, entry: AuditEntry): ConfirmedAssociation | null {
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
