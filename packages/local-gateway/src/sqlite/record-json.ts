import { formatVersion, requireSupported } from '../../../../src/ledger/format.ts';
import type { IdempotencyRecord } from '../../../../src/ledger/ledger.ts';

/**
 * A record as JSON text, the form in which the SQLite store keeps it. Fields that another version of the gateway added are kept.
 * Its names are public: `test/ledger/stored-format.test.ts` pins them.
 */
export function recordText(record: IdempotencyRecord): string {
  return JSON.stringify({ v: formatVersion, ...record });
}

/** The record of a text that {@link recordText} created. Throws `UnsupportedFormat` for another version. */
export function recordOfText(text: string): IdempotencyRecord {
  // Only `recordText` creates these texts.
  const { v, ...record } = JSON.parse(text) as IdempotencyRecord & { readonly v?: unknown };
  requireSupported(`idempotency record ${record.idempotencyKey}`, v);
  return record;
}
