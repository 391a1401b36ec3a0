import type { Expectation } from './ledger.ts';

/** Names of the conditions on a stored record. Each store implements all of them, under these names. */
export type ConditionPart =
  | 'absent'
  | 'inProgress'
  | 'notInProgress'
  | 'released'
  | 'sameOperation'
  | 'sameFence'
  | 'leaseExpired'
  | 'recordExpired';

/**
 * What each kind of expectation requires of the stored record: every part of at least one alternative. Both stores read
 * this table, so they can differ only in how they implement a part.
 */
export const requirements: Record<Expectation['kind'], ConditionPart[][]> = {
  // DynamoDB deletes an expired record up to two days late, so an expired record counts as absent.
  free: [['absent'], ['notInProgress', 'recordExpired']],
  released: [['released', 'sameOperation', 'sameFence']],
  leased: [['inProgress', 'sameOperation', 'sameFence']],
  'lease-expired': [['inProgress', 'sameOperation', 'sameFence', 'leaseExpired']],
};
