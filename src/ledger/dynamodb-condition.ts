import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Expectation, RecordState } from './ledger.ts';

/** A condition as DynamoDB's write commands take it. */
export interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, AttributeValue>;
}

// What can be asked of the stored record. Of a record that isn't there, all but the first are false.
const absent = 'attribute_not_exists(#idempotencyKey)';
const inProgress = '#state = :inProgress';
const released = '#state = :released';
const sameOperation = '#operationId = :operationId';
const sameFence = '#fence = :fence';
const leaseLapsed = '#leaseUntil <= :now';
// DynamoDB deletes expired records up to two days late: until then the condition passes over them.
const expired = '#expiresAt <= :now';

const expressions: Record<Expectation['kind'], string> = {
  free: `${absent} OR (NOT ${inProgress} AND ${expired})`,
  released: allOf(released, sameOperation, sameFence),
  leased: allOf(inProgress, sameOperation, sameFence),
  'lease-expired': allOf(inProgress, sameOperation, sameFence, leaseLapsed),
};

function allOf(...parts: readonly string[]): string {
  return parts.join(' AND ');
}

const states: Record<string, RecordState> = { inProgress: 'IN_PROGRESS', released: 'RELEASED' };

/** The condition on the stored record that means the same as `expected`. */
export function conditionOf(expected: Expectation): Condition {
  const ConditionExpression = expressions[expected.kind];
  const { kind: _, ...operands } = expected;
  const values: Record<string, unknown> = { ...states, ...operands };
  // DynamoDB refuses names and values that the expression doesn't use.
  return {
    ConditionExpression,
    ExpressionAttributeNames: Object.fromEntries(used(ConditionExpression, '#').map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: marshall(
      Object.fromEntries(used(ConditionExpression, ':').map((name) => [`:${name}`, values[name]])),
    ),
  };
}

/** The names after each `#` or each `:` of an expression. */
function used(expression: string, sigil: '#' | ':'): string[] {
  return [...new Set(expression.match(new RegExp(`(?<=${sigil})\\w+`, 'g')))];
}
