import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient, QueryCommandInput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { orLedgerFailure } from './request.ts';
import type { PartitionKey } from '../keys.ts';
import type { TrailFilters, TrailQuery } from '../ledger.ts';
import { auditIndexes } from './tables.ts';
import type { IdRange } from '../trail-position.ts';

/** The items of one partition of the table or of an index whose entry ids are in a range. */
export interface KeyRange {
  readonly attribute: PartitionKey['attribute'] | 'trailShard';
  readonly value: string;
  readonly ids: IdRange;
}

/**
 * Sends one Query for the items of a key range, newest first. Throws `LedgerUnavailable` if it
 * fails.
 */
export type QueryRange = (
  keyRange: KeyRange,
  filters: Filters,
  input: Pick<QueryCommandInput, 'Limit' | 'ExclusiveStartKey'>,
) => Promise<QueryCommandOutput>;

type Filters = TrailFilters & Pick<TrailQuery, 'asAnswered'>;

/** The attribute that each filter compares, in the order of the conditions. */
const attributes = {
  events: 'event',
  operations: 'operation',
  refusalCodes: 'refusalCode',
  roleArn: 'roleArns',
  policyId: 'policyIds',
} as const satisfies Readonly<Record<keyof TrailFilters, string>>;

/** A {@link QueryRange} of the audit table. */
export function makeQueryRange(client: DynamoDBClient, auditTable: string): QueryRange {
  return async ({ attribute, value, ids }, filters, input) => {
    const { filter, values } = filterOf(filters);
    const query = new QueryCommand({
      TableName: auditTable,
      ...sourceOf(attribute),
      ScanIndexForward: false,
      KeyConditionExpression: '#key = :key AND entryId BETWEEN :low AND :high',
      ...(filter === '' ? {} : { FilterExpression: filter }),
      ExpressionAttributeNames: { '#key': attribute, ...namesIn(filter) },
      ExpressionAttributeValues: marshall({ ':key': value, ':low': ids.low, ':high': ids.high, ...values }),
      ...input,
    });
    return await orLedgerFailure(client.send(query));
  };
}

/**
 * The index with this hash key, or the table itself for its own key. Only the table supports
 * consistent reads.
 */
function sourceOf(attribute: KeyRange['attribute']): Pick<QueryCommandInput, 'IndexName' | 'ConsistentRead'> {
  if (attribute === 'operationId') return { ConsistentRead: true };
  const index = Object.entries(auditIndexes).find(([, key]) => key === attribute);
  if (index === undefined) throw new Error(`The audit table has no index by ${attribute}.`);
  return { IndexName: index[0] };
}

/**
 * The filter expression, empty if every item passes, and its values. Its `#` names are the
 * attribute names.
 */
function filterOf(filters: Filters) {
  const { events, asAnswered = false } = filters;
  const wanted = Object.entries(attributes).map(([name, attribute]) => {
    return [attribute, filters[name as keyof TrailFilters]] as const;
  });
  const conditions: string[] = [];
  const values: Record<string, string> = {};
  for (const [name, list] of wanted) {
    if (list === null || typeof list === 'string') continue;
    // Without duplicates, because DynamoDB accepts at most 100 values.
    const placeholders = [...new Set<string>(list)].map((value, index) => {
      values[`:${name}${index}`] = value;
      return `:${name}${index}`;
    });
    conditions.push(`#${name} IN (${placeholders.join(', ')})`);
  }
  if (asAnswered && events !== null) {
    const hidden = '(#event = :denied AND #refusalCode = :notFound)';
    const condition = conditions.shift();
    conditions.push(events.includes('REFUSED') ? `(${condition} OR ${hidden})` : `${condition} AND NOT ${hidden}`);
    Object.assign(values, { ':denied': 'DENIED', ':notFound': 'ASSOCIATION_NOT_FOUND' });
  }
  for (const [name, item] of wanted) {
    if (typeof item !== 'string') continue;
    values[`:${name}`] = item;
    conditions.push(`contains(#${name}, :${name})`);
  }
  return { filter: conditions.join(' AND '), values };
}

function namesIn(filter: string): Record<string, string> {
  const names = filter.match(/#\w+/g) ?? [];
  return Object.fromEntries(names.map((name) => [name, name.slice(1)]));
}
