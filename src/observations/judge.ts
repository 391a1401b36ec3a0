import { isDeepStrictEqual } from 'node:util';
import type {
  AssociationState,
  ConfirmedAssociation,
  ObservedState,
  OpenOperation,
  Sight,
  StateChange,
} from '../ledger/association-state.ts';
import type { Origin } from '../ledger/association-version.ts';
import { operationIdOf } from '../model/association.ts';
import type { Association } from '../model/association.ts';
import { hasTrait } from '../model/operation.ts';
import { settingsOf } from '../model/setting-fields.ts';
import { settingDifferences } from '../operations/terms/differences.ts';
import { areTagsExplained, explainingOperations } from './explained.ts';
import { isOlder, latest, sightOf, sightsOf, withoutRefuted } from './sights.ts';
import type { ReadTimes } from './sights.ts';
import { mayHaveOlderTags, tagsLeftBy } from './tags.ts';

/** What a scan read of one service account, in the order in which it read. */
export interface Reading {
  /** The revision of the state before EKS was read; 0: there was none. */
  readonly knownRevision: number;
  /** When the read of EKS began. Milliseconds since the epoch. */
  readonly readAt: number;
  /** The association in EKS; null if EKS has none. */
  readonly association: Association | null;
  /**
   * The association that was read by its id; null if the list of EKS has none for the service
   * account.
   */
  readonly associationId: string | null;
  /** The state of the ledger, read after EKS; null: there is none. */
  readonly state: AssociationState | null;
  /**
   * Whether the ownership tag of the association names an operation whose `INTENT` has its
   * settings.
   */
  readonly isOwn: boolean;
}

/** What follows from a reading: a change of the state, or that a later scan has to decide. */
export type Judgement =
  | { readonly kind: 'observed'; readonly origin: Origin | null; readonly change: ObservedChange }
  /** Nothing was ever seen: what closed operations might have left is known to be absent. */
  | { readonly kind: 'lapsed'; readonly endedOperationIds: readonly string[] }
  /** `isDue`: the next scan must read it, although nothing else tells that it changed. */
  | { readonly kind: 'undecided'; readonly isDue?: true };

/** The change of the state that an observation makes. */
type ObservedChange = Omit<StateChange, 'target' | 'observed'> & Required<Pick<StateChange, 'observed'>>;

const undecided = { kind: 'undecided' } as const;

/**
 * Who made what a scan read. A read that is older than what was seen before decides nothing, nor
 * one that shows other tags so soon after these were written that it may be older. A
 * change is explained by what an operation confirmed, or by operations that may have made it; every
 * other change was made outside. See `docs/decisions/0005-association-state-and-history.md`.
 */
export function judge(reading: Reading, times: ReadTimes): Judgement {
  return reading.association === null
    ? judgeAbsence(reading, times)
    : judgePresence(reading, reading.association, times);
}

function judgePresence(reading: Reading, association: Association, times: ReadTimes): Judgement {
  const { state, readAt, knownRevision, isOwn } = reading;
  const sights = sightsOf(withoutRefuted(state, association, readAt, times));
  if (sights.some((sight) => isOlder(association, sight))) return undecided;
  if (mayHaveOlderTags(reading, association, times)) return { ...undecided, isDue: true };

  const confirmed = state?.confirmed ?? null;
  const base = confirmed?.association.associationId === association.associationId ? confirmed.association : null;
  const lapsed = lapsedOperations(state, readAt);
  if (base && isSame(base, association)) return observed(reading, 'OPERATION', { sights, lapsed, isConfirmed: true });

  const explaining = explainingOperations(state, base, association, times);
  if (explaining.length > 0) {
    // Once all of them can no longer act, the association is what they left: it is confirmed as an
    // outcome is.
    const isFinal = explaining.every((operation) => lapsed.includes(operation));
    // A change of tags leaves who made the association as it is.
    const last = explaining.findLast((one) => one.tags === undefined);
    const tags = isFinal ? tagsLeftBy(explaining, association, readAt, times) : undefined;
    const confirmedNow = {
      ...(isFinal && last ? { confirmed: confirmedBy(last, association) } : {}),
      ...(tags && { tags }),
    };
    return observed(reading, 'OPERATION', {
      sights,
      lapsed: isFinal ? lapsed : [],
      isConfirmed: isFinal,
      ...confirmedNow,
    });
  }
  if (base === null) {
    // An operation may have begun and ended since EKS was read.
    if ((state?.revision ?? 0) !== knownRevision) return undecided;
    const operationId = isOwn ? operationIdOf(association) : null;
    if (operationId !== null) {
      const confirmedNow = confirmedBy({ operationId, operation: 'CREATE_POD_IDENTITY_ASSOCIATION' }, association);
      return observed(reading, 'OPERATION', {
        sights,
        lapsed,
        isConfirmed: true,
        isLost: true,
        confirmed: confirmedNow,
      });
    }
  }
  return observed(reading, association.ownerArn === null ? 'OUTSIDE' : 'ADD_ON', {
    sights,
    lapsed,
    isConfirmed: false,
  });
}

function confirmedBy(
  { operationId, operation }: Pick<OpenOperation, 'operationId' | 'operation'>,
  association: Association,
): ConfirmedAssociation {
  return { association, isDeleted: false, operationId, operation, declaration: null };
}

/**
 * An association that EKS does not show is gone once it is certain that reads show what was made
 * before.
 */
function judgeAbsence(reading: Reading, { listLagMs, clockErrorMs }: ReadTimes): Judgement {
  const { state, readAt, knownRevision, associationId } = reading;
  const sights = sightsOf(state);
  const last = latest(sights);
  if (state === null) return undecided;
  if (last === null) return judgeNeverSeen(state, readAt - listLagMs - clockErrorMs);
  // The id of one that is gone says nothing of another that replaced it.
  if (associationId !== null && associationId !== last.associationId) return undecided;
  if (state.openOperations.some((one) => hasTrait('deletes', one) && one.closedAt === null)) return undecided;
  const settledAt = Math.max(state.changedAt ?? 0, Date.parse(last.modifiedAt)) + listLagMs + clockErrorMs;
  if (readAt <= settledAt || state.revision !== knownRevision) return undecided;
  const origin = isExplained(state, last) ? null : 'OUTSIDE';
  const gone = { ...last, isGone: true };
  return observed(reading, origin, {
    sights: [...sights, gone],
    lapsed: lapsedOperations(state, readAt),
    isConfirmed: false,
  });
}

/**
 * Whether it is known why an association is absent: an operation deleted it, or it ended with its
 * cluster. Later writes of the state do not change that.
 */
function isExplained({ confirmed, observed }: AssociationState, last: Sight): boolean {
  if (confirmed?.isDeleted && confirmed.association.associationId === last.associationId) return true;
  return observed?.origin === null && isDeepStrictEqual(observed.sight, last) && last.isGone;
}

/**
 * Of a service account that never had an association, which EKS does not show either. Operations
 * that were closed while in doubt, such as requests that never reached EKS, would stay in the state
 * for good: with each, the item grows.
 *
 * @param shownUntil what was made until then would show. Milliseconds since the epoch
 */
function judgeNeverSeen(state: AssociationState, shownUntil: number): Judgement {
  const lapsed = lapsedOperations(state, shownUntil);
  if (lapsed.length === 0) return undecided;
  return { kind: 'lapsed', endedOperationIds: lapsed.map(({ operationId }) => operationId) };
}

interface Observed extends Pick<StateChange, 'confirmed' | 'tags'> {
  readonly sights: readonly Sight[];
  readonly lapsed: readonly OpenOperation[];
  /** Whether the association is the confirmed one, which is not stored twice. */
  readonly isConfirmed: boolean;
  /** Whether the state had lost what an operation made: its outcome was not counted. */
  readonly isLost?: boolean;
}

function observed(
  reading: Reading,
  origin: Origin | null,
  { sights, lapsed, isConfirmed, isLost = false, ...confirmed }: Observed,
): Judgement {
  const { association, state, readAt } = reading;
  const sight = latest(association ? [...sights, sightOf(association, false)] : sights);
  const before = state?.observed ?? null;
  // What a scan knows of drift stays until it is compared with this observation.
  const driftId = before?.driftId ?? null;
  const seen = { sight, origin, association: isConfirmed ? null : association };
  return {
    kind: 'observed',
    origin,
    change: {
      ...confirmed,
      observed: {
        at: readAt,
        revision: (state?.revision ?? 0) + 1,
        ...seen,
        ...(state?.tags ? { tagsSetBy: state.tags.setBy } : {}),
        driftId,
      },
      isChange: isLost || (isForeign(origin) && !isSeen(seen, before, state)),
      openOperations: [],
      endedOperationIds: lapsed.map(({ operationId }) => operationId),
    },
  };
}

function isForeign(origin: Origin | null): boolean {
  return origin !== null && origin !== 'OPERATION';
}

/**
 * Whether a scan saw exactly this before: a foreign change counts once. Changes of tags count with
 * their outcomes.
 */
function isSeen(
  seen: Pick<ObservedState, 'sight' | 'origin' | 'association'>,
  before: ObservedState | null,
  state: AssociationState | null,
): boolean {
  if (before === null) return false;
  const { sight, origin, association } = before;
  const known = association && seen.association ? { ...association, tags: seen.association.tags } : association;
  return (
    isDeepStrictEqual(seen, { sight, origin, association: known }) &&
    areTagsExplained(state, association, seen.association)
  );
}

/** Whether an association is a confirmed one. Tags can change without `modifiedAt`. */
function isSame(confirmed: Association, association: Association): boolean {
  return confirmed.modifiedAt === association.modifiedAt && isUnchanged(confirmed, association);
}

function isUnchanged(one: Association, other: Association): boolean {
  return isDeepStrictEqual(one.tags, other.tags) && settingDifferences(settingsOf(one), other).length === 0;
}

/**
 * The operations that can no longer act on what was read: closed ones that ceased to be in doubt
 * before.
 */
function lapsedOperations(state: AssociationState | null, readAt: number): OpenOperation[] {
  return (state?.openOperations ?? []).filter(
    ({ closedAt, inDoubtUntil }) => closedAt !== null && inDoubtUntil < readAt,
  );
}
