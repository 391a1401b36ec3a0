import type { Association, UpdateRequest } from '../model/association.ts';
import { isClosing } from '../model/audit-event.ts';
import type { AuditEntry } from '../model/audit.ts';
import { namedSettings, sendsChange } from '../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../model/operation.ts';
import { settingNames } from '../model/setting-fields.ts';
import type { SettingName } from '../model/setting-fields.ts';
import { confirmedVersion } from './association-history.ts';
import { endingAfter, endingIn, endingOwner, keepsEnding, setsEndingOnly } from './ending-change.ts';
import { demandOf } from './state-demand.ts';
import type { Ending } from './association-ending.ts';
import type {
  AssociationState,
  ConfirmedAssociation,
  OpenOperation,
  Sight,
  StateChange,
  StateDemand,
  StateSummary,
} from './association-state.ts';
import type { LatestVersion } from './association-version.ts';
import type { IdempotencyRecord } from './ledger.ts';
import type { StateRepair } from './state-repair.ts';

/** What a commit writes besides its record and entries: nothing for entries that neither begin nor end an operation. */
export interface CommittedChange extends StateChange {
  /** Whether an operation begins: then nothing is committed without this change. An outcome is recorded in any case. */
  readonly begins: boolean;
  /** Key of the record whose operation may be in progress whatever the commit demands: it ends that, and begins the next. Null: none. */
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
  const isEndingOnly = ended !== undefined && setsEndingOnly(ended);
  const closed = ended && !isEndingOnly && closedOperation(next, ended);
  const { accountId, region, clusterName, namespace, serviceAccount } = last.target;
  const target = { accountId, region, clusterName, namespace, serviceAccount };
  const confirmed = ended && !isEndingOnly && confirmedBy(next, ended);
  const ending = ended && endingAfter(next, ended);
  const times = { seenAt: Date.parse(last.time), seenOtherwiseAt: next.startedAt };
  return {
    target,
    begins: begun !== undefined,
    ...recordIn(next, begun, ended, isEndingOnly),
    demand: demandOf(begun ?? (isEndingOnly ? ended : undefined)),
    isChange: ended !== undefined && mayHaveChanged(ended),
    changedAt: Date.parse(last.time),
    ...(ended && confirmed
      ? { confirmed, version: confirmedVersion(target, inForce(next, ended, confirmed), times) }
      : {}),
    ...(ended && confirmed ? tieOf(next, ended, confirmed) : {}),
    ...(ended && !isEndingOnly ? uncertainTimeOf(next, ended) : {}),
    ...(ending === undefined ? {} : { ending, ...ownerOf(next, ending) }),
    openOperations: [...(closed ? [closed] : []), ...(begun ? [operationOf(next, begun)] : [])],
    endedOperationIds: ended && !closed ? [ended.operationId] : [],
  };
}

/** What EKS had after an operation: of a create, what it made, although others had changed it by then; of an update, also what others had changed before. */
function inForce(
  { operation, result }: IdempotencyRecord,
  entry: AuditEntry,
  confirmed: ConfirmedAssociation,
): ConfirmedAssociation {
  if (operation === 'UPDATE_POD_IDENTITY_ASSOCIATION' && result?.association)
    return { ...confirmed, association: result.association };
  if (confirmed.operation !== 'CREATE_POD_IDENTITY_ASSOCIATION' || entry.request === null) return confirmed;
  const { association } = confirmed;
  const made = settingsOf(entry as RequestedOperation);
  return { ...confirmed, association: { ...association, ...made, modifiedAt: association.createdAt } };
}

function tieOf(
  next: IdempotencyRecord,
  ended: AuditEntry,
  { association: { associationId, modifiedAt } }: ConfirmedAssociation,
): Pick<StateChange, 'tie'> {
  if (next.operation !== 'UPDATE_POD_IDENTITY_ASSOCIATION') return {};
  const saw = { associationId, modifiedAt, isGone: false };
  return { tie: { ...operationOf(next, ended), closedAt: Date.parse(ended.time), saw } };
}

/** An update that EKS did not answer may have been in force before what a read showed later, whatever its outcome is. */
function uncertainTimeOf(next: IdempotencyRecord, ended: AuditEntry): Pick<StateChange, 'uncertainTime'> {
  const { operation, operationId, startedAt, result } = next;
  const { before } = ended;
  if (operation !== 'UPDATE_POD_IDENTITY_ASSOCIATION' || ended.operationId !== operationId) return {};
  if (ended.eksRequestId !== null || before === null || !mayHaveChanged(ended)) return {};
  const refusal = result?.refusal ?? null;
  const existing = refusal && 'existing' in refusal ? refusal.existing : null;
  const modifiedAt = (result?.association ?? existing)?.modifiedAt ?? null;
  const { associationId } = before;
  return { uncertainTime: { operationId, associationId, startedAt, modifiedAt, closedAt: Date.parse(ended.time) } };
}

/** The key that is added to those in progress, or removed from them. A record whose operation is followed by its next one stays. */
function recordIn(
  { idempotencyKey, operation }: IdempotencyRecord,
  begun: AuditEntry | undefined,
  ended: AuditEntry | undefined,
  isEndingOnly: boolean,
): Pick<CommittedChange, 'begunRecord' | 'endedRecord' | 'ownRecord'> {
  if (begun) return { begunRecord: idempotencyKey, ownRecord: ended ? idempotencyKey : null };
  // An operation that sends no change begins and ends in one commit.
  return { ...(sendsChange[operation] && !isEndingOnly ? { endedRecord: idempotencyKey } : {}), ownRecord: null };
}

function ownerOf(next: IdempotencyRecord, ending: Ending | null): Pick<StateChange, 'endingOf'> {
  const endingOf = endingOwner(next, ending);
  return endingOf === undefined ? {} : { endingOf };
}

/** Whether the association changed, or may have, by what closes an operation. */
function mayHaveChanged({ event, refusalCode }: AuditEntry): boolean {
  return event === 'SUCCEEDED' || refusalCode === 'OUTCOME_UNDETERMINED';
}

function operationOf({ inDoubtUntil, idempotencyKey: recordKey }: IdempotencyRecord, entry: AuditEntry): OpenOperation {
  const { operationId, operation, request } = entry;
  // Lease holders write entries of operations only, and changes keep their request.
  const requested = request === null ? {} : settingsOf(entry as RequestedOperation);
  return {
    ...{ operationId, operation: operation as OperationKind, recordKey, requested },
    ...{ inDoubtUntil, closedAt: null, saw: null },
  };
}

function settingsOf<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>) {
  const { roleArn, targetRoleArn, disableSessionTags, policy } = namedSettings[operation](request);
  const named = { roleArn, targetRoleArn, disableSessionTags, policy };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

/**
 * What remains of an operation after its outcome. One that was closed by an observation explains what it may still do while it is in doubt,
 * and one whose outcome was not determined keeps what was seen. Null: nothing remains, since EKS answered or the operation
 * can no longer take effect.
 */
function closedOperation(next: IdempotencyRecord, ended: AuditEntry): OpenOperation | null {
  // The record is the next operation's where a released one is followed by it: the released one can no longer take effect.
  if (ended.operationId !== next.operationId || ended.eksRequestId !== null) return null;
  if (!sendsChange[next.operation]) return null;
  const closedAt = Date.parse(ended.time);
  const saw = sightOf(next, ended);
  return closedAt > next.inDoubtUntil && saw === null ? null : { ...operationOf(next, ended), closedAt, saw };
}

/** What was seen of an association that others may have changed after the operation. */
function sightOf({ result }: IdempotencyRecord, { before }: AuditEntry): Sight | null {
  const refusal = result?.refusal;
  if (refusal?.code !== 'OUTCOME_UNDETERMINED' || !('existing' in refusal)) return null;
  const seen = refusal.existing ?? before;
  return seen && { associationId: seen.associationId, modifiedAt: seen.modifiedAt, isGone: refusal.existing === null };
}

function confirmedBy({ result, operation }: IdempotencyRecord, entry: AuditEntry): ConfirmedAssociation | null {
  const { event, operationId, declaration } = entry;
  if (event !== 'SUCCEEDED' || !result?.association) return null;
  const isDeleted = operation === 'DELETE_POD_IDENTITY_ASSOCIATION';
  // A create that adopted an association confirms it as an adoption does.
  const by = result.isAdopted ? 'ADOPT_POD_IDENTITY_ASSOCIATION' : operation;
  const association = madeBy[by](entry, result.association);
  return { association, isDeleted, operationId, operation: by, declaration: declaration ?? null };
}

/** What an operation made of what EKS returned: others may have changed it too, and a scan must find that, so it is not confirmed. */
const madeBy: Readonly<Record<OperationKind, (entry: AuditEntry, seen: Association) => Association>> = {
  CREATE_POD_IDENTITY_ASSOCIATION: createdBy,
  UPDATE_POD_IDENTITY_ASSOCIATION: updatedBy,
  DELETE_POD_IDENTITY_ASSOCIATION: (_, seen) => seen,
  ADOPT_POD_IDENTITY_ASSOCIATION: (_, seen) => seen,
};

/** What an update made: what it does not name is as it was when policy judged it. */
function updatedBy({ before, request, omitted }: AuditEntry, seen: Association): Association {
  if (before === null || request === null || omitted.length > 0) return seen;
  const named = namedSettings.UPDATE_POD_IDENTITY_ASSOCIATION(request as UpdateRequest);
  const kept = settingNames.filter((name) => !Object.hasOwn(named, name)).map((name) => [name, before[name]]);
  return { ...seen, ...(Object.fromEntries(kept) as Partial<Association>), tags: before.tags };
}

/** What a create made. Others may have changed it before it was observed. */
function createdBy(entry: AuditEntry, seen: Association): Association {
  if (entry.eksRequestId !== null || seen.modifiedAt === seen.createdAt) return seen;
  const made = settingsOf(entry as RequestedOperation);
  const isSame = Object.entries(made).every(([name, value]) => value === seen[name as SettingName]);
  return isSame ? seen : { ...seen, ...made, modifiedAt: seen.createdAt };
}

/**
 * Whether an outcome replaces what is confirmed: only if its association is a later one. What is deleted stays deleted, and a delete
 * does not replace a later association. An adoption replaces the same version too, whose tags others may have changed. DynamoDB has the same condition in `dynamodb-association-state.ts`.
 */
function isReplacedBy(confirmed: ConfirmedAssociation | null, by: ConfirmedAssociation): boolean {
  if (confirmed === null) return true;
  const isSame = confirmed.association.associationId === by.association.associationId;
  if (by.isDeleted) return isSame || confirmed.association.modifiedAt <= by.association.modifiedAt;
  if (isSame && confirmed.isDeleted) return false;
  const { modifiedAt } = confirmed.association;
  return sendsChange[by.operation] ? modifiedAt < by.association.modifiedAt : modifiedAt <= by.association.modifiedAt;
}

/**
 * Whether a confirmed association is the latest version after what scans saw last: not where that is a later version, or that this one is
 * gone. DynamoDB has the same condition in `dynamodb-state-condition.ts`.
 */
function isAddedAfter(sight: Sight | null, { association, isDeleted }: ConfirmedAssociation): boolean {
  if (sight === null || sight.modifiedAt < association.modifiedAt) return true;
  return sight.modifiedAt === association.modifiedAt && (isDeleted || !sight.isGone);
}

/** The association that a change names, and whether it is there; null if it names none. */
export function presenceIn({
  confirmed,
  observed,
}: StateChange): Pick<StateSummary, 'isPresent' | 'associationId'> | null {
  if (confirmed) return { isPresent: !confirmed.isDeleted, associationId: confirmed.association.associationId };
  const sight = observed?.sight;
  return sight ? { isPresent: !sight.isGone, associationId: sight.associationId } : null;
}

/** What the state keeps of a version that is added to the history; null if none is, or a later one is known. */
export function latestIn({ version, isLate }: StateChange): LatestVersion | null {
  return version && isLate !== true
    ? { origin: version.origin, seenAt: version.seenAt, seenOtherwiseAt: version.seenOtherwiseAt }
    : null;
}

/** The state after a change: what the SQLite store writes, and what the item in DynamoDB then holds. */
export function stateAfter(state: AssociationState | null, change: StateChange): AssociationState {
  const {
    target,
    openOperations: added,
    endedOperationIds,
    changedAt,
    confirmed,
    observed,
    isChange,
    uncertainTime,
  } = change;
  const removed = new Set([...endedOperationIds, ...added.map(({ operationId }) => operationId)]);
  const kept = (state?.openOperations ?? []).filter(({ operationId }) => !removed.has(operationId));
  const { ending: _, ...stored } = state ?? {};
  return {
    ...stored,
    target,
    revision: (state?.revision ?? 0) + 1,
    changes: (state?.changes ?? 0) + (isChange ? 1 : 0),
    changedAt: changedAt ?? state?.changedAt ?? null,
    confirmed: confirmed ?? state?.confirmed ?? null,
    observed: observed ?? state?.observed ?? null,
    latest: latestIn(change) ?? state?.latest ?? null,
    ...endingIn(state, change),
    ...(uncertainTime ? { uncertainTimes: [...(state?.uncertainTimes ?? []), uncertainTime] } : {}),
    openOperations: [...kept, ...added].sort((one, other) => (one.operationId < other.operationId ? -1 : 1)),
    recordsInProgress: recordsAfter(state, change),
  };
}

function recordsAfter(state: AssociationState | null, { begunRecord, endedRecord }: StateChange): readonly string[] {
  const before = state?.recordsInProgress ?? [];
  if (begunRecord !== undefined) return [...new Set([...before, begunRecord])].sort();
  return before.filter((key) => key !== endedRecord);
}

/**
 * The changes to try for a commit, in order: if the state does not permit one, the next. A version is added to the history in any case, since its place does not
 * depend on when it is recorded. The last of an outcome that demands nothing is none.
 */
export function alternativesOf(change: CommittedChange | null): (CommittedChange | null)[] {
  if (change === null) return [null];
  if (change.demand !== null) return [change];
  const { confirmed, tie, ...rest } = change;
  const unconfirmed = rest.version ? { ...rest, isLate: true } : rest;
  const { ending: _, endingOf, ...without } = unconfirmed;
  const kept = endingOf === undefined ? without : unconfirmed;
  return [
    change,
    ...(change.version ? [{ ...change, isLate: true }] : []),
    ...(tie ? [tiedChange(kept, tie)] : []),
    ...(confirmed && endingOf !== undefined ? [unconfirmed] : []),
    ...(confirmed || endingOf !== undefined ? [without] : []),
    ...(change.begins ? [] : [null]),
  ];
}

/** An outcome of the same `modifiedAt` as the confirmed one: a scan finds out which of them was the last, and neither is drift. */
function tiedChange(change: CommittedChange, tie: OpenOperation): CommittedChange {
  const isOther = (operationId: string) => operationId !== tie.operationId;
  return {
    ...change,
    ...(tie.saw ? { tiedTo: tie.saw } : {}),
    openOperations: [...change.openOperations.filter((one) => isOther(one.operationId)), tie],
    endedOperationIds: change.endedOperationIds.filter(isOther),
  };
}

/** Whether a state permits one of the alternatives. DynamoDB has the same conditions in `dynamodb-state-condition.ts`. */
export function isPermitted(
  state: AssociationState | null,
  change: StateChange & Partial<Pick<CommittedChange, 'demand'>>,
): boolean {
  const { confirmed, version, isLate, tiedTo, endingOf } = change;
  if (change.demand) return true;
  const stored = state?.confirmed ?? null;
  if (tiedTo) return stored !== null && isSight(stored, tiedTo);
  if (confirmed === undefined) return endingOf === undefined || keepsEnding(stored, change);
  if (!isReplacedBy(stored, confirmed)) return false;
  return !version || isLate === true || isAddedAfter(state?.observed?.sight ?? null, confirmed);
}

function isSight({ association, isDeleted }: ConfirmedAssociation, sight: Sight): boolean {
  const { associationId, modifiedAt } = association;
  return !isDeleted && associationId === sight.associationId && modifiedAt === sight.modifiedAt;
}

/** The changes to try for a repair, in order, as those of an outcome. */
export function alternativesOfRepair({ change }: Pick<StateRepair, 'change'>): StateChange[] {
  return alternativesOf({ ...change, begins: true, demand: null, ownRecord: null }).filter((one) => one !== null);
}

/** The key that must be in progress for a repair; null: any. */
export function demandedKey({ recordKey, change }: Pick<StateRepair, 'recordKey' | 'change'>): string | null {
  return change.begunRecord === undefined ? recordKey : null;
}
