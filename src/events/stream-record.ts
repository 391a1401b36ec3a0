import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBRecord } from 'aws-lambda';
import type { AuditEntry } from '../model/audit.ts';
import { itemOf } from '../ledger/dynamodb/writes.ts';
import { NotAnEntry } from '../ledger/stored/entry-json.ts';
import { UnsupportedFormat } from '../ledger/format.ts';
import type { Item } from '../ledger/stored/items.ts';
import { claimPrefix, entryOfItem, isNewerEntryItem, personalAttribute } from '../ledger/stored/entry.ts';

/** What a record of the audit table's stream says. */
export type StreamedChange =
  | { readonly kind: 'entry'; readonly entry: AuditEntry }
  /** The proof that an operation created an association was added, or personal data were erased. */
  | { readonly kind: 'other' }
  /** An item was added that the gateway did not write. */
  | { readonly kind: 'not-an-entry' }
  /**
   * An item was replaced, changed or deleted: the gateway never does that, and an erasure only
   * removes personal data.
   */
  | ({ readonly kind: 'tampering' } & Tampering);

/** An item that was changed or removed. */
interface Tampering {
  readonly change: 'MODIFY' | 'REMOVE';
  readonly operationId: string;
  readonly entryId: string;
  /**
   * The service that removed it, where one did: DynamoDB for an expiry, which the audit table must
   * not have.
   */
  readonly removedBy?: string;
}

/**
 * Reads a record of the stream ("Record" in the API reference of DynamoDB Streams, as Lambda passes
 * it on). Throws `UnsupportedFormat` for an entry of a later version.
 */
export function changeOf(record: DynamoDBRecord): StreamedChange {
  const { Keys = {}, NewImage = {} } = record.dynamodb ?? {};
  const [operationId, entryId] = [Keys.operationId?.S ?? '', Keys.entryId?.S ?? ''];
  if (isErasure(record)) return { kind: 'other' };
  if (record.eventName !== 'INSERT') {
    const removedBy = (record.userIdentity as { readonly principalId?: string } | undefined)?.principalId;
    const change = record.eventName === 'REMOVE' ? 'REMOVE' : 'MODIFY';
    return { kind: 'tampering', change, operationId, entryId, ...(removedBy === undefined ? {} : { removedBy }) };
  }
  if (entryId.startsWith(claimPrefix)) return { kind: 'other' };
  // Numbers, texts, lists and maps have the same form in both; entries have no binary attributes.
  return entryIn(itemOf(NewImage as Parameters<typeof itemOf>[0]));
}

/**
 * Whether only personal data were removed. `trail verify` finds an erasure that the trail does not
 * record.
 */
function isErasure({ eventName, dynamodb }: DynamoDBRecord): boolean {
  const { OldImage = {}, NewImage = {} } = dynamodb ?? {};
  const { [personalAttribute]: personal, ...rest } = OldImage;
  return eventName === 'MODIFY' && personal !== undefined && isDeepStrictEqual(rest, NewImage);
}

function entryIn(item: Item): StreamedChange {
  try {
    return { kind: 'entry', entry: entryOfItem(item) };
  } catch (error) {
    const isLater = error instanceof UnsupportedFormat && isNewerEntryItem(item);
    if (isLater || !(error instanceof UnsupportedFormat || error instanceof NotAnEntry)) throw error;
    return { kind: 'not-an-entry' };
  }
}
