import { paginateScan } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { summarize } from '../../../src/operations/kinds/operations.ts';
import { isOperation } from '../../../src/model/operation.ts';
import type { OperationKind } from '../../../src/model/operation.ts';
import type { ChangeKind, EksChange, RecordFact, TrailEntry } from '../facts.ts';
import type { AuditItem } from './audit.ts';
import { recordIdOf } from './idempotent.ts';
import type { BaselineTables } from './tables.ts';

/** Selects audit entries that match either field; without fields, all entries. */
export interface TrailFilter {
  /** `<clusterName>/<namespace>/<serviceAccount>`. */
  readonly serviceAccount?: string;
  readonly associationArn?: string;
}

/** An idempotency record of Powertools. */
export interface IdempotencyItem {
  readonly id: string;
  readonly status: 'INPROGRESS' | 'COMPLETED';
  /** Milliseconds since the epoch. */
  readonly in_progress_expiration?: number;
  /** The stored answer. */
  readonly data?: { readonly status: string; readonly auditEntry: { readonly operationId: string } };
}

/**
 * Reads facts from the tables, oldest entries first. With a filter, a record is found by the
 * entries with its token, so a record without entries is missing; without a filter all records are
 * returned.
 */
export async function readBaseline(
  client: DynamoDBClient,
  tables: BaselineTables,
  filter: TrailFilter = {},
): Promise<{ entries: TrailEntry[]; records: RecordFact[] }> {
  const items = (await scan<AuditItem>(client, tables.audit)).filter((item) => concerns(item, filter));
  const records = await scan<IdempotencyItem>(client, tables.idempotency);
  const isWhole = filter.serviceAccount === undefined && filter.associationArn === undefined;
  const known = new Set(items.flatMap(recordsOf));
  const selected = records.filter(({ id }) => isWhole || known.has(id));
  return { entries: trailEntriesOf(items), records: recordFactsOf(selected, items) };
}

/** Converts audit items into facts, oldest first. */
export function trailEntriesOf(items: readonly AuditItem[]): TrailEntry[] {
  return oldestFirst(items).map(trailEntryOf);
}

/**
 * Converts Powertools records into facts. The audit `items` provide the operation of a record in
 * progress; without them it is ''.
 */
export function recordFactsOf(records: readonly IdempotencyItem[], items: readonly AuditItem[] = []): RecordFact[] {
  const lastOf = new Map(oldestFirst(items).flatMap((item) => recordsOf(item).map((id) => [id, item.operationId])));
  return records.map((record) => recordFactOf(record, lastOf));
}

/**
 * The operation of a change that reached EKS: that of the last earlier intent for such a change.
 * EKS gets the caller's token, which all operations of a request share. Null if there is no intent.
 */
export function operationOf(
  { kind, serviceAccount, associationId, time }: Omit<EksChange, 'operationId'>,
  entries: readonly TrailEntry[],
): string | null {
  const isAbout = (entry: TrailEntry) =>
    kind === 'create'
      ? entry.serviceAccount === serviceAccount
      : (entry.associationArn?.endsWith(`/${associationId}`) ?? false);
  const intent = entries.findLast(
    (entry) => entry.event === 'INTENT' && entry.kind === kind && entry.time <= time && isAbout(entry),
  );
  return intent?.operationId ?? null;
}

function oldestFirst(items: readonly AuditItem[]): AuditItem[] {
  return items.toSorted((a, b) => (a.entryId < b.entryId ? -1 : 1));
}

async function scan<Item>(client: DynamoDBClient, TableName: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    for (const item of page.Items ?? []) items.push(unmarshall(item) as Item);
  }
  return items;
}

function concerns({ serviceAccount, associationArn, request }: AuditItem, filter: TrailFilter): boolean {
  if (filter.serviceAccount === undefined && filter.associationArn === undefined) return true;
  if (filter.serviceAccount !== undefined && serviceAccount === filter.serviceAccount) return true;
  if (filter.associationArn === undefined) return false;
  if (associationArn === filter.associationArn) return true;
  // An entry about a missing association only has the requested id.
  return request !== null && 'associationId' in request && filter.associationArn.endsWith(`/${request.associationId}`);
}

/** The record id of an entry's token. */
function recordsOf({ principal, actor, onBehalfOf, operation, clientRequestToken }: AuditItem): string[] {
  if (clientRequestToken === null || !isOperation(operation)) return [];
  const [principalId, actorId] = [principal.id, actor?.id ?? null];
  return [recordIdOf({ principalId, actorId, onBehalfOf, operation, clientRequestToken })];
}

function recordFactOf(record: IdempotencyItem, lastOf: ReadonlyMap<string, string>): RecordFact {
  const { id, status, data, in_progress_expiration: leaseUntil = null } = record;
  return {
    idempotencyKey: id,
    operationId: data?.auditEntry.operationId ?? lastOf.get(id) ?? '',
    state: status === 'INPROGRESS' ? 'IN_PROGRESS' : (data?.status ?? status),
    fence: null,
    leaseUntil,
  };
}

function trailEntryOf(item: AuditItem): TrailEntry {
  const { operationId, entryId, time, event, operation, principal, fence, apiRequestId } = item;
  const { serviceAccount, associationArn, refusalCode, clientRequestToken } = item;
  if (!isOperation(operation) || operation === 'ADOPT_POD_IDENTITY_ASSOCIATION') {
    throw new Error('The baseline records changes only, and no adoptions.');
  }
  return {
    operationId,
    entryId,
    time: Date.parse(time),
    event,
    kind: kinds[operation],
    principal: principal.id,
    apiRequestId,
    serviceAccount,
    associationArn,
    refusalCode,
    clientRequestToken,
    fence,
    roleArn: item.request === null ? null : (summarize(item).settings.roleArn ?? null),
  };
}

const kinds: Readonly<Record<Exclude<OperationKind, 'ADOPT_POD_IDENTITY_ASSOCIATION'>, ChangeKind>> = {
  CREATE_POD_IDENTITY_ASSOCIATION: 'create',
  UPDATE_POD_IDENTITY_ASSOCIATION: 'update',
  DELETE_POD_IDENTITY_ASSOCIATION: 'delete',
  TAG_POD_IDENTITY_ASSOCIATION: 'tag',
  UNTAG_POD_IDENTITY_ASSOCIATION: 'untag',
};
