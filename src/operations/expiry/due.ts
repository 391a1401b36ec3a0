import type { Times } from '../../idempotency/times.ts';
import { makeEntry } from '../../ledger/audit-entry.ts';
import type { Stamps } from '../../ledger/audit-entry.ts';
import type { Expiry, ExpiryObstacle, ListedExpiry } from '../../ledger/association-expiry.ts';
import type { AssociationState, ConfirmedAssociation } from '../../ledger/association-state.ts';
import type { StateObserver } from '../../ledger/state-store.ts';
import { knownAssociation } from '../../ledger/known-association.ts';
import type { OperationReader } from '../../ledger/trail.ts';
import type { AssociationTarget, DeleteRequest } from '../../model/association.ts';
import type { AuditContext } from '../../model/audit.ts';
import type { Log } from '../../runtime/log.ts';
import type { Serves } from '../terms/dependencies.ts';
import { expireService } from '../terms/expiry-principal.ts';

/** What expiries are examined with. */
export interface ExaminationPorts extends Stamps {
  readonly ledger: OperationReader;
  readonly observations: StateObserver;
  readonly serves: Serves;
  readonly times: Times;
  readonly log: Log;
}

/**
 * An expiry with the association that it belongs to, as the state of the service account has both.
 */
export interface KnownExpiry {
  readonly target: AssociationTarget;
  readonly state: AssociationState;
  readonly expiry: Expiry;
  readonly confirmed: ConfirmedAssociation;
}

/** An expiry that is due, and what entries of it say. */
export interface DueExpiry extends KnownExpiry {
  readonly context: AuditContext;
}

/** What an examination of an expiry led to. */
export type Examined =
  /**
   * Nothing to do now: it is not due yet, was replaced, or an operation on the service account is
   * in progress.
   */
  | { readonly kind: 'waiting' }
  /** Its association is gone, or another one has taken its place: there is nothing left to end. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'warned' }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'due'; readonly known: DueExpiry };

/** How long after an obstacle an expiry is examined again. Milliseconds. */
const suspensionMs = 3_600_000;

/**
 * An operation that is still open this long after it could last take effect is parked, or EKS can't
 * be read. Milliseconds.
 */
const longOpenMs = 600_000;

/**
 * When an expiry is due, as every clock may show it: at its `expiresAt`, or later where it was held
 * or put off. Milliseconds since the epoch.
 */
export function dueAt({ expiresAt, nextAt }: Pick<Expiry, 'expiresAt' | 'nextAt'>): number {
  return Math.max(Date.parse(expiresAt), nextAt);
}

/**
 * Examines a listed expiry: warns of it, finds that it is due, or what keeps it from being carried
 * out. Never due before `expiresAt`, as clocks may show it. Another expiry that was set since waits
 * for a run that lists it. Throws `LedgerUnavailable`.
 */
export async function examineExpiry(
  ports: ExaminationPorts,
  { target, expiry: listed }: ListedExpiry,
  runId: string,
): Promise<Examined> {
  const state = await ports.observations.getAssociationState(target);
  const { expiry, confirmed } = state ?? {};
  if (!state || expiry?.setBy !== listed.setBy) return { kind: 'waiting' };
  if (!confirmed || confirmed.isDeleted || confirmed.association.associationId !== expiry.associationId) {
    await replaceExpiry(ports.observations, state, null);
    return { kind: 'dropped' };
  }
  const known = { target, state, expiry, confirmed };
  const now = ports.clock();
  // Of one that a scan found to be gone, such as with its cluster, there is nothing to warn of. A
  // later scan can find it again, so the expiry stays until it is due.
  const isWarned = expiry.isWarned || knownAssociation(state) === null;
  if (now <= dueAt(expiry) + ports.times.clockErrorMs)
    return isWarned ? { kind: 'waiting' } : warn(ports, known, runId);
  if (!ports.serves(target)) return suspend(ports, known, 'CLUSTER_NOT_SERVED');
  const open = openUntil(state);
  if (open.some((until) => until + longOpenMs < now)) return suspend(ports, known, 'OPERATION_OPEN');
  if (open.length > 0) return { kind: 'waiting' };
  return { kind: 'due', known: { ...known, context: await contextOf(ports.ledger, known, runId) } };
}

/**
 * Until when operations in progress can take effect. Of a record whose operation the state does not
 * have, that is not later than when it was written.
 */
function openUntil({ openOperations, recordsInProgress, changedAt }: AssociationState): number[] {
  const open = openOperations.filter(({ closedAt }) => closedAt === null).map(({ inDoubtUntil }) => inDoubtUntil);
  return open.length < recordsInProgress.length ? [...open, changedAt ?? 0] : open;
}

/** Records once that an association will end. */
async function warn(ports: ExaminationPorts, known: KnownExpiry, runId: string): Promise<Examined> {
  const { state, expiry, confirmed } = known;
  const context = await contextOf(ports.ledger, known, runId);
  const message = `The association ends at ${expiry.expiresAt}, as operation ${expiry.setBy} set it.`;
  const details = { operationId: ports.ulid(ports.clock()), event: 'EXPIRY_WARNED', fence: 0, message } as const;
  const entry = makeEntry(ports, { ...context, before: confirmed.association }, details);
  const warned = { ...expiry, isWarned: true, nextAt: Date.parse(expiry.expiresAt) };
  const isWritten = await ports.observations.observeAssociation(state.revision, changeOf(known.target, warned), entry);
  return { kind: isWritten ? 'warned' : 'waiting' };
}

/**
 * Puts an expiry off that others must act on first. Logs an obstacle that is new, so that an alarm
 * is raised.
 */
export async function suspend(
  ports: ExaminationPorts,
  known: KnownExpiry,
  obstacle: ExpiryObstacle,
): Promise<Examined> {
  const { target, state, expiry } = known;
  const nextAt = ports.clock() + suspensionMs;
  await replaceExpiry(ports.observations, state, { ...expiry, isWarned: true, nextAt, suspendedFor: obstacle });
  if (expiry.suspendedFor !== obstacle) {
    const { associationId, expiresAt } = expiry;
    ports.log('error', 'The ending of an association was suspended.', {
      obstacle,
      associationId,
      expiresAt,
      ...target,
    });
  }
  return { kind: 'suspended' };
}

/**
 * Whose write holds an expiry: this run's, or another run's. `none`: the state was written since
 * the expiry was listed, and it is not held. An extension has no hold.
 */
export type Holder = 'this-run' | 'another-run' | 'none';

/**
 * Holds an expiry of a burst, once: it leaves the due list, and is due after this time whatever its
 * setter does meanwhile. Reads the state again if the write is rejected. Throws `LedgerUnavailable`.
 *
 * @param how how long, in milliseconds, and the id of this run
 */
export async function hold(
  { observations, clock }: ExaminationPorts,
  { target, revision, expiry }: ListedExpiry,
  how: { readonly graceMs: number; readonly heldBy: string },
): Promise<Holder> {
  const { graceMs, heldBy } = how;
  const heldAt = clock();
  const held = { ...expiry, isWarned: true, heldAt, heldBy, nextAt: heldAt + graceMs };
  if (await observations.observeAssociation(revision, changeOf(target, held), null)) return 'this-run';
  const { expiry: stored } = (await observations.getAssociationState(target)) ?? {};
  if (stored?.setBy !== expiry.setBy || stored.heldAt === undefined) return 'none';
  // A client repeats a write whose response was lost. The repetition is rejected.
  return stored.heldBy === heldBy ? 'this-run' : 'another-run';
}

/**
 * Replaces the expiry of a state, unless the state was written since it was read: then the next run
 * reads it again.
 */
export async function replaceExpiry(
  observations: StateObserver,
  { target, revision }: AssociationState,
  expiry: Expiry | null,
): Promise<void> {
  await observations.observeAssociation(revision, changeOf(target, expiry), null);
}

function changeOf(target: AssociationTarget, expiry: Expiry | null) {
  return { target, expiry, openOperations: [], endedOperationIds: [] };
}

/**
 * Whether a scan found that others changed or deleted the association: its expiry is not carried
 * out.
 */
export function hasDrift({ observed }: AssociationState): boolean {
  return observed !== null && observed.driftId !== null;
}

/** The delete that carries an expiry out. */
export function deleteRequestOf({ target, expiry, confirmed }: KnownExpiry): DeleteRequest {
  const { accountId, region, clusterName } = target;
  const { associationId, modifiedAt: expectedModifiedAt } = confirmed.association;
  const { expiresAt, setBy } = expiry;
  return { accountId, region, clusterName, associationId, expectedModifiedAt, ending: { expiresAt, setBy } };
}

/**
 * What entries of an expiry say: the principal is the one whose request set it, the actor is the
 * gateway. There is no decision: policy permitted the expiry when it was set. `runId` names the
 * run.
 */
async function contextOf(ledger: OperationReader, known: KnownExpiry, runId: string): Promise<AuditContext> {
  const { target, expiry } = known;
  const [setBy] = await ledger.operationEntries(expiry.setBy, { limit: 1 });
  return {
    operation: 'DELETE_POD_IDENTITY_ASSOCIATION',
    request: deleteRequestOf(known),
    principal: setBy?.principal ?? expireService,
    actor: expireService,
    onBehalfOf: setBy?.onBehalfOf ?? null,
    sourceAddress: null,
    userAgent: expireService.id,
    apiRequestId: runId,
    target,
    before: null,
    decision: null,
    invalidInput: null,
    findings: [],
    reason: `Its expiresAt is ${expiry.expiresAt}, set by operation ${expiry.setBy}.`,
  };
}
