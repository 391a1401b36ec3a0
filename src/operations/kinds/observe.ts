import type { CallBounds, Eks, EksError } from '../../eks/eks.ts';
import type { Conclusion } from '../../idempotency/conclusion.ts';
import type { IdempotencyRecord } from '../../ledger/ledger.ts';
import { maxTags, operationIdOf } from '../../model/association.ts';
import type { Association, AssociationTarget, CreateRequest } from '../../model/association.ts';
import { found, inconclusive, notObservableMessage, stillInDoubtMessage } from '../terms/conclusions.ts';
import { alreadyExists, createReplaced, undetermined } from '../terms/conflict-conclusions.ts';
import { createDifferences } from '../terms/differences.ts';
import type { EffectObservation } from '../terms/operation.ts';

/** The association of a service account in EKS. */
export type Observation =
  | { readonly kind: 'association'; readonly association: Association }
  | { readonly kind: 'nothing' }
  /** The cluster does not exist, so it has no associations. */
  | { readonly kind: 'cluster-not-found'; readonly error: EksError }
  | { readonly kind: 'failed'; readonly error: EksError };

/** Who created an observed association, once the operation can no longer take effect. */
type Ownership =
  /** This request. */
  | { readonly kind: 'own'; readonly association: Association }
  /** Another request, or another tool. */
  | { readonly kind: 'foreign'; readonly association: Association }
  /** It equals the request, and there was no room for the tag that would prove who created it. */
  | { readonly kind: 'undetermined'; readonly association: Association };

/** What an observation proves about a record's operation. */
export type Interpretation =
  | Ownership
  /**
   * Another request, or another tool, created it after the operation began, so it may have replaced
   * the operation's own.
   */
  | { readonly kind: 'later'; readonly association: Association }
  /** No association is visible. */
  | { readonly kind: 'absent' }
  /** Nothing follows yet. */
  | { readonly kind: 'inconclusive'; readonly message: string };

/**
 * Observes the association of a request's service account. `associationId` saves a call where it is
 * known.
 */
export async function observe(
  eks: Eks,
  request: AssociationTarget,
  bounds: CallBounds,
  associationId: string | null = null,
): Promise<Observation> {
  if (associationId !== null) return describeObserved(eks, associationId, bounds);
  const listed = await eks.list(request, bounds);
  if (listed.kind !== 'listed') return listed;
  const [id] = listed.associationIds;
  return id === undefined ? { kind: 'nothing' } : describeObserved(eks, id, bounds);
}

async function describeObserved(eks: Eks, associationId: string, bounds: CallBounds): Promise<Observation> {
  const described = await eks.describe(associationId, bounds);
  switch (described.kind) {
    case 'found':
      return { kind: 'association', association: described.association };
    case 'absent':
      return { kind: 'nothing' };
    case 'failed':
      return described;
  }
}

/**
 * Interprets an observation. The operation's own tag is proof at any time. Everything else, present
 * or absent, proves nothing while the operation is in doubt, since its create may still take
 * effect. An association of others shows that the operation had no effect only if it certainly
 * existed when the operation began. `observedAt` is when the observation began, and `clockErrorMs`
 * how far the clock may differ from that of EKS: milliseconds, since the epoch and in length.
 */
export function interpret(
  observation: Observation,
  record: IdempotencyRecord,
  request: CreateRequest,
  observedAt: number,
  clockErrorMs: number,
): Interpretation {
  if (observation.kind === 'association' && operationIdOf(observation.association) === record.operationId) {
    return { ...observation, kind: 'own' };
  }
  if (observation.kind === 'failed') {
    return { kind: 'inconclusive', message: notObservableMessage(observation.error.exception) };
  }
  if (observedAt <= record.inDoubtUntil) return { kind: 'inconclusive', message: stillInDoubtMessage(record) };
  if (observation.kind !== 'association') return { kind: 'absent' };
  const ownership = ownershipOf(observation.association, record, request, true);
  const existedBefore = Date.parse(observation.association.createdAt) < record.startedAt - clockErrorMs;
  return ownership.kind === 'foreign' && !existedBefore ? { ...ownership, kind: 'later' } : ownership;
}

/**
 * Who created an association without this operation's tag, once the operation can no longer take
 * effect. `mayBeOwn`: whether an operation of this request may have created an association without
 * the tag as proof.
 */
export function ownershipOf(
  association: Association,
  record: IdempotencyRecord,
  request: CreateRequest,
  mayBeOwn: boolean,
): Ownership {
  const createdBy = operationIdOf(association);
  const ownOperationIds = [record.operationId, ...record.inDoubtOperationIds];
  if (ownOperationIds.some((id) => id === createdBy)) return { kind: 'own', association };
  const noRoomForTag = request.tags.length >= maxTags;
  if (mayBeOwn && noRoomForTag && createdBy === null && createDifferences(request, association).length === 0) {
    return { kind: 'undetermined', association };
  }
  return { kind: 'foreign', association };
}

/** What follows for a create. */
export function concludedFrom(
  interpretation: Exclude<Interpretation, { kind: 'absent' }>,
  request: CreateRequest,
  eksRequestId: string | null = null,
): Conclusion {
  switch (interpretation.kind) {
    case 'own':
      return found(interpretation.association, 'The association that this request created is visible in EKS.');
    case 'foreign':
      return alreadyExists(interpretation.association, request, eksRequestId);
    case 'later':
      return createReplaced(interpretation.association, request);
    case 'undetermined':
      return undetermined(interpretation.association, request);
    case 'inconclusive':
      return inconclusive(interpretation.message);
  }
}

/** A conclusion as what follows from an observation. */
export function concludedAs(conclusion: Conclusion): EffectObservation {
  return { kind: 'concluded', conclusion };
}
