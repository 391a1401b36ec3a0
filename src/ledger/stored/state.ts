import type { Association, AssociationTarget, ClusterRef } from '../../model/association.ts';
import type { Expiry } from '../association-expiry.ts';
import type {
  AssociationState,
  ConfirmedAssociation,
  KnownTags,
  ObservedState,
  OpenOperation,
  UncertainTime,
} from '../association-state.ts';
import type { StateChange } from '../state-store.ts';
import type { LatestVersion } from '../association-version.ts';
import { associationOf, detailsText } from './association-text.ts';
import { textIn } from './items.ts';
import type { Condition, Item, ItemQuery, ItemUpdate, Key, Put } from './items.ts';
import { stateCondition } from './state-condition.ts';
import type { Guard } from './state-condition.ts';
import { versionItem } from './version.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { associationKeyOf, clusterKeyOf, expiryShards, targetOfAssociationKey } from './keys.ts';
import { latestIn, presenceIn } from '../rules/state-transition.ts';
import { supported } from './record.ts';
import { stateIndex } from './tables.ts';

/**
 * Begins the name of the attribute of each open operation: an update can add and remove it without
 * reading the item.
 */
const operationPrefix = 'operation ';

/** Begins the name of the attribute of each uncertain time, for the same reason. */
const uncertainPrefix = 'uncertain ';

/**
 * The update of the item of a service account. Attributes that it does not name stay as they are.
 */
export function stateUpdate(change: StateChange, guard: Guard): ItemUpdate {
  const { target, changedAt, confirmed, observed, openOperations, endedOperationIds, expiry } = change;
  const { isChange, begunRecord, endedRecord, uncertainTime, tags } = change;
  const set = Object.entries({
    v: formatVersion,
    clusterKey: clusterKeyOf(target),
    changedAt,
    ...presenceIn(change),
    confirmed: confirmed && confirmedMap(confirmed),
    observed: observed && observedMap(observed),
    scannedAt: observed?.at,
    scannedRevision: observed?.revision,
    latest: latestIn(change) ?? undefined,
    tags: tags ? { ...tags, tags: JSON.stringify(tags.tags) } : undefined,
    ...(expiry ? expiryAttributes(expiry) : {}),
    ...(uncertainTime ? { [`${uncertainPrefix}${uncertainTime.operationId}`]: withoutOperationId(uncertainTime) } : {}),
    ...Object.fromEntries(openOperations.map((one) => [`${operationPrefix}${one.operationId}`, operationMap(one)])),
  }).filter(([, value]) => value !== undefined);
  return {
    kind: 'update',
    table: 'idempotency',
    key: stateKey(target),
    update: {
      set: Object.fromEntries(set),
      add: { revision: 1, ...(isChange ? { changes: 1 } : {}) },
      remove: [
        ...endedOperationIds.map((id) => `${operationPrefix}${id}`),
        ...(expiry === null ? ['ending', 'openShard', 'leaseUntil'] : []),
        ...(tags === null ? ['tags'] : []),
      ],
      // A set, because a condition can't name attributes that it does not know.
      ...(begunRecord === undefined ? {} : { addTo: { recordsInProgress: new Set([begunRecord]) } }),
      ...(endedRecord === undefined ? {} : { removeFrom: { recordsInProgress: new Set([endedRecord]) } }),
    },
    condition: stateCondition(change, guard),
  };
}

/** The puts of the versions that a change adds to the history: one at most. */
export function versionPuts({ version }: StateChange): Put[] {
  // No condition, so that it never keeps an outcome from being recorded: a key names one version.
  return version ? [{ kind: 'put', table: 'idempotency', item: versionItem(version) }] : [];
}

/** The expiry, and its place in the lease index. */
function expiryAttributes({ nextAt, isWarned, ...expiry }: Expiry) {
  return { ending: expiry, openShard: isWarned ? expiryShards.warned : expiryShards.toWarn, leaseUntil: nextAt };
}

function confirmedMap({ association, declaration, ...rest }: ConfirmedAssociation) {
  const { associationId, modifiedAt } = association;
  const declared = declaration === null ? {} : { declaration };
  return { associationId, modifiedAt, ...rest, ...declared, association: detailsText(association) };
}

function observedMap({ sight, origin, association, tagsSetBy, driftId, wasDrift }: ObservedState) {
  const ofTags = tagsSetBy === undefined ? {} : { tagsSetBy };
  const ofAbsence = wasDrift ? { wasDrift } : {};
  return { sight, origin, association: association && detailsText(association), ...ofTags, driftId, ...ofAbsence };
}

function operationMap({ operationId: _, requested, tags, ...fields }: OpenOperation) {
  const ofTags = tags ? { tags: JSON.stringify(tags) } : {};
  return { ...fields, requested: JSON.stringify(requested), ...ofTags };
}

function withoutOperationId({ operationId: _, ...time }: UncertainTime) {
  return time;
}

/**
 * The attributes of an item, besides the open operations and the uncertain times, as
 * {@link stateUpdate} writes them.
 */
export interface StoredState {
  readonly v?: unknown;
  readonly revision: number;
  readonly changes?: number;
  readonly changedAt?: number;
  readonly confirmed?: Pick<Association, 'associationId' | 'modifiedAt'> &
    Omit<ConfirmedAssociation, 'association' | 'declaration'> & {
      readonly declaration?: string;
      readonly association: string;
    };
  readonly observed?: Pick<ObservedState, 'sight' | 'origin' | 'tagsSetBy' | 'driftId' | 'wasDrift'> & {
    readonly association: string | null;
  };
  readonly scannedAt: number;
  readonly scannedRevision: number;
  readonly latest?: LatestVersion;
  readonly ending?: Omit<Expiry, 'nextAt' | 'isWarned'>;
  readonly openShard?: string;
  readonly leaseUntil?: number;
  readonly recordsInProgress?: ReadonlySet<string>;
  readonly tags?: Omit<KnownTags, 'tags'> & { readonly tags: string };
}

/**
 * The state of an item that {@link stateUpdate} wrote. Throws `UnsupportedFormat` if another
 * version wrote it.
 */
export function stateOfItem(item: Item): AssociationState {
  const key = textIn(item, 'idempotencyKey');
  const target = targetOfAssociationKey(key);
  // Only `stateUpdate` writes these items.
  const stored = item as Item & StoredState;
  const { v, revision, changes = 0, changedAt = null, confirmed, observed, latest = null } = stored;
  const { recordsInProgress } = stored;
  const expiry = expiryOf(stored);
  requireSupported(`state of ${key}`, v);
  const names = Object.keys(stored).filter((name) => name.startsWith(operationPrefix));
  const uncertainTimes = uncertainTimesIn(stored);
  const tags = stored.tags && { ...stored.tags, tags: JSON.parse(stored.tags.tags) as KnownTags['tags'] };
  return {
    target,
    revision,
    publicRevision: changes,
    changedAt,
    confirmed: confirmed ? withTags(confirmedOf(target, confirmed), tags) : null,
    observed: observed ? observedOf(target, observed, stored, tags) : null,
    openOperations: names.sort().map((name) => openOperationOf(name, stored)),
    recordsInProgress: keysIn(recordsInProgress),
    latest,
    ...(uncertainTimes.length > 0 ? { uncertainTimes } : {}),
    ...(expiry ? { expiry } : {}),
    ...(tags ? { tags } : {}),
  };
}

/** The expiry in an item; undefined if it has none. */
export function expiryOf({
  ending,
  openShard,
  leaseUntil = 0,
}: Pick<StoredState, 'ending' | 'openShard' | 'leaseUntil'>) {
  return ending && { ...ending, isWarned: openShard === expiryShards.warned, nextAt: leaseUntil };
}

/** The keys of a stored set, in their order: a set without keys is not stored. */
export function keysIn(set: ReadonlySet<string> | undefined): string[] {
  return [...(set ?? [])].sort();
}

function confirmedOf(target: AssociationTarget, stored: NonNullable<StoredState['confirmed']>): ConfirmedAssociation {
  const { isDeleted, operationId, operation, declaration = null } = stored;
  const association = associationOf(target, stored, stored.association);
  return { association, isDeleted, operationId, operation, declaration };
}

/** What is confirmed, with the tags that the last change of them left. */
function withTags(confirmed: ConfirmedAssociation, tags: KnownTags | undefined): ConfirmedAssociation {
  return { ...confirmed, association: tagged(confirmed.association, tags) };
}

/**
 * What a scan observed, with the tags that a change of them left since: one that the scan did not
 * know of, unless it read when every read shows that change, whose outcome was then written late.
 */
function observedOf(
  target: AssociationTarget,
  { sight, origin, association, tagsSetBy, driftId, wasDrift }: NonNullable<StoredState['observed']>,
  { scannedAt, scannedRevision }: StoredState,
  tags: KnownTags | undefined,
): ObservedState {
  const areLater = tags !== undefined && tags.setBy !== tagsSetBy && scannedAt <= tags.shownFrom;
  const seen = sight && association ? associationOf(target, sight, association) : null;
  return {
    at: scannedAt,
    revision: scannedRevision,
    sight,
    origin,
    association: seen && areLater ? tagged(seen, tags) : seen,
    ...(tagsSetBy === undefined ? {} : { tagsSetBy }),
    driftId,
    ...(wasDrift ? { wasDrift } : {}),
  };
}

/** An association with these tags, if they are of it. */
function tagged(association: Association, tags: KnownTags | undefined): Association {
  return tags?.associationId === association.associationId ? { ...association, tags: tags.tags } : association;
}

function uncertainTimesIn(stored: Record<string, unknown>): UncertainTime[] {
  return Object.entries(stored)
    .filter(([name]) => name.startsWith(uncertainPrefix))
    .map(([name, time]) => ({
      operationId: name.slice(uncertainPrefix.length),
      ...(time as Omit<UncertainTime, 'operationId'>),
    }));
}

type StoredOperation = Omit<OpenOperation, 'operationId' | 'requested' | 'tags'> & {
  readonly requested: string;
  readonly tags?: string;
};

function openOperationOf(name: string, stored: Record<string, unknown>): OpenOperation {
  const { requested, tags, ...fields } = stored[name] as StoredOperation;
  const operationId = name.slice(operationPrefix.length);
  const settings = JSON.parse(requested) as OpenOperation['requested'];
  const ofTags = tags === undefined ? {} : { tags: JSON.parse(tags) as NonNullable<OpenOperation['tags']> };
  return { operationId, ...fields, requested: settings, ...ofTags };
}

/** The key of the item of a service account. */
export function stateKey(target: AssociationTarget): Key {
  return { idempotencyKey: associationKeyOf(target) };
}

/** The query for all states of a cluster. */
export function statesQuery(cluster: ClusterRef): ItemQuery & { readonly filter: Condition } {
  return { table: 'idempotency', index: stateIndex, hash: clusterKeyOf(cluster), filter: supported };
}
