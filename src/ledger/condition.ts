import type { Expectation, IdempotencyRecord, RecordState } from './ledger.ts';

/**
 * What a write demands of a stored record: as a commit, or that it was not written since it was
 * read. `none`: no record is stored.
 */
export type RecordCondition =
  | Expectation
  | { readonly kind: 'none' }
  | {
      readonly kind: 'unchanged';
      readonly state: RecordState;
      readonly operationId: string;
      readonly fence: number;
    };

/**
 * Names of the conditions on a stored record. Each store implements all of them, under these names.
 */
export type ConditionPart =
  | 'absent'
  | 'inProgress'
  | 'notInProgress'
  | 'released'
  | 'sameState'
  | 'sameOperation'
  | 'sameFence'
  | 'leaseExpired'
  | 'recordExpired';

/**
 * What each kind of condition requires of the stored record: every part of at least one
 * alternative. Both stores read this table, so they can differ only in how they implement a part.
 */
export const requirements: Record<RecordCondition['kind'], ConditionPart[][]> = {
  // DynamoDB deletes an expired record up to two days late, so an expired record counts as absent.
  free: [['absent'], ['notInProgress', 'recordExpired']],
  released: [['released', 'sameOperation', 'sameFence']],
  leased: [['inProgress', 'sameOperation', 'sameFence']],
  'lease-expired': [['inProgress', 'sameOperation', 'sameFence', 'leaseExpired']],
  none: [['absent']],
  unchanged: [['sameState', 'sameOperation', 'sameFence']],
};

/** The condition that a record was not written since it was read; null: none was stored. */
export function unchanged(record: IdempotencyRecord | null): RecordCondition {
  if (record === null) return { kind: 'none' };
  const { state, operationId, fence } = record;
  return { kind: 'unchanged', state, operationId, fence };
}
