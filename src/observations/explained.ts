import { inDoubtUntil } from '../idempotency/times.ts';
import type { AssociationState, OpenOperation } from '../ledger/association-state.ts';
import type { Association } from '../model/association.ts';
import { hasTrait } from '../model/operation.ts';
import type { Difference } from '../model/refusal.ts';
import { settingsOf } from '../model/setting-fields.ts';
import { settingDifferences, tagDifferences, tagField, versionDifferences } from '../operations/terms/differences.ts';
import type { ReadTimes } from './sights.ts';

/**
 * The operations that explain how an association differs from the confirmed one (`base`), or all of
 * it where none is confirmed. Empty if something remains that they do not explain.
 */
export function explainingOperations(
  state: AssociationState | null,
  base: Association | null,
  association: Association,
  times: ReadTimes,
): OpenOperation[] {
  const operations = operationsOn(state, association);
  if (base === null) {
    return operations.filter(
      (one) =>
        (hasTrait('creates', one) ? mayHaveMade(one, association, times) : mayHaveChanged(one, association)) &&
        settingDifferences(one.requested, association).length === 0,
    );
  }
  const tagged = tagDifferences(base.tags, association.tags);
  if (!areExplained(operations, tagged)) return [];
  const tagging = operations.filter((one) => tagged.some((difference) => mayHaveLeft(one, difference)));
  if (base.modifiedAt === association.modifiedAt && tagging.length > 0 && hasSameSettings(base, association))
    return tagging;
  const updating = explainingUpdates(operations, base, association);
  return updating.length > 0 ? [...updating, ...tagging] : [];
}

function hasSameSettings(one: Association, other: Association): boolean {
  return settingDifferences(settingsOf(one), other).length === 0;
}

/** The updates that explain how the settings of an association, or its `modifiedAt`, differ. */
function explainingUpdates(
  operations: readonly OpenOperation[],
  base: Association,
  association: Association,
): OpenOperation[] {
  const able = operations.filter((one) => mayHaveChanged(one, association));
  const changed = settingDifferences(settingsOf(base), association).map(({ field }) => field);
  if (changed.length === 0)
    return able.filter(({ requested }) => settingDifferences(requested, association).length === 0);
  const isExplained = changed.every((field) => able.some((one) => sets(one, field, association)));
  return isExplained ? able.filter((one) => changed.some((field) => sets(one, field, association))) : [];
}

/**
 * The operations that may have acted on an association: each names the one that it changes, which no
 * later one is, as EKS uses no id twice. A create names none.
 */
export function operationsOn(
  state: Pick<AssociationState, 'openOperations'> | null,
  { associationId }: Pick<Association, 'associationId'>,
): OpenOperation[] {
  const operations = state?.openOperations ?? [];
  return operations.filter((one) => one.associationId === undefined || one.associationId === associationId);
}

/** Whether operations explain how the tags of an association differ between two sights of it. */
export function areTagsExplained(
  state: Pick<AssociationState, 'openOperations'> | null,
  before: Association | null,
  now: Association | null,
): boolean {
  const tagged = tagDifferences(before?.tags ?? [], now?.tags ?? []);
  return tagged.length === 0 || (now !== null && areExplained(operationsOn(state, now), tagged));
}

/** Whether operations explain all differences of tags. */
export function areExplained(operations: readonly OpenOperation[], tagged: readonly Difference[]): boolean {
  return tagged.every((difference) => operations.some((one) => mayHaveLeft(one, difference)));
}

/**
 * Whether a change of tags may have left this value of a tag: the one that it requests, or the one
 * from before, since that proves nothing at any time. Others may have set it, too: nothing at EKS
 * tells.
 */
function mayHaveLeft({ tags = [] }: OpenOperation, { field, existing }: Difference): boolean {
  return tags.some(
    ({ key, before, requested }) => field === tagField(key) && (existing === requested || existing === before),
  );
}

/**
 * How an association differs from the confirmed version of it by what others did: without what open
 * operations set, unless that is all. At least one field, if they differ.
 */
export function foreignDifferences(
  state: Pick<AssociationState, 'openOperations'>,
  base: Association,
  association: Association,
): Difference[] {
  const all = versionDifferences(base, association);
  const operations = operationsOn(state, association);
  const able = operations.filter((one) => mayHaveChanged(one, association));
  const foreign = all.filter(
    (one) => !able.some((operation) => sets(operation, one.field, association)) && !areExplained(operations, [one]),
  );
  return foreign.length > 0 ? foreign : all;
}

/** Whether an operation names this setting, and the association has the value that it names. */
function sets({ requested }: OpenOperation, field: string, association: Association): boolean {
  return (
    Object.hasOwn(requested, field) && settingDifferences(requested, association).every((one) => one.field !== field)
  );
}

/** Whether an association can be what an update made: a create changes none that exists. */
function mayHaveChanged(one: OpenOperation, association: Association): boolean {
  return hasTrait('updates', one) && mayHaveActed(one, association);
}

/** Whether an association can be what a create made: not if it existed before. */
function mayHaveMade(one: OpenOperation, association: Association, times: ReadTimes): boolean {
  const startedAt = one.inDoubtUntil - inDoubtUntil(0, times);
  return Date.parse(association.createdAt) >= startedAt - times.clockErrorMs && mayHaveActed(one, association);
}

/** Whether a version is not later than anything that an operation can have done. */
function mayHaveActed({ closedAt, inDoubtUntil: until }: OpenOperation, { modifiedAt }: Association): boolean {
  return closedAt === null || Date.parse(modifiedAt) <= until;
}
