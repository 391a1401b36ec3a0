import type { Eks, EksError } from '../eks/eks.ts';
import type { AssociationState } from '../ledger/association-state.ts';
import type { StateObserver } from '../ledger/state-store.ts';
import type { Origin } from '../ledger/association-version.ts';
import type { Stamps } from '../ledger/audit-entry.ts';
import type { OperationReader } from '../ledger/trail.ts';
import type { AssociationTarget } from '../model/association.ts';
import { isCreatedByGateway } from './created-by-gateway.ts';
import { driftChangeOf } from './drift-event.ts';
import type { DriftEvent, ScanLease } from './drift-event.ts';
import { judge } from './judge.ts';
import { seenVersion } from './seen-version.ts';
import type { ReadTimes } from './sights.ts';

/** What a scan works with for one service account. */
export interface ObservationPorts extends Stamps {
  readonly ledger: OperationReader;
  readonly observations: StateObserver;
  readonly times: ReadTimes;
}

/** What a scan knows of a service account before it is read. */
export interface Listed {
  readonly target: AssociationTarget;
  /** The id in the list of EKS; null if the list does not have the service account. */
  readonly associationId: string | null;
  /** When that list was begun. Milliseconds since the epoch. */
  readonly listedAt: number;
  /** The revision of the state before that; 0: there was none. */
  readonly knownRevision: number;
  readonly scan: ScanLease;
}

/** What became of it. */
export type ObserveResult =
  | { readonly kind: 'observed'; readonly origin: Origin | null; readonly drift: DriftEvent | null }
  /**
   * Nothing was observed: the read was older than what is known, or an operation wrote meanwhile.
   * The next scan decides.
   */
  | { readonly kind: 'undecided' }
  | { readonly kind: 'failed'; readonly error: EksError };

/**
 * Moves the revision of a state, so that the next scan reads its association. One that another
 * write moved is due, unless that was a scan, which read it.
 */
export async function makeDue(
  observations: Pick<StateObserver, 'observeAssociation'>,
  { target, revision, observed }: AssociationState,
): Promise<void> {
  if (observed?.revision !== revision) return;
  await observations.observeAssociation(revision, { target, openOperations: [], endedOperationIds: [] }, null);
}

/**
 * Observes the association of a service account: reads EKS, then the state, and writes what follows
 * if the state is still the one that was read. Throws `LedgerUnavailable` and `UnsupportedFormat`.
 */
export async function observeServiceAccount(
  { ledger, observations, clock, ulid, times }: ObservationPorts,
  eks: Pick<Eks, 'describe'>,
  { target, associationId, listedAt, knownRevision, scan }: Listed,
  deadline: number,
): Promise<ObserveResult> {
  const readAt = associationId === null ? listedAt : clock();
  const described = associationId === null ? null : await eks.describe(associationId, { deadline });
  if (described?.kind === 'failed') return described;
  const association = described?.kind === 'found' ? described.association : null;
  const state = await observations.getAssociationState(target);
  const isKnown = association !== null && state?.confirmed?.association.associationId === association.associationId;
  const isOwn = association !== null && !isKnown && (await isCreatedByGateway(ledger, association));
  const judgement = judge({ knownRevision, readAt, association, associationId, state, isOwn }, times);
  if (judgement.kind === 'undecided') {
    if (judgement.isDue && state) await makeDue(observations, state);
    return { kind: 'undecided' };
  }
  if (judgement.kind === 'lapsed') {
    const change = { target, openOperations: [], endedOperationIds: judgement.endedOperationIds };
    await observations.observeAssociation(state?.revision ?? 0, change, null);
    return { kind: 'undecided' };
  }
  const { origin, change } = judgement;
  const seen = { target, state, observed: change.observed, association, scan };
  const { event, entry, ...drift } = driftChangeOf({ clock, ulid }, seen);
  const next = { ...change, target, observed: { ...change.observed, ...drift } };
  const version = seenVersion(next, association, state, scan.completedAt);
  const written = version ? { ...next, version } : next;
  if (!(await observations.observeAssociation(state?.revision ?? 0, written, entry))) return { kind: 'undecided' };
  return { kind: 'observed', origin, drift: event };
}
