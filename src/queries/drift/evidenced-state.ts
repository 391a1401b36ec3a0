import { decodeTime } from 'ulid';
import { findEntry, findIntent } from '../../ledger/audit-entry.ts';
import type { AssociationState, ConfirmedAssociation, OpenOperation } from '../../ledger/association-state.ts';
import type { Association, AssociationSettings, Tag } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait, namedSettings } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import { adoptedState, settingDifferences, tagDifferences } from '../../operations/terms/differences.ts';
import type { ExpectedState } from '../../operations/terms/operation.ts';
import { operationOf } from '../../operations/kinds/operations.ts';
import { doubtOf, evidencedTags, isChangeIn } from './evidenced-tags.ts';
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
  changes: RecordedChanges,
): Promise<AssociationState | null> {
  const effects = changes.effects.filter((entry) => !hasTrait('changesTags', entry));
  const known = state?.confirmed?.association ?? null;
  const isAbout = known?.associationId === association.associationId;
  const latest = latestBegun(effects);
  const recorded = latest && confirmedByTrail(latest, association, isAbout ? known : null);
  const source = state?.confirmed && isAbout ? await entryOf(reader, state.confirmed, effects) : null;
  const evidenced = state?.confirmed && source ? taggedBy(source, state.confirmed, state.tags) : null;
  const others = isAbout ? null : (state?.confirmed ?? null);
  const confirmed = withKnownTags(reader, state, changes, evidenced ?? recorded, association);
  if (state === null) {
    const doubts = changes.undetermined.map((entry) => doubtOf(entry, reader.times));
    return confirmed && { ...stateless(association), ...confirmed, openOperations: doubts };
  }
  const { tags: _, ...rest } = state;
  const openOperations = await begunOperations(reader, state, association);
  return {
    ...rest,
    ...(confirmed ?? { confirmed: others }),
    openOperations,
    observed: null,
  };
}

/** What is confirmed, with the tags that changes of tags left since; null: nothing is confirmed. */
function withKnownTags(
  { times, clock }: ChangesReader,
  state: AssociationState | null,
  changes: RecordedChanges,
  confirmed: ConfirmedAssociation | null,
  { associationId }: Association,
): Pick<AssociationState, 'confirmed' | 'tags'> | null {
  if (confirmed === null || confirmed.isDeleted) return confirmed && { confirmed };
  const { operationId, association } = confirmed;
  const left = { operationId, tags: association.tags };
  // A time that no permitted clock can have shown would hide everything that follows.
  const isPossible = (state?.tags?.at ?? 0) <= clock() + times.clockErrorMs;
  const tags = evidencedTags(isPossible ? state : null, changes, left, associationId, times);
  return tags === null
    ? { confirmed }
    : { confirmed: { ...confirmed, association: { ...association, tags: tags.tags } }, tags };
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

/**
 * The entry by which a confirmed association is what its operation left, besides tags; null if it is
 * not, or if a later one is recorded.
 */
async function entryOf(
  { ledger, times }: ChangesReader,
  { operationId, association, isDeleted }: ConfirmedAssociation,
  effects: readonly RecordedEffect[],
): Promise<AuditEntry | null> {
  const isSuccess = ({ event }: AuditEntry) => event === 'SUCCEEDED' || event === 'LATE_SUCCESS';
  const success =
    effects.find((entry) => entry.operationId === operationId) ?? (await findEntry(ledger, operationId, isSuccess));
  // A scan confirms also what an operation left whose outcome says nothing of it.
  const entry = success ?? (await findIntent(ledger, operationId));
  if (!entry?.request || !isTarget(entry, association)) return null;
  if (entry.omitted.length > 0) return entry;
  const hasSettings = settingDifferences(settingsIn(entry), association).length === 0;
  // Of what no settings name, an INTENT says nothing.
  if (success === null) return hasSettings && namesSettings(entry) ? entry : null;
  const latest = latestBegun(effects);
  const isReplaced =
    latest !== null &&
    latest.operationId !== operationId &&
    decodeTime(latest.operationId) > Date.parse(entry.time) &&
    !isOfOlderVersion(latest, association, Date.parse(entry.time) + times.clockErrorMs);
  const isLeft = !isReplaced && isDeleted === hasTrait('deletes', entry) && (isDeleted || isLeftBy(entry, association));
  return isLeft ? entry : null;
}

function namesSettings(entry: AuditEntry): boolean {
  return hasTrait('creates', entry) || hasTrait('updates', entry);
}

/**
 * What is confirmed, if it has the tags of its entry. With known tags in place of its own, those of
 * the entry are put back.
 */
function taggedBy(
  entry: AuditEntry,
  confirmed: ConfirmedAssociation,
  knownTags: AssociationState['tags'],
): ConfirmedAssociation | null {
  const isOutcome = entry.event === 'SUCCEEDED' || entry.event === 'LATE_SUCCESS';
  const expected = entry.omitted.length > 0 || !isOutcome ? null : expectedIn(entry);
  if (expected === null || confirmed.isDeleted) return confirmed;
  const { association } = confirmed;
  if (tagDifferences(tagsIn(entry, expected), adoptedState(association).tags).length === 0) return confirmed;
  if (knownTags?.associationId !== association.associationId) return null;
  return { ...confirmed, association: { ...association, tags: tagsLeftBy(entry, expected, association) } };
}

/** All tags after a success. Those of the gateway and of AWS are in no request. */
function tagsLeftBy(entry: AuditEntry, expected: ExpectedState, association: Association): Tag[] {
  const seen = adoptedState(association).tags;
  const others = association.tags.filter((tag) => !seen.includes(tag));
  return [...tagsIn(entry, expected), ...others].sort((one, other) => (one.key < other.key ? -1 : 1));
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

/** Whether an association has the settings that a success left. */
function isLeftBy(entry: AuditEntry, association: Association): boolean {
  return settingDifferences(expectedIn(entry)?.settings ?? settingsIn(entry), association).length === 0;
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
  const sorted = tagsLeftBy(entry, expected, association);
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
  return openOperations.filter(({ requested, tags }, index) => {
    const intent = intents[index];
    if (!intent?.request || !isTarget(intent, association)) return false;
    const { associationId = null } = intent.request as Partial<Association>;
    if (associationId !== null && associationId !== association.associationId) return false;
    if (tags !== undefined && !isChangeIn(intent, tags)) return false;
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
