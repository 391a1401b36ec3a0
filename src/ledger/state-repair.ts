import type { AuditEntry } from '../model/audit.ts';
import type { StateChange, StateReader } from './state-store.ts';
import type { IdempotencyRecord } from './idempotency-record.ts';

/**
 * A correction of what is in progress on a service account, where another version of the gateway
 * began or closed an operation without writing it there. It is written only if the record is as it
 * was read and, unless the change adds the key, if the key is still there: as long as it is,
 * nothing begins that needs a service account without operations, so that what else the repair
 * writes is not older than that.
 */
export interface StateRepair {
  readonly recordKey: string;
  /** The record as it was read; null: none is stored. */
  readonly record: IdempotencyRecord | null;
  /** The record that takes the place of one that is missing; null: none does. */
  readonly restored: IdempotencyRecord | null;
  readonly change: StateChange;
}

/** How what is in progress is corrected. The method throws as those of the ledger do. */
export interface StateRepairs {
  /**
   * Writes a repair and appends its entry, in one transaction. False if record or state are not as
   * it demands: nothing was written.
   */
  repairAssociation(repair: StateRepair, entry: AuditEntry): Promise<boolean>;
}

/** What repairs of a state read and write, and nothing else of what scans store. */
export interface RepairStore extends StateReader, StateRepairs {}
