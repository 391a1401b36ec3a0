import { isDeepStrictEqual } from 'node:util';
import type { AssociationState, ObservedState, OpenOperation, Sight } from '../ledger/association-state.ts';
import type { StateChange } from '../ledger/state-store.ts';
import type { Origin } from '../ledger/association-version.ts';
import type { Association } from '../model/association.ts';
import { areTagsExplained } from './explained.ts';
import { latest, sightOf } from './sights.ts';

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

/** A later scan has to decide. */
export const undecided = { kind: 'undecided' } as const;

/** What a judgement says besides the origin. */
interface Observed extends Pick<StateChange, 'confirmed' | 'tags'> {
  readonly sights: readonly Sight[];
  readonly lapsed: readonly OpenOperation[];
  /** Whether the association is the confirmed one, which is not stored twice. */
  readonly isConfirmed: boolean;
  /** Whether the state had lost what an operation made: its outcome was not counted. */
  readonly isLost?: boolean;
}

/** The judgement that an association, or its absence, was observed. */
export function observed(
  reading: Reading,
  origin: Origin | null,
  { sights, lapsed, isConfirmed, isLost = false, ...confirmed }: Observed,
): Judgement {
  const { association, state, readAt } = reading;
  const sight = latest(association ? [...sights, sightOf(association, false)] : sights);
  // What a scan knows of drift stays until it is compared with this observation.
  const driftId = state?.observed?.driftId ?? null;
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
      isChange: isLost || (isForeign(origin) && !isSeen(seen, state)),
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
  state: AssociationState | null,
): boolean {
  if (!state?.observed) return false;
  const { sight, origin, association } = state.observed;
  const known = association && seen.association ? { ...association, tags: seen.association.tags } : association;
  return (
    isDeepStrictEqual(seen, { sight, origin, association: known }) &&
    areTagsExplained(state, association, seen.association)
  );
}

/**
 * The operations that can no longer act on what was read: closed ones that ceased to be in doubt
 * before.
 */
export function lapsedOperations(state: AssociationState | null, readAt: number): OpenOperation[] {
  return (state?.openOperations ?? []).filter(
    ({ closedAt, inDoubtUntil }) => closedAt !== null && inDoubtUntil < readAt,
  );
}
