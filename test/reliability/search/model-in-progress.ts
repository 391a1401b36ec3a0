import type { AssociationState } from '../../../src/ledger/association-state.ts';
import type { StateRepair } from '../../../src/ledger/state-repair.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { Model } from './model.ts';

/** The reference model of what is in progress on the service account of a scenario. */
export type InProgressModel = ReturnType<typeof makeInProgressModel>;

/** Knows which operations another version of the gateway began, and demands that what is in progress at rest is what the trail has not closed. */
export function makeInProgressModel(model: Pick<Model, 'records' | 'operations'>, broken: (rule: string) => void) {
  const entries: AuditEntry[] = [];
  const uncovered = new Set<string>();
  return {
    /** Another version of the gateway began an operation: nothing excludes it before it is added. */
    beganElsewhere: (operationId: string) => uncovered.add(operationId),
    isUncovered: (operationId: string) => uncovered.has(operationId),
    /** A repair was written, with its entry. */
    repaired(by: string, { recordKey, record, change }: StateRepair, entry: AuditEntry): void {
      entries.push(entry);
      const now = model.records().find(({ idempotencyKey }) => idempotencyKey === recordKey);
      if (change.endedRecord !== undefined && now?.state === 'IN_PROGRESS')
        broken(`${by} removed ${now.operationId}, which is in progress`);
      if (change.begunRecord !== undefined && record) uncovered.delete(record.operationId);
    },
    /** All entries of repairs. */
    entries: (): readonly AuditEntry[] => entries,
    /** Once every operation is closed. */
    atRest(state: AssociationState | null): void {
      const open = new Set(model.operations().flatMap(({ id, closed }) => (closed ? [] : [id])));
      for (const key of state?.recordsInProgress ?? [])
        if (!model.records().some((one) => one.idempotencyKey === key && open.has(one.operationId)))
          broken(`the record ${key.slice(0, 12)} is in progress in the state, but the trail closed its operation`);
      for (const { operationId, closedAt } of state?.openOperations ?? [])
        if (closedAt === null && !open.has(operationId))
          broken(`the operation ${operationId} is open in the state, but the trail closed it`);
    },
  };
}
