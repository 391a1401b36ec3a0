import type { InDoubtTimes } from '../idempotency/times.ts';
import type { AssociationState, Sight } from '../ledger/association-state.ts';
import type { Association } from '../model/association.ts';

/** What is known of reads of EKS. */
export type ReadTimes = InDoubtTimes;

/** A run of scans ends before. Milliseconds. */
export const maxScanMs = 15 * 60_000;

/**
 * Whether a read proves that the association was there when a scan did not see it: EKS uses no id
 * twice, so that scan read longer after the change than reads may lag, or by a wrong clock. It
 * began at `observed.at` and read during its run.
 */
function isRefuted(state: AssociationState | null, associationId: string, readAt: number, times: ReadTimes): boolean {
  const { sight = null, at = 0 } = state?.observed ?? {};
  const isAbsence = sight?.isGone === true && sight.associationId === associationId;
  return isAbsence && readAt > at + maxScanMs + times.listLagMs + times.clockErrorMs;
}

/** The state without the absence that a read of an association refutes. */
export function withoutRefuted(
  state: AssociationState | null,
  { associationId }: Association,
  readAt: number,
  times: ReadTimes,
): AssociationState | null {
  const { observed } = state ?? {};
  if (!state || !observed?.sight || !isRefuted(state, associationId, readAt, times)) return state;
  return { ...state, observed: { ...observed, sight: { ...observed.sight, isGone: false } } };
}

/** Every version that the state knows to have existed. */
export function sightsOf(state: AssociationState | null): Sight[] {
  if (state === null) return [];
  const { confirmed, observed, openOperations, tags } = state;
  return [
    ...(tags?.seen ? [{ associationId: tags.associationId, modifiedAt: tags.seen.modifiedAt, isGone: false }] : []),
    ...(confirmed ? [sightOf(confirmed.association, confirmed.isDeleted)] : []),
    ...[observed?.sight ?? null, ...openOperations.map(({ saw }) => saw)].filter((sight) => sight !== null),
  ];
}

export function sightOf({ associationId, modifiedAt }: Association, isGone: boolean): Sight {
  return { associationId, modifiedAt, isGone };
}

/** The sight of the latest version; of two of the same version, the one that it is gone. */
export function latest(sights: readonly Sight[]): Sight | null {
  return sights.reduce<Sight | null>((one, other) => {
    if (one === null || other.modifiedAt > one.modifiedAt) return other;
    return other.modifiedAt === one.modifiedAt && other.isGone ? other : one;
  }, null);
}

export function isOlder({ associationId, modifiedAt }: Association, sight: Sight): boolean {
  return modifiedAt < sight.modifiedAt || (sight.isGone && sight.associationId === associationId);
}
