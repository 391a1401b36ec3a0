import { EksReadFailed } from '../../eks/eks.ts';
import type { RefusedConclusion } from '../../idempotency/conclusion.ts';
import { fingerprintOf, idempotencyKeyOf, isExpired } from '../../idempotency/record.ts';
import type { Times } from '../../idempotency/times.ts';
import { findEntry } from '../../ledger/audit-entry.ts';
import type { OperationRecords } from '../../ledger/ledger.ts';
import type { Association, DeleteRequest } from '../../model/association.ts';
import type { KindThat, OperationKind } from '../../model/operation.ts';
import type { Difference } from '../../model/refusal.ts';
import { effectDeadline } from '../terms/admission.ts';
import type { TargetResult, ValidRequest } from '../terms/admission.ts';
import { notSeen } from '../terms/conclusions.ts';
import { changed } from '../terms/conflict-conclusions.ts';
import { failedView, hiddenFrom } from '../terms/hidden.ts';
import type { TargetReads } from '../terms/operation.ts';

/** The operations on an existing association. */
type ChangeKind = Exclude<OperationKind, KindThat<'creates'>>;

/**
 * Loads the association of an update, delete or adoption from EKS. If it is gone, it is the one in
 * the idempotency record of the same request, if there is one: so a repeated delete is authorized
 * and answered. One that the principal may not view is treated as one that does not exist. Reads
 * nothing if policy denies the principal every association. Throws `EksReadFailed` and
 * `LedgerUnavailable`.
 */
export async function loadExisting<Kind extends ChangeKind>(
  reads: TargetReads,
  valid: ValidRequest<Kind>,
): Promise<TargetResult> {
  const { request } = valid;
  const denial = valid.denial();
  if (denial !== null) return { kind: 'denied', decision: denial };
  const described = await reads.eksFor(request).describe(request.associationId, { deadline: effectDeadline(valid) });
  if (described.kind === 'failed') throw new EksReadFailed(described.error);
  const current = described.kind === 'found' ? described.association : null;
  const currentHidden = current && hiddenFrom(reads, valid.authorization, current);
  if (current && !currentHidden) return { kind: 'loaded', target: current, before: current, isCurrent: true };

  // Also read for a hidden one, so that it costs as much as one that does not exist.
  const recorded = await findTargetInRecord(reads.ledger, valid);
  const hidden = currentHidden ?? (recorded && hiddenFrom(reads, valid.authorization, recorded));
  if (recorded && !hidden) return { kind: 'loaded', target: recorded, before: recorded, isCurrent: false };

  const failed = failedView(reads, valid.authorization, request);
  if (failed) return { kind: 'denied', decision: failed };
  return { kind: 'refused', refused: notSeen(request), hidden };
}

/**
 * The association of an update, delete or adoption: {@link loadExisting} admits none without it.
 */
export function existingBefore({ before }: { readonly before: Association | null }): Association {
  if (before === null) throw new Error('An operation on an association was admitted without it.');
  return before;
}

/**
 * The association in the record of the request's token: before its operation began, or was refused
 * instead. Null without such a record, and where the request would begin an operation: no operation
 * begins for an association that is not visible in EKS.
 */
async function findTargetInRecord(
  ledger: OperationRecords,
  valid: ValidRequest<ChangeKind>,
): Promise<Association | null> {
  const { operation, request, authorization, clientRequestToken } = valid;
  if (clientRequestToken === null) return null;
  const { identity, onBehalfOf } = authorization;
  const key = idempotencyKeyOf({ identity, onBehalfOf, operation, clientRequestToken });
  const record = await ledger.getRecord(key);
  if (record?.fingerprint !== fingerprintOf(request)) return null;
  if (record.state === 'RELEASED' || isExpired(record, valid.startedAt)) return null;
  return (await findEntry(ledger, record.operationId, ({ before }) => before !== null))?.before ?? null;
}

/** Refuses to change an association that is not the one that `expectedModifiedAt` names. */
export function checkExpectedModifiedAt(
  { expectedModifiedAt }: DeleteRequest,
  association: Association,
  differences: readonly Difference[] | null,
): RefusedConclusion | null {
  if (expectedModifiedAt === null) return null;
  if (Date.parse(expectedModifiedAt) === Date.parse(association.modifiedAt)) return null;
  return changed(association, differences, expectedModifiedAt);
}

/**
 * Whether it is certain that an association which EKS does not show is gone: not if it is so young
 * that reads may not show it yet. `observedAt` is when the observation began, in milliseconds since
 * the epoch.
 */
export function isCertainlyGone({ createdAt }: Association, observedAt: number, times: Times): boolean {
  return observedAt > Date.parse(createdAt) + times.listLagMs + times.clockErrorMs;
}
