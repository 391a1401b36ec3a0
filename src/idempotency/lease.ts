import { makeEntry } from '../ledger/audit-entry.ts';
import type { Stamps } from '../ledger/audit-entry.ts';
import type { IdempotencyRecord } from '../ledger/ledger.ts';
import type { AuditContext, AuditEntry } from '../model/audit.ts';
import type { RecordStamps } from './protocol.ts';
import { newRecord } from './record.ts';
import type { NewOperation } from './record.ts';

/** The right to work on an operation: its record, and the entry that was written with it. */
export interface Lease {
  readonly record: IdempotencyRecord;
  readonly entry: AuditEntry;
}

/** The record of an operation that begins, without what it follows. */
export function freshRecord({ ulid, times }: RecordStamps, operation: NewOperation): IdempotencyRecord {
  return newRecord(operation, ulid(operation.startedAt), times);
}

/** The lease of an operation that begins. */
export function withIntent(stamps: Stamps, audit: AuditContext, record: IdempotencyRecord): Lease {
  const { operationId, fence } = record;
  return { record, entry: makeEntry(stamps, audit, { operationId, event: 'INTENT', fence }) };
}
