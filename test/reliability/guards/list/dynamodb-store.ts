import { guardsOf } from '../guard.ts';
import { contract } from './which.ts';

const held = 'held: allOf(inProgress, sameOperation, sameFence)';
const released = 'released: allOf(released, sameOperation, sameFence)';
const lapsed = 'lapsed: allOf(inProgress, sameOperation, sameFence, leaseLapsed)';

const conditions = guardsOf('src/ledger/dynamodb-condition.ts', { ...contract, only: 'in DynamoDB' }, [
  { text: '`${absent} OR (', without: '`(', protects: 'a new token can be claimed' },
  {
    text: 'NOT ${inProgress} AND ',
    without: '',
    protects: 'a record in progress is not begun over, whatever it says of its end',
  },
  { text: ' AND ${expired})', without: ')', protects: 'a record that is finished is not begun over before it expires' },
  {
    text: released,
    without: 'released: allOf(sameOperation, sameFence)',
    protects: 'released: only of a record that is RELEASED',
  },
  {
    text: released,
    without: 'released: allOf(released, sameFence)',
    protects: 'released: only of the operation that was seen',
  },
  {
    text: released,
    without: 'released: allOf(released, sameOperation)',
    protects: 'released: only of the fence that was seen',
  },
  {
    text: held,
    without: 'held: allOf(sameOperation, sameFence)',
    protects: 'held: a final record is not written again',
  },
  { text: held, without: 'held: allOf(inProgress, sameFence)', protects: 'held: only by the holder of this operation' },
  { text: held, without: 'held: allOf(inProgress, sameOperation)', protects: 'held: who was overtaken writes nothing' },
  {
    text: lapsed,
    without: 'lapsed: allOf(sameOperation, sameFence, leaseLapsed)',
    protects: 'lapsed: a final record is not taken over',
  },
  {
    text: lapsed,
    without: 'lapsed: allOf(inProgress, sameFence, leaseLapsed)',
    protects: 'lapsed: only the operation that was seen is taken over',
  },
  {
    text: lapsed,
    without: 'lapsed: allOf(inProgress, sameOperation, leaseLapsed)',
    protects: 'lapsed: of two who take over, one does',
  },
  {
    text: lapsed,
    without: 'lapsed: allOf(inProgress, sameOperation, sameFence)',
    protects: 'lapsed: nobody is overtaken while the lease lasts',
  },
  { text: "'#leaseUntil <= :now'", without: "'#leaseUntil < :now'", protects: 'a lease is over at its very end' },
  {
    text: "'#expiresAt <= :now'",
    without: "'#expiresAt < :now'",
    protects: 'a record may be forgotten at the very instant it says',
  },
  {
    text: "parts.join(' AND ')",
    without: "parts.join(' OR ')",
    protects: 'all parts of a condition must hold, not one',
  },
]);

const store = guardsOf('src/ledger/dynamodb.ts', { ...contract, only: 'in DynamoDB' }, [
  {
    text: "{ ...conditionOf(expected), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }",
    without: '{ ...conditionOf(expected) }',
    protects: 'a conflict tells the record that stands there',
  },
  {
    text: '{ TableName: tokensTable, Item: tokenItem(next), ...condition },',
    without: '{ TableName: tokensTable, Item: tokenItem(next) },',
    protects: 'a record is written only where it is as expected',
  },
  { text: 'requireDistinct(entries);', without: '', protects: 'two entries of one key are a bug, told as such' },
  {
    text: 'Key: marshall({ tokenKey }), ConsistentRead: true }',
    without: 'Key: marshall({ tokenKey }) }',
    protects: "a token's record is read consistently",
    survives: 'DynamoDB Local always reads the last write, so no test on it can tell',
  },
  {
    text: 'Key, ConsistentRead: true }',
    without: 'Key }',
    protects: 'an entry is read consistently',
    survives: 'DynamoDB Local always reads the last write, so no test on it can tell',
  },
  {
    text: '        ConsistentRead: true,\n',
    without: '',
    protects: "an operation's entries are read consistently",
    survives: 'DynamoDB Local always reads the last write, so no test on it can tell',
  },
  {
    text: "KeyConditionExpression: 'operationId = :operationId',",
    without: "KeyConditionExpression: 'operationId = :operationId AND entryId > :operationId',",
    protects: 'all entries of an operation are read',
  },
  {
    text: "openShard = :shard AND leaseUntil <= :now'",
    without: "openShard = :shard AND leaseUntil > :now'",
    protects: 'only lapsed leases are found as lapsed',
  },
  { text: 'leaseUntil <= :now', without: 'leaseUntil < :now', protects: 'a lease that ends now is found as lapsed' },
  {
    text: "    ConditionExpression: 'attribute_not_exists(operationId)',\n    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',\n",
    without: '',
    protects: 'an entry of the trail is never written over',
  },
  {
    text: "    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',\n  } as const",
    without: '  } as const',
    protects: 'a commit made again is compared with what stands there',
  },
  {
    text: 'return Item === undefined ? null : tokenOfItem(Item)',
    without: 'return tokenOfItem(Item ?? {})',
    protects: 'no record is told as none',
  },
  {
    text: 'return Item === undefined ? null : entryOfItem(Item)',
    without: 'return entryOfItem(Item ?? {})',
    protects: 'no entry is told as none',
  },
  {
    text: 'const Limit = limit === Infinity ? undefined : limit - items.length',
    without: 'const Limit = undefined',
    protects: 'no more is read than was asked for',
    survives: 'what is read too much is cut off by the caller; this only saves reading it',
  },
  {
    text: 'while (start !== undefined && items.length < limit)',
    without: 'while (items.length < limit)',
    protects: 'reading ends at the end',
  },
  {
    text: 'while (start !== undefined && items.length < limit)',
    without: 'while (start !== undefined)',
    protects: 'reading ends where enough is read',
  },
  {
    text: 'while (start !== undefined && items.length < limit)',
    without: 'while (false)',
    protects: 'all pages of an operation are read',
  },
  { text: '.slice(0, limit);', without: ';', protects: 'no more lapsed records are given than were asked for' },
]);

export const dynamodbStoreGuards = [...conditions, ...store];
