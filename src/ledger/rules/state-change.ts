import type { AssociationTarget } from '../../model/association.ts';
import { isClosing } from '../../model/audit-event.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait, operationTraits } from '../../model/operation.ts';
import { confirmedVersion } from '../association-history.ts';
import type { Expiry } from '../association-expiry.ts';
import type { ConfirmedAssociation } from '../association-state.ts';
import type { StateChange, StateDemand } from '../state-store.ts';
import type { AssociationVersion } from '../association-version.ts';
import type { IdempotencyRecord } from '../ledger.ts';
import { confirmedBy } from './confirmed.ts';
import { expiryAfter, expiryOwner, setsExpiryOnly } from './expiry-change.ts';
import { closedOperation, mayHaveChanged, operationOf } from './open-operation.ts';
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
