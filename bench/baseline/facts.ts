import { paginateScan } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { settingsAskedFor } from '../../src/model/association.ts';
import type { OperationKind } from '../../src/model/audit.ts';
import type { ChangeKind, TokenFact, TrailEntry } from '../../test/reliability/facts.ts';
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
interface IdempotencyItem {
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
  const items = (await scan<AuditItem>(client, tables.audit))
    .filter((item) => concerns(item, about))
    .sort((a, b) => (a.entryId < b.entryId ? -1 : 1));
  const lastOf = new Map(items.flatMap((item) => recordsOf(item).map((id) => [id, item.operationId] as const)));
  const all = about.serviceAccount === undefined && about.associationArn === undefined;
  const records = await scan<IdempotencyItem>(client, tables.idempotency);
  const tokens = records.filter(({ id }) => all || lastOf.has(id)).map((record) => tokenFactOf(record, lastOf));
  return { entries: items.map(trailEntryOf), tokens };
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
    tokenKey: id,
    operationId: data?.auditEntry.operationId ?? lastOf.get(id) ?? '',
    state: status === 'INPROGRESS' ? 'IN_PROGRESS' : (data?.status ?? status),
    fence: null,
    leaseUntil,
  };
}

function trailEntryOf(item: AuditItem): TrailEntry {
  const { operationId, entryId, time, event, operation, principal, request } = item;
  const { serviceAccount, associationArn, refusalCode, clientRequestToken } = item;
  return {
    ...{ operationId, entryId, time: Date.parse(time), event, kind: kinds[operation], principal: principal.id },
    ...{ serviceAccount, associationArn, refusalCode, clientRequestToken, fence: null },
    roleArn: request ? (settingsAskedFor(request).roleArn ?? null) : null,
  };
}

const kinds: Readonly<Record<OperationKind, ChangeKind>> = {
  CREATE_POD_IDENTITY_ASSOCIATION: 'create',
  UPDATE_POD_IDENTITY_ASSOCIATION: 'update',
  DELETE_POD_IDENTITY_ASSOCIATION: 'delete',
};
