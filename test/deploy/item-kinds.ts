import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointKey } from '../../src/ledger/checkpoint-store.ts';
import { pendingApprovalsKeyOf } from '../../src/ledger/stored/keys.ts';

/** A kind of item, with the hash key of one. */
export interface ItemKind {
  readonly table: 'idempotency table' | 'audit table';
  readonly kind: string;
  readonly key: string;
}

/** The kind of the items with this hash key: the key without what differs between them. */
export function kindOf(key: string): string {
  return key
    .replace(/[0-9a-f]{64}$/, 'HASH')
    .replace(/[0-9A-HJKMNP-TV-Z]{26}$/, 'ULID')
    .replace(/\d{12}\/.*$/, 'ACCOUNT/…');
}

type Stored = Readonly<Record<string, { readonly dynamodb: Readonly<Record<string, { readonly S?: string }>> | null }>>;

const file = join(import.meta.dirname, '..', 'ledger', 'stored', 'version-1.json');
const pinned = Object.values(JSON.parse(readFileSync(file, 'utf8')) as Stored);

/** The hash keys of all items that are stored: of the pinned ones, and of those that are written piece by piece. */
const keys = [
  ...pinned.map(({ dynamodb }) => ({ ...dynamodb })),
  { idempotencyKey: { S: checkpointKey } },
  { idempotencyKey: { S: pendingApprovalsKeyOf('alice') } },
].flatMap(({ idempotencyKey, operationId }): ItemKind[] => {
  const key = idempotencyKey?.S ?? operationId?.S;
  // The items of the table of policy versions have other keys.
  if (key === undefined) return [];
  return [{ table: idempotencyKey ? 'idempotency table' : 'audit table', kind: kindOf(key), key }];
});

/** Every kind of item that the ledger stores, once. */
export const itemKinds: readonly ItemKind[] = [
  ...new Map(keys.map((one) => [`${one.table} ${one.kind}`, one])).values(),
].sort((one, other) => other.table.localeCompare(one.table) || one.kind.localeCompare(other.kind));
