import { decodeTime } from 'ulid';
import { inDoubtUntil } from '../../idempotency/times.ts';
import type { Times } from '../../idempotency/times.ts';
import { gatewayTagPrefix, operationTagKey } from '../../model/association.ts';
import type { Association } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import type { Difference } from '../../model/refusal.ts';
import { createDifferences, settingDifferences } from '../../operations/terms/differences.ts';
import type { ExpectedState, RequestSummary } from '../../operations/terms/operation.ts';
import { operationOf } from '../../operations/kinds/operations.ts';
import { isAdoption } from './change-history.ts';
import type { ChangeHistory } from './change-history.ts';

/**
 * Where an association differs from what the operations of the gateway left: from the settings that
 * requests named, since an update adopts nothing that was changed outside before it, and from the
 * tags of the create or of the newest adoption. A difference that an open operation explains is
 * left out. At least one effect is needed.
 */
export function differencesFrom(
  { effects, open }: Pick<ChangeHistory, 'effects' | 'open'>,
  association: Association,
  times: Times,
): readonly Difference[] {
  const recorded = recordedState(effects);
  if (recorded === null) return [];
  const { settings, tags } = recorded;
  const differences =
    tags === null
      ? settingDifferences(settings, association)
      : [...createDifferences({ ...settings, tags }, association), ...reservedTags(association)];
  const unexplained = differences.filter(({ field }) => !open.some((entry) => explains(entry, field, association)));
  if (unexplained.length > 0 || open.length > 0) return unexplained;
  return modifiedLater(effects, association, times);
}

/** The state after the effects, which are newest first; null after a delete. */
function recordedState(effects: readonly AuditEntry[]): ExpectedState | null {
  return effects.reduceRight<ExpectedState | null>((state, entry) => {
    if (entry.request === null) return state;
    const expected = stateAfter(entry, entry);
    // Of a create and an adoption, the whole state is known.
    if (expected === null || state === null || expected.tags !== null) return expected;
    return { ...state, settings: { ...state.settings, ...summaryOf(entry).settings } };
  }, null);
}

/** Whether an open operation sets a field to its present value in EKS. */
function explains(entry: AuditEntry, field: string, association: Association): boolean {
  if (entry.request === null) return false;
  const { settings } = summaryOf(entry);
  return (
    Object.hasOwn(settings, field) &&
    settingDifferences(settings, association).every((difference) => difference.field !== field)
  );
}

/** Tags with the prefix of the gateway that it never sets. */
function reservedTags({ tags }: Association): Difference[] {
  return tags
    .filter(({ key }) => key.startsWith(gatewayTagPrefix) && key !== operationTagKey)
    .map(({ key, value }) => ({ field: `tags.${key}`, requested: null, existing: value }));
}

/** A modification after the last effect, which left all settings as they were or was undone. */
function modifiedLater(effects: readonly AuditEntry[], { modifiedAt }: Association, times: Times): Difference[] {
  const latest = effects.reduce((one, other) => (endOf(other, times) > endOf(one, times) ? other : one));
  if (Date.parse(modifiedAt) <= endOf(latest, times) + times.clockErrorMs) return [];
  const requested = (isAdoption(latest) ? latest.before?.modifiedAt : null) ?? latest.time;
  return [{ field: 'modifiedAt', requested, existing: modifiedAt }];
}

/** Until when EKS can have applied an effect. Milliseconds since the epoch. */
function endOf(entry: AuditEntry, times: Times): number {
  const { time, fence, eksRequestId, operationId, before } = entry;
  if (isAdoption(entry) && before) return Date.parse(before.modifiedAt);
  // An answer to the only request proves that EKS has applied it; otherwise, EKS can apply it until
  // `inDoubtUntil`.
  const isAnswered = eksRequestId !== null && fence === 1;
  return Math.max(Date.parse(time), isAnswered ? 0 : inDoubtUntil(decodeTime(operationId), times));
}

function stateAfter<Kind extends OperationKind>(
  { operation, request }: RequestedOperation<Kind>,
  { before }: Pick<AuditEntry, 'before'>,
): ExpectedState | null {
  return operationOf<Kind>(operation).expectedState(request, before);
}

function summaryOf<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>): RequestSummary {
  return operationOf<Kind>(operation).summarize(request);
}
