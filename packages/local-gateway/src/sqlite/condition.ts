import { requirements } from '../../../../src/ledger/condition.ts';
import type { ConditionPart, RecordCondition } from '../../../../src/ledger/condition.ts';
import type { IdempotencyRecord } from '../../../../src/ledger/ledger.ts';

/** The fields of a condition; a kind sets those that its parts compare. */
interface Operands {
  readonly state?: string;
  readonly operationId?: string;
  readonly fence?: number;
  readonly now?: number;
}

/** Whether a part of a condition holds for a stored record; null: no record is stored. */
type Predicate = (record: IdempotencyRecord | null, operands: Operands) => boolean;

/** Every part as a predicate. For an absent record, only `absent` and `notInProgress` hold. */
const conditionParts: Record<ConditionPart, Predicate> = {
  absent: (record) => record === null,
  inProgress: (record) => record?.state === 'IN_PROGRESS',
  notInProgress: (record) => record?.state !== 'IN_PROGRESS',
  released: (record) => record?.state === 'RELEASED',
  sameState: (record, { state }) => record?.state === state,
  sameOperation: (record, { operationId }) => record?.operationId === operationId,
  sameFence: (record, { fence }) => record?.fence === fence,
  leaseExpired: (record, { now = -Infinity }) => (record?.leaseUntil ?? Infinity) <= now,
  recordExpired: (record, { now = -Infinity }) => (record?.expiresAt ?? Infinity) <= now,
};

/** Whether the stored record meets a condition; null: no record is stored. */
export function meets(expected: RecordCondition, record: IdempotencyRecord | null): boolean {
  const operands: Operands = expected.kind === 'none' ? {} : expected;
  return requirements[expected.kind].some((parts) => parts.every((part) => conditionParts[part](record, operands)));
}
