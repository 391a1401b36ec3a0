import { EksReadFailed } from '../../eks/eks.ts';
import { idempotencyKeyOf } from '../../idempotency/record.ts';
import type { Times } from '../../idempotency/times.ts';
import { findIntent } from '../../ledger/audit-entry.ts';
import { latestAssociation } from '../../ledger/association-history.ts';
import type { AssociationState } from '../../ledger/association-state.ts';
import type { HiddenAssociation } from '../../ledger/hidden-entry.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { Association, AssociationTarget } from '../../model/association.ts';
import type { RequestedOperation } from '../../model/operation.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { observe } from '../kinds/observe.ts';
import { hiddenFrom } from '../terms/hidden.ts';
import type { DryRunPorts } from '../dry-run.ts';
import type { DesiredBy } from './desired-by.ts';
import { differencesOf } from './pick.ts';
import type { KnownAssociation, Picked } from './pick.ts';
import { tokenOf } from './token.ts';

/** What was read of a service account: its state first, then EKS. */
export interface Read {
  readonly state: AssociationState | null;
  readonly known: KnownAssociation;
  /** The association that the principal may not view: `known` has none. */
  readonly hidden: HiddenAssociation | null;
  /**
   * Why nothing follows from it yet: an operation may still act; or EKS showed what is older than
   * what is known. Null: it can be relied on, if the state has not moved since.
   */
  readonly uncertainty: 'busy' | 'stale' | null;
}

/** Reads what there is. Throws `EksReadFailed` and `LedgerUnavailable`. */
export async function readPresent(ports: DryRunPorts, by: DesiredBy): Promise<Read> {
  const { desired, authorization, declaration, readUntil } = by;
  const state = await readState(ports, desired.target, readUntil);
  const readAt = ports.clock();
  const observation = await observe(ports.eksFor(desired.target), desired.target, { deadline: readUntil });
  if (observation.kind === 'failed') throw new EksReadFailed(observation.error);
  const shown = observation.kind === 'association' ? observation.association : null;
  const hidden = shown && hiddenFrom(ports, authorization, shown);
  const association = hidden ? null : withKnownTags(state, shown, readAt);
  const { expiry, confirmed } = state ?? {};
  const isThis = (one: Association) => one.associationId === association?.associationId;
  const isConfirmed = confirmed?.isDeleted === false && isThis(confirmed.association);
  const known: KnownAssociation = {
    revision: state?.publicRevision ?? 0,
    association,
    expiresAt: expiry && expiry.associationId === association?.associationId ? expiry.expiresAt : null,
    isOwn: isConfirmed && confirmed.declaration === declaration,
    isConfirmed: isConfirmed && confirmed.association.modifiedAt === association?.modifiedAt,
  };
  const latest = state && latestAssociation(state);
  const mayKnow = hidden === null && !(latest && hiddenFrom(ports, authorization, latest));
  const isStale = mayKnow && state !== null && showsLess(state, association, readAt, ports.times);
  const uncertainty = isBusy(state, ports.clock()) ? 'busy' : isStale ? 'stale' : null;
  return { state, known, hidden, uncertainty };
}

/** Whether the state is as it was read, and still nothing can act: then nothing was to be changed. */
export async function isUnmoved(ports: DryRunPorts, { desired, readUntil }: DesiredBy, read: Read): Promise<boolean> {
  const state = await readState(ports, desired.target, readUntil);
  const isSame = (state?.publicRevision ?? 0) === read.known.revision;
  return isSame && state?.expiry?.setBy === read.state?.expiry?.setBy && !isBusy(state, ports.clock());
}

/**
 * The change in progress that an earlier request with the same desired state began: it is observed as
 * what it is, whatever EKS shows by now. Null: there is none. Throws `LedgerUnavailable`.
 */
export async function findOwnChange(ports: DryRunPorts, by: DesiredBy, read: Read): Promise<Picked | null> {
  const { openOperations = [], recordsInProgress = [] } = read.state ?? {};
  const { identity, onBehalfOf } = by.authorization;
  for (const { operationId, recordKey, closedAt } of openOperations) {
    if (closedAt !== null || recordKey === undefined || !recordsInProgress.includes(recordKey)) continue;
    const reading = findIntent(ports.ledger, operationId);
    const intent = await withDeadline(by.readUntil - ports.clock(), reading, ledgerTimeout);
    if (!intent?.request) continue;
    // Only operations begin with an INTENT.
    const to = intent as RequestedOperation;
    const { operation } = to;
    const token = tokenOf(by, to);
    if (idempotencyKeyOf({ identity, onBehalfOf, operation, clientRequestToken: token }) !== recordKey) continue;
    return { change: changes[operation], to, differences: differencesOf(by.desired.association, read.known) };
  }
  return null;
}

const changes = {
  CREATE_POD_IDENTITY_ASSOCIATION: 'CREATE',
  UPDATE_POD_IDENTITY_ASSOCIATION: 'UPDATE',
  DELETE_POD_IDENTITY_ASSOCIATION: 'DELETE',
  ADOPT_POD_IDENTITY_ASSOCIATION: 'ADOPT',
  TAG_POD_IDENTITY_ASSOCIATION: 'TAG',
  UNTAG_POD_IDENTITY_ASSOCIATION: 'UNTAG',
} as const;

function readState(
  { associations, clock }: DryRunPorts,
  target: AssociationTarget,
  readUntil: number,
): Promise<AssociationState | null> {
  if (associations === null) throw new Error('A function that changes no associations reads no states.');
  return withDeadline(readUntil - clock(), associations.getAssociationState(target), ledgerTimeout);
}

/** Whether an operation may still act: in progress, or closed before that was certain. */
function isBusy(state: AssociationState | null, now: number): boolean {
  if (state === null) return false;
  return state.recordsInProgress.length > 0 || state.openOperations.some(({ inDoubtUntil }) => inDoubtUntil >= now);
}

/** Reads can show older tags than the last change of them left, which no `modifiedAt` tells. */
function withKnownTags(state: AssociationState | null, shown: Association | null, readAt: number): Association | null {
  const tags = state?.tags;
  if (!shown || tags?.associationId !== shown.associationId || readAt > tags.shownFrom) return shown;
  return { ...shown, tags: tags.tags };
}

/**
 * Whether EKS showed less than what is known: a read can lag behind what an operation or a scan saw.
 * Later than that, what EKS shows is what there is.
 */
function showsLess(state: AssociationState, shown: Association | null, readAt: number, times: Times): boolean {
  const { changedAt, observed, confirmed, latest } = state;
  const knownAt = Math.max(changedAt ?? 0, observed?.at ?? 0, latest?.seenAt ?? 0);
  if (readAt > knownAt + times.listLagMs + times.clockErrorMs) return false;
  const present = latestAssociation(state);
  if (shown === null) return present !== null;
  if (shown.associationId === present?.associationId) return isEarlier(shown.modifiedAt, present.modifiedAt);
  const known = [present, confirmed?.association].flatMap((one) => one ?? []);
  return known.some((one) => !isEarlier(one.createdAt, shown.createdAt));
}

function isEarlier(one: string, other: string): boolean {
  return Date.parse(one) < Date.parse(other);
}
