import { EksReadFailed } from '../eks/eks.ts';
import type { RefusedConclusion } from '../idempotency/conclusion.ts';
import { fingerprintOf, idempotencyKeyOf } from '../idempotency/record.ts';
import { findIntent } from '../ledger/audit-entry.ts';
import type { IdempotencyRecord } from '../ledger/ledger.ts';
import type { Association } from '../model/association.ts';
import type { Difference } from '../model/refusal.ts';
import { changed, notFound } from './conclusions.ts';
import type { Dependencies } from './dependencies.ts';
import { failedView, hiddenFrom } from './hidden.ts';
import { effectDeadline } from './operation.ts';
import type { LoadedTarget, TargetResult, ValidRequest } from './operation.ts';

/** The operations on an existing association. */
type ChangeKind = 'UPDATE_POD_IDENTITY_ASSOCIATION' | 'DELETE_POD_IDENTITY_ASSOCIATION';

/**
 * Loads the association of an update or delete from EKS. If it is gone, it is the one in the idempotency record of the
 * same request, if there is one: so a repeated delete is authorized and answered. One that the principal may not view is treated as
 * one that does not exist. Reads nothing for a principal whom policy denies it whatever the association is. Throws
 * `EksReadFailed` and `LedgerUnavailable`.
 */
export async function loadExisting<Kind extends ChangeKind>(
  deps: Dependencies,
  valid: ValidRequest<Kind>,
): Promise<TargetResult> {
  const { request } = valid;
  const denial = valid.denial();
  if (denial !== null) return { kind: 'denied', decision: denial };
  const described = await deps.eksFor(request).describe(request.associationId, { deadline: effectDeadline(valid) });
  if (described.kind === 'failed') throw new EksReadFailed(described.error);
  const current = described.kind === 'found' ? described.association : null;
  const currentHidden = current && hiddenFrom(deps, valid.authorization, current);
  if (current && !currentHidden) return { kind: 'loaded', target: current, before: current, isCurrent: true };

  // Also read for a hidden one, so that it costs as much as one that does not exist.
  const recorded = await findTargetInRecord(deps, valid);
  const hidden = currentHidden ?? (recorded && hiddenFrom(deps, valid.authorization, recorded));
  if (recorded && !hidden) return { kind: 'loaded', target: recorded, before: recorded, isCurrent: false };

  const failed = failedView(deps, valid.authorization, request);
  if (failed) return { kind: 'denied', decision: failed };
  return { kind: 'refused', conclusion: notFound(request, null), hidden };
}

/** The association of a target that {@link loadExisting} loaded. */
export function existingBefore({ before }: LoadedTarget): Association {
  if (before === null) throw new Error('An update or delete was authorized without its association.');
  return before;
}

/** The association before the operation of the request's token began; null when there is no such operation. */
async function findTargetInRecord(deps: Dependencies, valid: ValidRequest<ChangeKind>): Promise<Association | null> {
  const record = await findRecord(deps, valid);
  if (record === null) return null;
  return (await findIntent(deps.ledger, record.operationId))?.before ?? null;
}

/**
 * Refuses to change an association that was modified since `expectedModifiedAt`; but not a request that has begun
 * already and may have modified it itself.
 */
export async function checkExpectedModifiedAt<Kind extends ChangeKind>(
  deps: Dependencies,
  valid: ValidRequest<Kind>,
  loaded: LoadedTarget,
  differencesTo: (before: Association) => readonly Difference[] | null,
): Promise<RefusedConclusion | null> {
  const { expectedModifiedAt } = valid.request;
  const before = existingBefore(loaded);
  if (!loaded.isCurrent || expectedModifiedAt === null) return null;
  if (Date.parse(expectedModifiedAt) === Date.parse(before.modifiedAt)) return null;
  if (await findRecord(deps, valid)) return null;
  return changed(before, differencesTo(before), expectedModifiedAt);
}

/** The idempotency record of the request's token, if it belongs to this very request. */
async function findRecord(deps: Dependencies, valid: ValidRequest<ChangeKind>): Promise<IdempotencyRecord | null> {
  const { operation, request, authorization, clientRequestToken } = valid;
  if (clientRequestToken === null) return null;
  const { identity, onBehalfOf } = authorization;
  const record = await deps.ledger.getRecord(idempotencyKeyOf({ identity, onBehalfOf, operation, clientRequestToken }));
  return record?.fingerprint === fingerprintOf(request) ? record : null;
}
