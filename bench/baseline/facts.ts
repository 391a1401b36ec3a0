import { paginateScan } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { requestedSettings } from '../../src/model/association.ts';
import type { OperationKind } from '../../src/model/operation.ts';
import type { ChangeKind, EksChange, TokenFact, TrailEntry } from '../../test/reliability/facts.ts';
import type { AuditItem } from './audit.ts';
import { recordIdOf } from './once.ts';
import type { BaselineTables } from './tables.ts';

/** Whose trail is read: all where both are left out; entries that match either otherwise. */
export interface About {
  /** `<clusterName>/<namespace>/<serviceAccount>`. */
  readonly serviceAccount?: string;
  readonly associationArn?: string;
}

/** A record as Powertools writes it. */
export interface IdempotencyItem {
  readonly id: string;
  readonly status: 'INPROGRESS' | 'COMPLETED';
  /** Milliseconds since the epoch. */
  readonly in_progress_expiration?: number;
  /** What the work returned. */
  readonly data?: { readonly status: string; readonly auditEntry: { readonly operationId: string } };
}

/**
 * What the tables hold, oldest entries first. A token is found by the entries that name it, so one whose holder was gone
 * before its first entry is not told; with no `about`, all are.
 */
export async function readBaseline(
  client: DynamoDBClient,
  tables: BaselineTables,
  about: About = {},
): Promise<{ entries: TrailEntry[]; tokens: TokenFact[] }> {
  const items = (await scan<AuditItem>(client, tables.audit)).filter((item) => concerns(item, about));
  const records = await scan<IdempotencyItem>(client, tables.idempotency);
  const isWhole = about.serviceAccount === undefined && about.associationArn === undefined;
  const known = new Set(items.flatMap(recordsOf));
  const told = records.filter(({ id }) => isWhole || known.has(id));
  return { entries: trailEntriesOf(items), tokens: tokenFactsOf(told, items) };
}

/** What the items of the audit table say, oldest first. */
export function trailEntriesOf(items: readonly AuditItem[]): TrailEntry[] {
  return oldestFirst(items).map(trailEntryOf);
}

/** What Powertools' records say. `items` of the audit table tell of which operation one in progress is; without them it is ''. */
export function tokenFactsOf(records: readonly IdempotencyItem[], items: readonly AuditItem[] = []): TokenFact[] {
  const lastOf = new Map(oldestFirst(items).flatMap((item) => recordsOf(item).map((id) => [id, item.operationId])));
  return records.map((record) => tokenFactOf(record, lastOf));
}

/**
 * The operation of a change that reached EKS: of the intents for such a change of the service account, the last one before
 * it. EKS is sent the caller's token, which all operations of a request share. Null where there is none.
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

function concerns({ serviceAccount, associationArn, request }: AuditItem, about: About): boolean {
  if (about.serviceAccount === undefined && about.associationArn === undefined) return true;
  if (about.serviceAccount !== undefined && serviceAccount === about.serviceAccount) return true;
  if (about.associationArn === undefined) return false;
  if (associationArn === about.associationArn) return true;
  // Of an association that was not there, an entry knows no more than the id that was asked for.
  return request !== null && 'associationId' in request && about.associationArn.endsWith(`/${request.associationId}`);
}

/** The record of an entry's token. */
function recordsOf({ principal, actor, onBehalfOf, operation, clientRequestToken }: AuditItem): string[] {
  if (clientRequestToken === null) return [];
  const [principalId, actorId] = [principal.id, actor?.id ?? null];
  return [recordIdOf({ principalId, actorId, onBehalfOf, operation, clientRequestToken })];
}

function tokenFactOf(record: IdempotencyItem, lastOf: ReadonlyMap<string, string>): TokenFact {
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
  const { operationId, entryId, time, event, operation, principal, request, fence, apiRequestId } = item;
  const { serviceAccount, associationArn, refusalCode, clientRequestToken } = item;
  return {
    ...{ operationId, entryId, time: Date.parse(time), event, kind: kinds[operation], principal: principal.id },
    ...{ apiRequestId, serviceAccount, associationArn, refusalCode, clientRequestToken, fence },
    roleArn: request ? (requestedSettings(request).roleArn ?? null) : null,
  };
}

const kinds: Readonly<Record<OperationKind, ChangeKind>> = {
  CREATE_POD_IDENTITY_ASSOCIATION: 'create',
  UPDATE_POD_IDENTITY_ASSOCIATION: 'update',
  DELETE_POD_IDENTITY_ASSOCIATION: 'delete',
};
