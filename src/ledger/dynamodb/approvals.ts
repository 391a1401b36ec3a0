import { QueryCommand, TransactGetItemsCommand, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Approval } from '../../model/approval.ts';
import { parsePosition, positionText, requestedPosition } from '../approval-page.ts';
import type { ApprovalPosition } from '../approval-page.ts';
import { maxExaminedApprovals } from '../approvals.ts';
import type { ApprovalPage, ApprovalPartition, ApprovalStore } from '../approvals.ts';
import {
  addPending,
  approvalOfItem,
  approvalPut,
  pendingOfItem,
  removePending,
  replacePending,
} from './approval-item.ts';
import { failureOfCancellation, isTransient } from './cancellation.ts';
import { entryItem, insertion, recordOfItem } from './item.ts';
import type { Item } from './item.ts';
import { getItem, getItems } from './read.ts';
import { failureOf, orLedgerFailure, withRetries } from './request.ts';
import type { Retryable } from './request.ts';
import { transact } from './transact.ts';
import { formatVersion } from '../format.ts';
import { approvalItemKeyOf, approvalItemPrefix, approvalsKeyOf, livePartitions } from '../keys.ts';
import { leaseIndex, stateIndex } from './tables.ts';
import type { TableNames } from './tables.ts';

/**
 * The approvals of a ledger in DynamoDB, in the table of the idempotency records. Create the client
 * as for the ledger.
 */
export function makeDynamoDbApprovals({
  client,
  idempotencyTable,
  auditTable,
}: { readonly client: DynamoDBClient } & TableNames): ApprovalStore {
  /**
   * Approvals by their keys; those that were deleted meanwhile, or that another version wrote, are
   * left out.
   */
  const approvalsOf = async (keys: readonly string[]): Promise<Approval[]> => {
    const approvals: Approval[] = [];
    for (let start = 0; start < keys.length; start += maxBatch) {
      const items = await getItems(client, idempotencyTable, keys.slice(start, start + maxBatch));
      approvals.push(...items.flatMap((item) => (item && isSupported(item) ? [approvalOfItem(item)] : [])));
    }
    return approvals;
  };
  /** As many as are examined are read, however many there are. */
  const livePage = async (
    wanted: keyof typeof livePartitions,
    limit: number,
    after: ApprovalPosition | null,
  ): Promise<ApprovalPage> => {
    const clusterKey = livePartitions[wanted];
    const idempotencyKey = after && approvalItemKeyOf(after.key);
    const query = new QueryCommand({
      TableName: idempotencyTable,
      IndexName: stateIndex,
      KeyConditionExpression: 'clusterKey = :key',
      ProjectionExpression: 'idempotencyKey',
      ExpressionAttributeValues: marshall({ ':key': clusterKey }),
      Limit: limit,
      ...(after ? { ExclusiveStartKey: marshall({ clusterKey, idempotencyKey }) } : {}),
    });
    const { Items = [], LastEvaluatedKey } = await orLedgerFailure(client.send(query));
    const approvals = await approvalsOf(Items.map((item) => item.idempotencyKey?.S ?? ''));
    const next = LastEvaluatedKey ? positionText({ time: 0, key: positionOfKey(LastEvaluatedKey).key }) : null;
    return { approvals: approvals.filter(({ state }) => state === wanted), next };
  };
  return {
    async getRecordAndApproval(idempotencyKey, approvalKey) {
      const keys = [idempotencyKey, approvalItemKeyOf(approvalKey)];
      const [record = null, approval = null] = await getTogether(client, idempotencyTable, keys);
      return { record: record && recordOfItem(record), approval: approval && approvalOfItem(approval) };
    },
    async getApproval(key) {
      const item = await getItem(client, idempotencyTable, marshall({ idempotencyKey: approvalItemKeyOf(key) }));
      return item && approvalOfItem(item);
    },
    async putApproval(expected, next, entry, limits) {
      const put = approvalPut(idempotencyTable, expected, next);
      const items = [{ Put: put }, { Put: insertion(auditTable, entryItem(entry)) }];
      const isPending = next.state === 'PENDING';
      const update = isPending ? addPending(idempotencyTable, next, limits) : removePending(idempotencyTable, next);
      // A vote that leaves it pending changes nothing of what is counted.
      const isCounted = !isPending || expected?.state !== 'PENDING' || expected.id !== next.id;
      const result = await transact(client, [entry], items, isCounted ? update : null);
      if (result.kind === 'conflict' && result.stored) approvalOfItem(result.stored); // Throws for another format.
      if (result.kind === 'committed') return 'written';
      if (result.kind !== 'update-rejected') return 'conflict';
      if (!result.isCondition || limits === null) throw failureOfCancellation(result.cause);
      // As many as a limit are counted: those that can no longer be decided do not count.
      const stored = pendingOfItem(result.stored);
      const counted = await approvalsOf([...stored].map(approvalItemKeyOf));
      const live = counted.filter((one) => mayBeDecided(one, Date.parse(next.requestedAt)) && one.key !== next.key);
      const { onBehalfOf } = next.requested;
      const ofPerson = live.filter(({ requested }) => requested.onBehalfOf === onBehalfOf);
      if (limits.ofPerson !== null && ofPerson.length >= limits.ofPerson) return 'person-limit-reached';
      if (live.length >= limits.ofPrincipal) return 'limit-reached';
      const replaced = replacePending(idempotencyTable, next, result.stored, live);
      const second = await transact(client, [entry], items, replaced);
      return second.kind === 'committed' ? 'written' : 'conflict';
    },
    async listApprovals(partition, limit, after) {
      const position = after === null ? null : parsePosition(after);
      if (partition.kind === 'cluster') return await clusterPage(client, idempotencyTable, partition, limit, position);
      return await livePage(partition.state, limit, position);
    },
  };
}

/** The most items of one batch. Source: AWS, BatchGetItem. */
const maxBatch = 100;

function isSupported({ v }: Item): boolean {
  return v?.N === String(formatVersion);
}

function mayBeDecided({ state, decideUntil }: Approval, now: number): boolean {
  return state === 'PENDING' && decideUntil > now;
}

/** Items as they were at one time. */
async function getTogether(
  client: DynamoDBClient,
  TableName: string,
  keys: readonly string[],
): Promise<(Item | null)[]> {
  const TransactItems = keys.map((idempotencyKey) => ({ Get: { TableName, Key: marshall({ idempotencyKey }) } }));
  const read = async (): Promise<{ kind: 'read'; items: (Item | null)[] } | Retryable> => {
    try {
      const { Responses = [] } = await client.send(new TransactGetItemsCommand({ TransactItems }));
      return { kind: 'read', items: Responses.map(({ Item }) => Item ?? null) };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw failureOf(error);
      // A transaction was writing one of them.
      if (isTransient(error)) return { kind: 'retry', cause: error };
      throw failureOfCancellation(error);
    }
  };
  return (await withRetries(read)).items;
}

/**
 * A page of the approvals of a cluster, newest first. Those of other format versions are left out.
 */
async function clusterPage(
  client: DynamoDBClient,
  TableName: string,
  { namespace, ...cluster }: Extract<ApprovalPartition, { kind: 'cluster' }>,
  limit: number,
  after: ApprovalPosition | null,
): Promise<ApprovalPage> {
  const openShard = approvalsKeyOf(cluster);
  const command = new QueryCommand({
    TableName,
    IndexName: leaseIndex,
    KeyConditionExpression: 'openShard = :shard',
    FilterExpression: namespace === null ? 'v = :v' : 'v = :v AND #namespace = :namespace',
    ...(namespace === null ? {} : { ExpressionAttributeNames: { '#namespace': 'namespace' } }),
    ExpressionAttributeValues: marshall({
      ':shard': openShard,
      ':v': formatVersion,
      ...(namespace === null ? {} : { ':namespace': namespace }),
    }),
    ScanIndexForward: false,
    Limit: namespace === null ? limit : maxExaminedApprovals,
    ...(after === null
      ? {}
      : {
          ExclusiveStartKey: marshall({
            openShard,
            leaseUntil: after.time,
            idempotencyKey: approvalItemKeyOf(after.key),
          }),
        }),
  });
  const { Items = [], LastEvaluatedKey } = await orLedgerFailure(client.send(command));
  const approvals = Items.slice(0, limit).map(approvalOfItem);
  const last = Items.length > limit ? approvals.at(-1) : undefined;
  if (last) return { approvals, next: positionText(requestedPosition(last)) };
  return { approvals, next: LastEvaluatedKey ? positionText(positionOfKey(LastEvaluatedKey)) : null };
}

function positionOfKey({ leaseUntil, idempotencyKey }: Item): ApprovalPosition {
  return { time: Number(leaseUntil?.N), key: (idempotencyKey?.S ?? '').slice(approvalItemPrefix.length) };
}
