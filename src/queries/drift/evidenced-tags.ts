import { isDeepStrictEqual } from 'node:util';
import { decodeTime } from 'ulid';
import { inDoubtUntil } from '../../idempotency/times.ts';
import type { Times } from '../../idempotency/times.ts';
import type { AssociationState, KnownTags, OpenOperation } from '../../ledger/association-state.ts';
import type { Tag } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait, namedTags } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import { changedTags, tagChanges } from '../../model/tags.ts';
import type { NamedTags, TagChange } from '../../model/tags.ts';
import { areExplained } from '../../observations/explained.ts';
import { tagDifferences } from '../../operations/terms/differences.ts';
import type { RecordedChanges, RecordedEffect } from './recorded-changes.ts';

/** What the last operation that did not change tags left of them. */
interface Left {
  readonly operationId: string;
  readonly tags: readonly Tag[];
}

/**
 * The tags that changes of tags left, as far as the trail has it; null: none did since the last
 * other operation that read them for certain. Of the stored state, which others may have written,
 * counts only which value an undetermined change left.
 */
export function evidencedTags(
  state: Pick<AssociationState, 'tags'> | null,
  { effects, undetermined }: RecordedChanges,
  left: Left,
  associationId: string,
  times: Times,
): KnownTags | null {
  const last = effects.find((entry) => hasTrait('changesTags', entry) && isWhole(entry));
  const known = last ? knownAfter(last, associationId, times) : null;
  const current = known && known.shownFrom >= decodeTime(left.operationId) ? known : null;
  const judged = state?.tags;
  if (judged?.associationId !== associationId) return current;
  const doubted = undetermined.filter(
    (entry) => isWhole(entry) && entry.operationId > (current?.setBy ?? left.operationId),
  );
  const isDoubted = doubted.some(({ operationId }) => operationId === judged.setBy);
  const differences = tagDifferences(current?.tags ?? left.tags, judged.tags);
  const isOneOfTwo = areExplained(
    doubted.map((entry) => doubtOf(entry, times)),
    differences,
  );
  const shownFrom = judged.at + times.listLagMs + times.clockErrorMs;
  return isDoubted && isOneOfTwo ? { ...judged, shownFrom } : current;
}

/** What an undetermined change of tags explains. */
export function doubtOf(entry: RecordedEffect, times: Times): OpenOperation {
  const { operationId, operation, time } = entry;
  return {
    operationId,
    operation: operation,
    requested: {},
    tags: changesIn(entry),
    inDoubtUntil: inDoubtUntil(decodeTime(operationId), times),
    closedAt: Date.parse(time),
    saw: null,
  };
}

/** Whether an entry says that a change of tags does this. */
export function isChangeIn(entry: RecordedEffect, tags: readonly TagChange[]): boolean {
  return hasTrait('changesTags', entry) && isWhole(entry) && isDeepStrictEqual(changesIn(entry), tags);
}

function changesIn(entry: RecordedEffect): TagChange[] {
  return tagChanges(namedIn(entry as RequestedOperation), entry.before?.tags ?? []);
}

function knownAfter(
  entry: RecordedEffect,
  associationId: string,
  { listLagMs, clockErrorMs, ...more }: Times,
): KnownTags {
  const { operationId, before, time, eksRequestId } = entry;
  const at = Date.parse(time);
  const doubt = inDoubtUntil(decodeTime(operationId), { listLagMs, clockErrorMs, ...more });
  return {
    associationId,
    tags: changedTags(before?.tags ?? [], namedIn(entry as RequestedOperation)),
    setBy: operationId,
    at,
    shownFrom: Math.max(at + listLagMs + clockErrorMs, eksRequestId === null ? doubt : 0),
  };
}

function namedIn<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>): NamedTags {
  return namedTags[operation](request);
}

/** Whether an entry has all that it was written with. */
function isWhole({ before, omitted }: AuditEntry): boolean {
  return before !== null && omitted.length === 0;
}
