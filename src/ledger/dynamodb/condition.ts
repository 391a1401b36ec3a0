import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { requirements } from '../condition.ts';
import type { ConditionPart, RecordCondition } from '../condition.ts';
import { formatVersion } from '../format.ts';
import type { Locks, RecordState } from '../ledger.ts';

/** A condition, as the parameters of a DynamoDB write. */
export interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  /** Absent if the expression has no values: DynamoDB rejects an empty map. */
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/**
 * Every part as a condition expression. For an absent item, only `absent` and `notInProgress` hold.
 */
const conditionParts: Record<ConditionPart, string> = {
  absent: 'attribute_not_exists(#idempotencyKey)',
  inProgress: '#state = :inProgress',
  notInProgress: 'NOT #state = :inProgress',
  released: '#state = :released',
  sameState: '#state = :state',
  sameOperation: '#operationId = :operationId',
  sameFence: '#fence = :fence',
  leaseExpired: '#leaseUntil <= :now',
  recordExpired: '#expiresAt <= :now',
};

/**
 * Required of every stored item, so that a record of another version is not replaced. SQLite reads
 * it first, which throws.
 */
const supported = '#v = :v';

const states: Record<string, RecordState> = { inProgress: 'IN_PROGRESS', released: 'RELEASED' };

/** The condition on the stored record. */
export function conditionOf(expected: RecordCondition): Condition {
  // AND binds more tightly than OR. DynamoDB rejects redundant parentheses.
  const alternatives = requirements[expected.kind].map((parts) =>
    [...parts.map((part) => conditionParts[part]), ...(parts.includes('absent') ? [] : [supported])].join(' AND '),
  );
  const { kind: _, ...operands } = expected;
  return condition(alternatives.join(' OR '), { v: formatVersion, ...states, ...operands });
}

/** The condition that the stored locks have the revision before that of `next`. */
export function locksConditionOf({ revision }: Pick<Locks, 'revision'>): Condition {
  if (revision === 1) return condition(conditionParts.absent, {});
  return condition(`#revision = :before AND ${supported}`, { v: formatVersion, before: revision - 1 });
}

/** A condition with the names and values of its placeholders. */
function condition(ConditionExpression: string, values: Readonly<Record<string, unknown>>): Condition {
  const names = placeholders(ConditionExpression, ':');
  return {
    ConditionExpression,
    ExpressionAttributeNames: Object.fromEntries(
      placeholders(ConditionExpression, '#').map((name) => [`#${name}`, name]),
    ),
    ...(names.length === 0
      ? {}
      : { ExpressionAttributeValues: marshall(Object.fromEntries(names.map((name) => [`:${name}`, values[name]]))) }),
  };
}

/**
 * The placeholders of an expression, without their `#` or `:`. DynamoDB rejects definitions of
 * unused ones.
 */
function placeholders(expression: string, prefix: '#' | ':'): string[] {
  return [...new Set(expression.match(new RegExp(`(?<=${prefix})\\w+`, 'g')))];
}
