import { decodeTime } from 'ulid';
import { findEntry, findIntent } from '../../ledger/audit-entry.ts';
import type { AssociationState, ConfirmedAssociation, OpenOperation } from '../../ledger/association-state.ts';
import type { Association, AssociationSettings } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait, namedSettings } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import { adoptedState, createDifferences, settingDifferences } from '../../operations/terms/differences.ts';
import type { ExpectedState } from '../../operations/terms/operation.ts';
import { operationOf } from '../../operations/kinds/operations.ts';
import type { ChangesReader, RecordedChanges, RecordedEffect } from './recorded-changes.ts';

/**
 * The state of a service account as far as the trail has it, so that a state which others wrote
 * hides nothing: what is confirmed and what is open must follow from entries, and what scans saw is
 * left out. `association` is the one in EKS. Throws as the ledger does.
 */
export async function evidencedState(
  reader: ChangesReader,
  state: AssociationState | null,
  association: Association,
  { effects }: RecordedChanges,
): Promise<AssociationState | null> {
  const known = state?.confirmed?.association ?? null;
  const isAbout = known?.associationId === association.associationId;
  const latest = latestBegun(effects);
  const recorded = latest && confirmedByTrail(latest, association, isAbout ? known : null);
  if (state === null) return recorded && { ...stateless(association), confirmed: recorded };
  const isEvidenced = state.confirmed !== null && isAbout && (await isFromTrail(reader, state.confirmed, effects));
  const others = isAbout ? null : state.confirmed;
  const confirmed = isEvidenced ? state.confirmed : (recorded ?? others);
  return { ...state, confirmed, openOperations: await begunOperations(reader, state, association), observed: null };
}

/** A state of which nothing is known. */
function stateless({ accountId, region, clusterName, namespace, serviceAccount }: Association): AssociationState {
  return {
    target: { accountId, region, clusterName, namespace, serviceAccount },
    revision: 0,
    publicRevision: 0,
    changedAt: null,
    confirmed: null,
    observed: null,
    openOperations: [],
    recordsInProgress: [],
    latest: null,
  };
}

/** The effect whose operation began last: effects may be recorded in another order. */
function latestBegun(effects: readonly RecordedEffect[]): RecordedEffect | null {
  return effects.reduce<RecordedEffect | null>(
    (one, other) => (one !== null && one.operationId >= other.operationId ? one : other),
    null,
  );
}

/** Whether a confirmed association is what its operation left, and no later one is recorded. */
async function isFromTrail(
  { ledger, times }: ChangesReader,
  { operationId, association, isDeleted }: ConfirmedAssociation,
  effects: readonly RecordedEffect[],
): Promise<boolean> {
  const isSuccess = ({ event }: AuditEntry) => event === 'SUCCEEDED' || event === 'LATE_SUCCESS';
  const success =
    effects.find((entry) => entry.operationId === operationId) ?? (await findEntry(ledger, operationId, isSuccess));
  // A scan confirms also what an operation left whose outcome says nothing of it.
  const entry = success ?? (await findIntent(ledger, operationId));
  if (!entry?.request || !isTarget(entry, association)) return false;
  if (entry.omitted.length > 0) return true;
  if (success === null) return settingDifferences(settingsIn(entry), association).length === 0;
  const latest = latestBegun(effects);
  const isReplaced =
    latest !== null &&
    latest.operationId !== operationId &&
    decodeTime(latest.operationId) > Date.parse(entry.time) &&
    !isOfOlderVersion(latest, association, Date.parse(entry.time) + times.clockErrorMs);
  return !isReplaced && isDeleted === hasTrait('deletes', entry) && (isDeleted || isLeftBy(entry, association));
}

/**
 * Whether an effect is an adoption of a version that was read before another operation changed it:
 * it changes nothing in EKS, so the later version stays.
 *
 * @param madeUntil when the later version can have been made at most; another one is not believed
 */
function isOfOlderVersion(effect: RecordedEffect, { modifiedAt }: Association, madeUntil: number): boolean {
  const { before } = effect;
  // A create has a state before it only where it adopts what exists.
  const isAdoption = hasTrait('creates', effect) || !hasTrait('sendsChange', effect);
  if (!isAdoption || before === null) return false;
  const madeAt = Date.parse(modifiedAt);
  return Date.parse(before.modifiedAt) < madeAt && madeAt <= madeUntil;
}

/** Whether an association has the settings and the tags that a success left. */
function isLeftBy(entry: AuditEntry, association: Association): boolean {
  const expected = expectedIn(entry);
  return expected === null
    ? settingDifferences(settingsIn(entry), association).length === 0
    : createDifferences({ ...expected.settings, tags: tagsIn(entry, expected) }, association).length === 0;
}

/**
 * What a success left of an association, where the state has something else. `known`: what it was
 * before, where the entry of an update does not say.
 */
function confirmedByTrail(
  recorded: RecordedEffect,
  association: Association,
  known: Association | null,
): ConfirmedAssociation | null {
  const lacksBefore = hasTrait('updates', recorded) && recorded.before === null;
  const entry = lacksBefore && known ? { ...recorded, before: known } : recorded;
  const { operationId, declaration = null } = entry;
  const { operation } = entry as RequestedOperation;
  const base = { operationId, operation, declaration };
  if (hasTrait('deletes', entry)) return { ...base, association, isDeleted: true };
  const expected = entry.omitted.length > 0 ? null : expectedIn(entry);
  if (expected === null) return null;
  const [tags, seen] = [tagsIn(entry, expected), adoptedState(association).tags];
  // Tags of the gateway and of AWS are in no request.
  const others = association.tags.filter((tag) => !seen.includes(tag));
  const sorted = [...tags, ...others].sort((one, other) => (one.key < other.key ? -1 : 1));
  return { ...base, association: { ...association, ...expected.settings, tags: sorted }, isDeleted: false };
}

function tagsIn({ before }: AuditEntry, { tags }: ExpectedState) {
  return tags ?? (before ? adoptedState(before).tags : []);
}

/** The operations of a state whose INTENT the trail has: about this association, with the same settings. */
async function begunOperations(
  { ledger }: ChangesReader,
  { openOperations }: AssociationState,
  association: Association,
): Promise<OpenOperation[]> {
  const intents = await Promise.all(openOperations.map(({ operationId }) => findIntent(ledger, operationId)));
  return openOperations.filter(({ requested }, index) => {
    const intent = intents[index];
    if (!intent?.request || !isTarget(intent, association)) return false;
    const { associationId = null } = intent.request as Partial<Association>;
    if (associationId !== null && associationId !== association.associationId) return false;
    const named = settingsIn(intent) as Readonly<Record<string, unknown>>;
    return intent.omitted.length > 0 || Object.entries(requested).every(([name, value]) => named[name] === value);
  });
}

function isTarget({ target }: AuditEntry, of: AssociationState['target']): boolean {
  const fields = ['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'] as const;
  return fields.every((field) => target?.[field] === of[field]);
}

function settingsIn(entry: AuditEntry): Partial<AssociationSettings> {
  return entry.request === null ? {} : settingsNamedBy(entry);
}

function settingsNamedBy<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>) {
  return namedSettings[operation](request);
}

function expectedIn(entry: AuditEntry): ExpectedState | null {
  return entry.request === null ? null : expectedAfter(entry, entry.before);
}

function expectedAfter<Kind extends OperationKind>(
  { operation, request }: RequestedOperation<Kind>,
  before: Association | null,
): ExpectedState | null {
  return operationOf<Kind>(operation).expectedState(request, before);
}
