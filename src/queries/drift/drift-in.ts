import { isFromOutside, lastSeenAt } from '../../ledger/association-history.ts';
import type { AssociationState, OpenOperation } from '../../ledger/association-state.ts';
import type { DriftKind } from '../../generated/types.ts';
import { operationIdOf } from '../../model/association.ts';
import type { Association } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait } from '../../model/operation.ts';
import type { Difference } from '../../model/refusal.ts';
import { foreignDifferences } from '../../observations/explained.ts';
import { settingDifferences, versionDifferences } from '../../operations/terms/differences.ts';

/** An association that differs from what the gateway left. */
export interface AssociationDrift {
  readonly kind: DriftKind;
  /** Null if it was deleted, and where only the trail names it. */
  readonly association: Association | null;
  readonly associationArn: string;
  readonly differences: readonly Difference[];
  /** The latest entry of the trail about it; null without one, and where a scan saw it. */
  readonly lastEntry: AuditEntry | null;
  /** When a scan saw it last, as RFC 3339 text in UTC; null where EKS was read. */
  readonly observedAt: string | null;
  /**
   * Operation id of the entries that scans wrote about it; null without one, and where EKS was
   * read.
   */
  readonly driftId: string | null;
}

/** The drift of one service account, as a scan saw it last. */
export function driftIn(state: AssociationState): AssociationDrift[] {
  const { latest } = state;
  // An operation whose outcome was recorded since explains the state.
  return latest?.origin === null || isFromOutside(latest) ? driftSeen(state, lastSeenAt(state)) : [];
}

/** What an observation is compared with. */
type Observed = Pick<AssociationState, 'confirmed' | 'observed' | 'openOperations'>;

/**
 * The drift that an observation shows; two where the association that the gateway left was replaced
 * outside. `seenAt` is in milliseconds since the epoch.
 */
export function driftSeen(state: Observed, seenAt: number | null): AssociationDrift[] {
  const { observed } = state;
  if (observed?.origin !== 'OUTSIDE' && observed?.origin !== 'ADD_ON') return [];
  const base = {
    differences: [],
    lastEntry: null,
    observedAt: seenAt === null ? null : new Date(seenAt).toISOString(),
    driftId: observed.driftId,
  };
  const recorded = state.confirmed?.isDeleted === false ? state.confirmed.association : null;
  const { association } = observed;
  const isReplaced = recorded !== null && recorded.associationId !== association?.associationId;
  const deleted: AssociationDrift[] =
    isReplaced && !state.openOperations.some(isOpenDelete)
      ? [{ ...base, kind: 'DELETED', association: null, associationArn: recorded.associationArn }]
      : [];
  if (association === null) return deleted;
  const { associationArn } = association;
  // A change of tags since has made it what it is.
  if (recorded?.associationId === association.associationId && versionDifferences(recorded, association).length === 0)
    return deleted;
  return [...deleted, { ...base, association, associationArn, ...comparisonOf(state, recorded, association) }];
}

function isOpenDelete(one: OpenOperation): boolean {
  return hasTrait('deletes', one) && one.closedAt === null;
}

/**
 * How an association that others made or changed differs from what the gateway left, as far as it
 * left it.
 */
function comparisonOf(
  state: Observed,
  recorded: Association | null,
  association: Association,
): Pick<AssociationDrift, 'kind' | 'differences'> {
  if (recorded?.associationId === association.associationId) {
    return { kind: 'MODIFIED', differences: foreignDifferences(state, recorded, association) };
  }
  const operationId = operationIdOf(association);
  if (operationId === null) return { kind: 'UNMANAGED', differences: [] };
  // A create that is in doubt made it, and others changed it before its outcome was recorded.
  const create = state.openOperations.find((one) => one.operationId === operationId);
  if (!create || !hasTrait('creates', create)) return { kind: 'FORGED_TAG', differences: [] };
  return { kind: 'MODIFIED', differences: settingDifferences(create.requested, association) };
}
