import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient, QueryCommandInput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { answered } from './dynamodb-request.ts';
import type { PartitionKey } from './keys.ts';
import type { TrailQuery } from './ledger.ts';
import { auditIndexes } from './tables.ts';
import type { IdRange } from './trail-position.ts';

/** The items of one partition of the table or of an index, within a range of entry ids. */
export interface Stretch {
  readonly attribute: PartitionKey['attribute'] | 'day';
  readonly value: string;
  readonly range: IdRange;
}

/** Makes one Query for the items of a stretch, newest first. Throws `LedgerUnavailable` when it is not answered. */
export type Ask = (
  stretch: Stretch,
  filters: Filters | null,
  input: Pick<QueryCommandInput, 'Select' | 'Limit' | 'ExclusiveStartKey'>,
) => Promise<QueryCommandOutput>;

type Filters = Pick<TrailQuery, 'events' | 'operations'>;

/** An {@link Ask} of this table. */
export function asking(client: DynamoDBClient, auditTable: string): Ask {
  return async (stretch, filters, input) => {
    const { filter, values } = filterOf(filters);
    const { attribute, value, range } = stretch;
    const query = new QueryCommand({
      TableName: auditTable,
      ...whereFound(attribute),
      ScanIndexForward: false,
      KeyConditionExpression: '#key = :key AND entryId BETWEEN :low AND :high',
      ...(filter === '' ? {} : { FilterExpression: filter }),
      ExpressionAttributeNames: { '#key': attribute, ...namesIn(filter) },
      ExpressionAttributeValues: marshall({ ':key': value, ':low': range.low, ':high': range.high, ...values }),
      ...input,
    });
    return await answered(client.send(query));
  };
}

/** The index of an attribute; the table itself for its own key, and consistently, which no index can be read. */
function whereFound(attribute: Stretch['attribute']): Pick<QueryCommandInput, 'IndexName' | 'ConsistentRead'> {
  if (attribute === 'operationId') return { ConsistentRead: true };
  const found = Object.entries(auditIndexes).find(([, key]) => key === attribute);
  if (found === undefined) throw new Error(`The audit table has no index by ${attribute}.`);
  return { IndexName: found[0] };
}

/** A filter expression (empty: everything passes) with its values. Its names are the items' own, after a `#`. */
function filterOf(filters: Filters | null) {
  const lists = { event: filters?.events ?? null, operation: filters?.operations ?? null };
  const parts: string[] = [];
  const values: Record<string, string> = {};
  for (const [name, list] of Object.entries(lists)) {
    if (list === null) continue;
    // Each once: DynamoDB takes up to a hundred.
    const names = [...new Set<string>(list)].map((value, index) => {
      values[`:${name}${index}`] = value;
      return `:${name}${index}`;
    });
    parts.push(`#${name} IN (${names.join(', ')})`);
  }
  return { filter: parts.join(' AND '), values };
}

function namesIn(filter: string): Record<string, string> {
  const names = filter.match(/#\w+/g) ?? [];
  return Object.fromEntries(names.map((name) => [name, name.slice(1)]));
}
