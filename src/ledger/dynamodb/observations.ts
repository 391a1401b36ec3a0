import {
  ConditionalCheckFailedException,
  PutItemCommand,
  TransactionConflictException,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ObservationStore } from '../cluster-scan.ts';
import { stateOfItem, stateUpdate } from './association-state.ts';
import { versionItem } from './association-version.ts';
import { accountReadsOfItem, accountReadsPut, scanOfItem, scanPut, scansQuery } from './cluster-scan.ts';
import { entryItem, insertion } from './item.ts';
import { queryAll } from './read.ts';
import { makeDynamoDbRepairs } from './repairs.ts';
import { failureOf, withRetries } from './request.ts';
import type { Retryable } from './request.ts';
import { endingQueries, listedEndingOf, statesQuery, summaryOfItem } from './state-queries.ts';
import { transact } from './transact.ts';
import type { TableNames } from './tables.ts';

/**
 * What scans store, in the table of the idempotency records: see
 * `docs/decisions/0005-association-state-and-history.md`.
 */
export function makeDynamoDbObservations({
  client,
  idempotencyTable,
  auditTable,
}: { readonly client: DynamoDBClient } & TableNames): ObservationStore {
  return {
    ...makeDynamoDbRepairs({ client, idempotencyTable, auditTable }),
    async statesOfCluster(cluster) {
      return (await queryAll(client, allItems, statesQuery(idempotencyTable, cluster))).map(summaryOfItem);
    },
    async dueEndings(due, limit) {
      const queries = endingQueries(idempotencyTable, due).map((query) => queryAll(client, limit, query));
      return (await Promise.all(queries)).flat().map(listedEndingOf);
    },
    async clusterScans() {
      return (await queryAll(client, allItems, scansQuery(idempotencyTable))).map(scanOfItem);
    },
    async putClusterScan(fence, next) {
      const put = new PutItemCommand(scanPut(idempotencyTable, fence, next));
      return (await withRetries(() => replaceOnce(() => client.send(put)))).kind === 'written';
    },
    async putAccountReads(next, now) {
      const put = new PutItemCommand(accountReadsPut(idempotencyTable, next, now));
      const result = await withRetries(() => replaceOnce(() => client.send(put)));
      if (result.kind !== 'written') return { kind: 'leased' };
      const { Attributes } = result.answer;
      return { kind: 'written', previous: Attributes ? accountReadsOfItem(Attributes) : null };
    },
    async observeAssociation(revision, change, entry) {
      const update = { TableName: idempotencyTable, ...stateUpdate(change, { kind: 'revision', revision }) };
      const version = change.version
        ? [{ Put: { TableName: idempotencyTable, Item: versionItem(change.version) } }]
        : [];
      const entries = entry === null ? [] : [entry];
      if (version.length > 0 || entries.length > 0) {
        const puts = entries.map((one) => ({ Put: insertion(auditTable, entryItem(one)) }));
        const result = await transact(client, entries, [{ Update: update }, ...puts, ...version]);
        if (result.kind === 'conflict' && result.stored !== null) stateOfItem(result.stored); // Throws for another format.
        return result.kind === 'committed';
      }
      const command = new UpdateItemCommand(update);
      return (await withRetries(() => replaceOnce(() => client.send(command)))).kind === 'written';
    },
  };
}

/**
 * A write of a single item. `rejected`: the stored one does not meet its condition. Throws
 * `UnsupportedFormat` for a state of another version.
 */
async function replaceOnce<Answer>(
  write: () => Promise<Answer>,
): Promise<{ kind: 'written'; answer: Answer } | { kind: 'rejected' } | Retryable> {
  try {
    return { kind: 'written', answer: await write() };
  } catch (error) {
    if (error instanceof TransactionConflictException) return { kind: 'retry', cause: error };
    if (!(error instanceof ConditionalCheckFailedException)) throw failureOf(error);
    if (error.Item) stateOfItem(error.Item);
    return { kind: 'rejected' };
  }
}

/** More items than a list can have. */
const allItems = 1_000_000;
