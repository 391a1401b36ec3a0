import type { DynamoDBRecord } from 'aws-lambda';
import type { AuditEntry } from '../model/audit.ts';
import { entryOfItem } from '../ledger/dynamodb-item.ts';
import type { Item } from '../ledger/dynamodb-item.ts';
import { isTrailPosition } from '../ledger/trail-position.ts';

/** What a record of the audit table's stream says. */
export type StreamedChange =
  | { readonly kind: 'entry'; readonly entry: AuditEntry }
  /** An item that is not an entry was added, such as the proof that an operation created an association. */
  | { readonly kind: 'other' }
  /** An item was replaced, changed or deleted: the gateway never does that. */
  | ({ readonly kind: 'tampering' } & Tampering);

/** An item that was changed or removed. */
interface Tampering {
  readonly change: 'MODIFY' | 'REMOVE';
  readonly operationId: string;
  readonly entryId: string;
  /** The service that removed it, where one did: DynamoDB for an expiry, which the audit table must not have. */
  readonly removedBy?: string;
}

/**
 * Reads a record of the stream ("Record" in the API reference of DynamoDB Streams, as Lambda passes it on). Throws `UnsupportedFormat` for an
 * entry of another version, and an Error for an item that the gateway did not write.
 */
export function changeOf(record: DynamoDBRecord): StreamedChange {
  const { Keys = {}, NewImage = {} } = record.dynamodb ?? {};
  const [operationId, entryId] = [Keys.operationId?.S ?? '', Keys.entryId?.S ?? ''];
  if (record.eventName !== 'INSERT') {
    const removedBy = (record.userIdentity as { readonly principalId?: string } | undefined)?.principalId;
    const change = record.eventName === 'REMOVE' ? 'REMOVE' : 'MODIFY';
    return { kind: 'tampering', change, operationId, entryId, ...(removedBy === undefined ? {} : { removedBy }) };
  }
  if (!isTrailPosition(entryId)) return { kind: 'other' };
  // Numbers, texts, lists and maps have the same form in both; the table has no binary attributes.
  return { kind: 'entry', entry: entryOfItem(NewImage as Item) };
}
