import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import type { BatchGetItemCommandOutput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AssociationReads } from './association-history.ts';
import { stateOfItem } from './dynamodb-association-state.ts';
import type { Item } from './dynamodb-item.ts';
import { targetsOfAssociations } from './dynamodb-association-targets.ts';
import { orLedgerFailure } from './dynamodb-request.ts';
import { associationKeyOf } from './keys.ts';
import { LedgerUnavailable } from './ledger.ts';
import type { TableNames } from './tables.ts';

/** What queries read of the states of associations, in the table of the idempotency records. */
export function makeDynamoDbAssociationReads({
  client,
  idempotencyTable,
}: { readonly client: DynamoDBClient } & Pick<TableNames, 'idempotencyTable'>): AssociationReads {
  return {
    async getAssociationStates(targets) {
      const items = await getItems(client, idempotencyTable, targets.map(associationKeyOf));
      return items.map((item) => (item === null ? null : stateOfItem(item)));
    },
    targetsOfAssociations: (...query) => targetsOfAssociations(client, idempotencyTable, ...query),
  };
}

/** How often what DynamoDB left out of an answer is asked for again. */
const maxAttempts = 5;

/** Items by their keys, in this order; null for one that does not exist. At most 100. */
async function getItems(client: DynamoDBClient, table: string, keys: readonly string[]): Promise<(Item | null)[]> {
  const found = new Map<string, Item>();
  const distinct = [...new Set(keys)].map((idempotencyKey) => marshall({ idempotencyKey }));
  let left: BatchGetItemCommandOutput['UnprocessedKeys'] = distinct.length === 0 ? {} : { [table]: { Keys: distinct } };
  for (let attempt = 1; Object.keys(left ?? {}).length > 0; attempt += 1) {
    if (attempt > maxAttempts) throw new LedgerUnavailable(new Error('DynamoDB left keys unprocessed.'));
    const get = new BatchGetItemCommand({ RequestItems: left });
    const answer: BatchGetItemCommandOutput = await orLedgerFailure(client.send(get));
    for (const item of answer.Responses?.[table] ?? []) found.set(item.idempotencyKey?.S ?? '', item);
    left = answer.UnprocessedKeys;
  }
  return keys.map((key) => found.get(key) ?? null);
}
