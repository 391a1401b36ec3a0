import type { AuditEntry } from '../model/audit.ts';
import type { AssociationState, StateChange } from './association-state.ts';
import type { IdempotencyRecord } from './ledger.ts';
import { stateChangeOf } from './state-change.ts';

/**
 * A correction of what is in progress on a service account, where another version of the gateway began or closed an operation without writing it there. It is
 * written only if the record is as it was read and, unless the change adds the key, if the key is still there: as long as it is, nothing
 * begins that needs a service account without operations, so that what else the repair writes is not older than that.
 */
export interface StateRepair {
  readonly recordKey: string;
  /** The record as it was read; null: none is stored. */
  readonly record: IdempotencyRecord | null;
  /** The record that takes the place of one that is missing; null: none does. */
  readonly restored: IdempotencyRecord | null;
  readonly change: StateChange;
}

/** How what is in progress is corrected. The method throws as those of the ledger do. */
export interface StateRepairs {
  /** Writes a repair and appends its entry, in one transaction. False if record or state are not as it demands: nothing was written. */
  repairAssociation(repair: StateRepair, entry: AuditEntry): Promise<boolean>;
}

/**
 * What is left to write after a record was closed: its key is not in progress any more, and what its outcome says, unless the state has it. An ending is
 * applied in any case: a version that knows no endings wrote the rest. `closing` is the entry that closed the record; null: it closed
 * no operation on this service account.
 */
export function changeOfClosed(
  { target, openOperations }: AssociationState,
  recordKey: string,
  record: IdempotencyRecord | null,
  closing: AuditEntry | null,
): StateChange {
  const open = openOperations.filter(({ closedAt }) => closedAt === null);
  const ofRecord = open.filter((one) => one.recordKey === recordKey).map(({ operationId }) => operationId);
  const removed = { target, openOperations: [], endedOperationIds: ofRecord, endedRecord: recordKey };
  const outcome = record && closing && stateChangeOf(record, [closing]);
  if (!outcome) return removed;
  const { confirmed, version, isChange = false, ending, endingOf, openOperations: closed } = outcome;
  const ended = { ...(ending === undefined ? {} : { ending }), ...(endingOf === undefined ? {} : { endingOf }) };
  // Where its operation is open no more, the version that closed it wrote the rest.
  if (open.every(({ operationId }) => operationId !== closing.operationId))
    return endingOf === undefined ? removed : { ...removed, ...ended };
  return {
    ...removed,
    ...ended,
    ...(confirmed ? { confirmed } : {}),
    ...(version ? { version } : {}),
    isChange,
    openOperations: closed,
    endedOperationIds: [
      ...ofRecord.filter((id) => id !== closing.operationId),
      ...(closed.length === 0 ? [closing.operationId] : []),
    ],
  };
}
