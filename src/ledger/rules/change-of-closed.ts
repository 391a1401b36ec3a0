import type { AuditEntry } from '../../model/audit.ts';
import type { AssociationState } from '../association-state.ts';
import type { StateChange } from '../state-store.ts';
import type { IdempotencyRecord } from '../ledger.ts';
import { stateChangeOf } from './state-change.ts';

/**
 * What is left to write after a record was closed: its key is not in progress any more, and what
 * its outcome says, unless the state has it. An expiry is applied in any case: a version that knows
 * no expiries wrote the rest. `closing` is the entry that closed the record; null: it closed no
 * operation on this service account.
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
  const {
    confirmed,
    version,
    tie,
    uncertainTime,
    isChange = false,
    expiry,
    expiryOf,
    tags,
    tagsReadFrom,
    isLate,
    openOperations: closed,
  } = outcome;
  const ended = { ...(expiry === undefined ? {} : { expiry }), ...(expiryOf === undefined ? {} : { expiryOf }) };
  // Where its operation is open no more, the version that closed it wrote the rest.
  if (open.every(({ operationId }) => operationId !== closing.operationId))
    return expiryOf === undefined ? removed : { ...removed, ...ended };
  return {
    ...removed,
    ...ended,
    ...(confirmed ? { confirmed } : {}),
    ...(version ? { version } : {}),
    ...(tie ? { tie } : {}),
    ...(uncertainTime ? { uncertainTime } : {}),
    ...(tags === undefined ? {} : { tags }),
    ...(tagsReadFrom === undefined ? {} : { tagsReadFrom }),
    ...(isLate === undefined ? {} : { isLate }),
    isChange,
    openOperations: closed,
    endedOperationIds: [
      ...ofRecord.filter((id) => id !== closing.operationId),
      ...(closed.length === 0 ? [closing.operationId] : []),
    ],
  };
}
