import { isDeepStrictEqual } from 'node:util';
import type { DriftKind } from '../../generated/types.ts';
import { isClosing } from '../../model/audit-event.ts';
import { maxTags, operationIdOf, operationTagKey } from '../../model/association.ts';
import type { Association, Tag } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import type { Difference } from '../../model/refusal.ts';
import type { Dependencies } from '../../operations/terms/dependencies.ts';
import { operationOf } from '../../operations/kinds/operations.ts';
import { isAdoption, isDelete, readHistory, readOutcome } from './change-history.ts';
import type { ChangeHistory, HistoryReader } from './change-history.ts';
import { differencesFrom } from './recorded-state.ts';

/** An association that differs from what the gateway left. */
export interface AssociationDrift {
  readonly kind: DriftKind;
  /** Null if it was deleted, and where only the trail names it. */
  readonly association: Association | null;
  readonly associationArn: string;
  readonly differences: readonly Difference[];
  /** The latest entry of the trail about it; null without one, and where a scan saw it. */
  readonly lastEntry: AuditEntry | null;
  /** When a scan saw it last, as RFC 3339 text in UTC; null where EKS was read. */
  readonly observedAt: string | null;
  /**
   * Operation id of the entries that scans wrote about it; null without one, and where EKS was
   * read.
   */
  readonly driftId: string | null;
}

/** The fields of drift that only scans know. */
export const unobserved = { observedAt: null, driftId: null };

/**
 * How an association differs from its record in the trail; null if it does not. `deadline` is when
 * reading the trail must end, in milliseconds since the epoch. Throws `LedgerUnavailable`.
 */
export async function driftOf(
  deps: Pick<Dependencies, 'ledger' | 'clock' | 'times'>,
  association: Association,
  deadline: number,
): Promise<AssociationDrift | null> {
  const { associationArn } = association;
  const reader: HistoryReader = { ...deps, deadline };
  const history = await readHistory(reader, associationArn);
  const { effects, last: lastEntry, isComplete } = history;
  const base = { association, associationArn, differences: [], lastEntry, ...unobserved };
  if (effects.length === 0) {
    return isComplete ? await driftWithoutEffect(reader, deps, base) : { ...base, kind: 'NOT_EXAMINED' };
  }
  const differences = [
    ...differencesFrom(history, association, deps.times),
    ...(await ownershipDifferences(reader, history, association)),
  ];
  if (differences.length > 0) return { ...base, kind: 'MODIFIED', differences };
  if (isDeleted(history, deps)) return { ...base, kind: 'MODIFIED' };
  return isComplete ? null : { ...base, kind: 'NOT_EXAMINED' };
}

/** An association that no operation changed: only its ownership tag can explain it. */
async function driftWithoutEffect(
  reader: HistoryReader,
  { times }: Pick<Dependencies, 'times'>,
  base: Omit<AssociationDrift, 'kind'> & { readonly association: Association },
): Promise<AssociationDrift | null> {
  const { association, associationArn } = base;
  const operationId = operationIdOf(association);
  if (operationId === null) return { ...base, kind: 'UNMANAGED' };
  const { entries, isComplete } = await readOutcome(reader, operationId);
  if (!isComplete) return { ...base, kind: 'NOT_EXAMINED' };
  const intent = entries.find(isCreateIntent);
  if (!intent || !isTargetOf(intent, association)) return { ...base, kind: 'FORGED_TAG' };
  // The index of associations may lag behind the outcome.
  const effect = entries.find((entry) => !isUnsuccessful(entry) && entry.associationArn === associationArn);
  if (!effect && entries.some(({ event }) => isClosing(event))) return { ...base, kind: 'FORGED_TAG' };
  const differences = effect
    ? differencesFrom({ effects: [effect], open: [] }, association, times)
    : differencesOf(intent, association);
  return differences?.length === 0 ? null : { ...base, kind: 'MODIFIED', differences: differences ?? [] };
}

/** The entry that began an operation which creates an association. */
function isCreateIntent(entry: AuditEntry): entry is AuditEntry & RequestedOperation {
  return entry.event === 'INTENT' && entry.request !== null && hasTrait('creates', entry);
}

function differencesOf<Kind extends OperationKind>(
  { operation, request }: RequestedOperation<Kind>,
  association: Association,
) {
  return operationOf<Kind>(operation).differences(request, association);
}

function isUnsuccessful({ event }: AuditEntry): boolean {
  return event !== 'SUCCEEDED' && event !== 'LATE_SUCCESS';
}

function isTargetOf({ target }: AuditEntry, association: Association): boolean {
  const fields = ['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'] as const;
  return fields.every((field) => target?.[field] === association[field]);
}

/**
 * Whether EKS still has an association whose delete is recorded, for longer than its reads may lag.
 */
function isDeleted(
  { effects: [last] }: ChangeHistory,
  { clock, times }: Pick<Dependencies, 'clock' | 'times'>,
): boolean {
  if (!last || !isDelete(last)) return false;
  return Date.parse(last.time) + times.listLagMs < clock();
}

function tagsOf<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>): readonly Tag[] {
  return operationOf<Kind>(operation).summarize(request).tags;
}

/** The ownership tag where it is not the one that the create set, or that was adopted since. */
async function ownershipDifferences(
  reader: HistoryReader,
  { effects }: ChangeHistory,
  association: Association,
): Promise<readonly Difference[]> {
  const adoption = effects.find(isAdoption)?.before;
  const create = effects.at(-1);
  const existing = operationIdOf(association);
  if (adoption) return ownershipDifference(operationIdOf(adoption), existing);
  if (!create?.request || !hasTrait('creates', create)) return [];
  const { operationId } = create;
  const requested = tagsOf(create).length < maxTags ? operationId : null;
  if (existing === requested) return [];
  if (existing !== null && (await isSameRequest(reader, existing, create))) return [];
  return ownershipDifference(requested, existing);
}

function ownershipDifference(requested: string | null, existing: string | null): readonly Difference[] {
  return requested === existing ? [] : [{ field: `tags.${operationTagKey}`, requested, existing }];
}

/** Whether an operation is an earlier one of the same request, whose effect a later one found. */
async function isSameRequest(reader: HistoryReader, operationId: string, create: AuditEntry): Promise<boolean> {
  const { entries } = await readOutcome(reader, operationId);
  const intent = entries.find(isCreateIntent);
  return isDeepStrictEqual(intent?.request, create.request) && intent?.principal.id === create.principal.id;
}
