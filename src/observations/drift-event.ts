import { isDeepStrictEqual } from 'node:util';
import { makeEntry } from '../ledger/audit-entry.ts';
import type { Stamps } from '../ledger/audit-entry.ts';
import type { AssociationState, ObservedState, Sight } from '../ledger/association-state.ts';
import type { Association, AssociationTarget } from '../model/association.ts';
import { driftPrefix } from '../model/audit.ts';
import type { AuditEvent } from '../model/audit-event.ts';
import type { AuditContext, AuditEntry } from '../model/audit.ts';
import type { RecordedPrincipal } from '../model/principal.ts';
import type { Difference } from '../model/refusal.ts';
import { areTagsExplained, foreignDifferences } from './explained.ts';

/** What a scan observed of a service account, and what was known before. */
export interface Observation {
  readonly target: AssociationTarget;
  readonly state: AssociationState | null;
  readonly observed: ObservedState;
  /** The association in EKS; null if EKS has none. */
  readonly association: Association | null;
  /** What is known of the scans of the cluster. */
  readonly scan: ScanLease;
}

/** The scan of a cluster, as far as what it records depends on it. */
export interface ScanLease {
  /**
   * When the last complete scan of the cluster began; null if there was none. Milliseconds since
   * the epoch.
   */
  readonly completedAt: number | null;
}

/** Whether there is drift, and the entry that records a change of this. */
export interface DriftChange {
  /** Id of the drift, which is the operation id of its entries; null if there is none. */
  readonly driftId: string | null;
  readonly wasDrift?: true;
  /** What is recorded, and its entry; null where nothing changed. */
  readonly event: DriftEvent | null;
  readonly entry: AuditEntry | null;
}

/** What is recorded of drift. */
export type DriftEvent = Extract<AuditEvent, 'DRIFT_FOUND' | 'DRIFT_RESOLVED'>;

/**
 * The drift of a service account: EKS differs from what operations of the gateway left, or has an
 * association since the first scan of its cluster that none made. Each new difference is an entry
 * DRIFT_FOUND, its end an entry DRIFT_RESOLVED.
 */
export function driftChangeOf(stamps: Stamps, observation: Observation): DriftChange {
  const seen = observation.state?.observed ?? null;
  const known = seen?.driftId ?? null;
  const event = eventOf(observation, seen);
  const ofAbsence = driftOfAbsence(observation.observed.sight, observation.state, observation.scan);
  const driftId = known ?? (event && `${driftPrefix}${stamps.ulid(stamps.clock())}`);
  if (event === null || driftId === null) return { driftId: known, ...ofAbsence, event: null, entry: null };
  const entry = entryOf(stamps, observation, driftId, event);
  return { driftId: event === 'DRIFT_FOUND' ? driftId : null, ...ofAbsence, event, entry };
}

/** What there is to record, after what the last scan saw. */
function eventOf(observation: Observation, seen: ObservedState | null): DriftEvent | null {
  const isKnown = seen !== null && seen.driftId !== null;
  if (!isDrift(observation, seen)) return isKnown ? 'DRIFT_RESOLVED' : null;
  return isKnown && isSameSight(observation, seen) ? null : 'DRIFT_FOUND';
}

function isDrift({ state, observed, association, scan }: Observation, seen: ObservedState | null): boolean {
  if (observed.origin !== 'OUTSIDE') return false;
  const confirmed = state?.confirmed ?? null;
  // Where nothing is recorded, nothing is missing.
  if (association === null) return confirmed?.isDeleted === false;
  if (confirmed !== null) return true;
  return isNew(association.associationId, seen, scan);
}

/** Whether an association was made since the first scan of its cluster. */
function isNew(associationId: string, seen: ObservedState | null, { completedAt }: ScanLease): boolean {
  // What was decided of an association stays: this scan may have begun before the cluster was first
  // scanned.
  if (seen?.sight?.associationId === associationId) return seen.driftId !== null || seen.wasDrift === true;
  // Associations from before the first scan of their cluster may be older than the gateway.
  return completedAt !== null;
}

/**
 * What the absence of an association is recorded with: whether it is drift if a later read shows it
 * after all.
 */
export function driftOfAbsence(
  sight: Sight | null,
  state: AssociationState | null,
  scan: ScanLease,
): Pick<ObservedState, 'wasDrift'> {
  if (sight?.isGone !== true || (state?.confirmed ?? null) !== null) return {};
  return isNew(sight.associationId, state?.observed ?? null, scan) ? { wasDrift: true } : {};
}

/**
 * Whether two scans observed the same. Tags can change without `modifiedAt`; what changes of tags
 * in progress or in doubt explain is nothing new.
 */
function isSameSight({ state, observed }: Observation, seen: ObservedState): boolean {
  return (
    isDeepStrictEqual(seen.sight, observed.sight) && areTagsExplained(state, seen.association, observed.association)
  );
}

/** Who writes entries of drift. */
export const scanner: RecordedPrincipal = {
  id: 'pod-identity-gateway/scan',
  kind: 'SERVICE',
  groups: [],
  otherGroups: null,
  sessionName: null,
};

/** The context of an entry about what a scan found, of a service account or of a whole cluster. */
export function observationContext(
  operationId: string,
  { target, before }: Pick<AuditContext, 'target' | 'before'>,
): AuditContext {
  return {
    operation: 'OBSERVE_ASSOCIATION',
    request: null,
    principal: scanner,
    actor: null,
    onBehalfOf: null,
    sourceAddress: null,
    userAgent: scanner.id,
    apiRequestId: operationId,
    reason: null,
    target,
    before,
    decision: null,
    invalidInput: null,
    findings: [],
  };
}

function entryOf(stamps: Stamps, observation: Observation, operationId: string, event: DriftEvent): AuditEntry {
  const { target, state, observed, association } = observation;
  const confirmed = confirmedIn(state);
  const seen = association ?? confirmed ?? state?.observed?.association ?? null;
  const context = observationContext(operationId, { target, before: confirmed });
  const message = event === 'DRIFT_FOUND' ? foundMessage(state, association) : resolvedMessage(observed);
  return makeEntry(stamps, context, {
    // Scans have clocks of their own: the order of the entries is that of the writes of the state.
    operationId,
    event,
    fence: observed.revision,
    message,
    associationArn: seen?.associationArn ?? null,
  });
}

function confirmedIn(state: AssociationState | null): Association | null {
  return state?.confirmed?.isDeleted === false ? state.confirmed.association : null;
}

function foundMessage(state: AssociationState | null, association: Association | null): string {
  const confirmed = confirmedIn(state);
  if (association === null) return 'The association was deleted outside of the gateway.';
  if (state === null || confirmed?.associationId !== association.associationId) {
    const instead = confirmed === null ? '' : ` in place of ${confirmed.associationId}`;
    return `The association was created outside of the gateway${instead}, with the role ${association.roleArn}.`;
  }
  const texts = foreignDifferences(state, confirmed, association).map(textOf);
  return `The association was changed outside of the gateway: ${texts.join('; ')}.`;
}

function textOf({ field, requested, existing }: Difference): string {
  if (existing === null) return `${field} is not set instead of ${String(requested)}`;
  return `${field} is ${existing}${requested === null ? '' : ` instead of ${requested}`}`;
}

function resolvedMessage({ origin, sight }: ObservedState): string {
  if (origin === 'ADD_ON') return 'The association is of an EKS add-on.';
  if (origin === 'OPERATION') return 'The association is as the last operation recorded it.';
  return sight?.isGone === true
    ? 'The association is gone, and no operation recorded it.'
    : 'No operation recorded the association.';
}
