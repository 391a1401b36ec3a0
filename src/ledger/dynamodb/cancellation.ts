import type { CancellationReason, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { LedgerUnusable } from '../format.ts';
import { LedgerUnavailable } from '../ledger.ts';

/**
 * Reasons that depend on concurrent requests and the state of DynamoDB, not on the stored items:
 * another transaction can succeed. Source of all reasons: the SDK's documentation of
 * `TransactionCanceledException`, and `BatchStatementErrorCodeEnum`.
 */
const transientReasons = [
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'InternalServerError',
];

/**
 * Reasons that hold for the same items in the same tables however often they are written. The
 * tables have no local index.
 */
const permanentReasons = ['ValidationError', 'ItemCollectionSizeLimitExceeded'];

/** Whether another transaction with the same items can succeed at once. */
export function isTransient({ CancellationReasons = [] }: TransactionCanceledException): boolean {
  return CancellationReasons.some(({ Code = '' }) => transientReasons.includes(Code));
}

/** Whether the items or the tables have to change before a transaction can succeed. */
export function isPermanent({ CancellationReasons = [] }: TransactionCanceledException): boolean {
  return CancellationReasons.some(({ Code = '' }) => permanentReasons.includes(Code));
}

/**
 * The error of a cancelled transaction of which no condition failed. It wrote nothing. A reason
 * that is not known here, or a right that is missing, may pass.
 */
export function failureOfCancellation(error: TransactionCanceledException): LedgerUnavailable {
  const reasons = (error.CancellationReasons ?? []).map(described).join(', ');
  const cause = new Error(`DynamoDB cancelled the transaction: ${reasons || 'it gave no reasons'}.`, { cause: error });
  return isPermanent(error) ? new LedgerUnusable(cause) : new LedgerUnavailable(cause);
}

function described({ Code = 'unknown', Message }: CancellationReason): string {
  return Message === undefined ? Code : `${Code} (${Message})`;
}
