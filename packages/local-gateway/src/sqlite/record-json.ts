import type { ClusterScan } from '../../../../src/ledger/cluster-scan.ts';
import { formatVersion, requireSupported } from '../../../../src/ledger/format.ts';
import type { AssociationState } from '../../../../src/ledger/association-state.ts';
import type { AssociationVersion } from '../../../../src/ledger/association-version.ts';
import { associationKeyOf } from '../../../../src/ledger/keys.ts';
import type { IdempotencyRecord } from '../../../../src/ledger/ledger.ts';

/**
 * A record as JSON text, the form in which the SQLite store keeps it. Fields that another version
 * of the gateway added are kept. Its names are public: `test/ledger/stored-format.test.ts` pins
 * them.
 */
export function recordText(record: IdempotencyRecord): string {
  return JSON.stringify({ v: formatVersion, ...record });
}

/**
 * The record of a text that {@link recordText} created. Throws `UnsupportedFormat` for another
 * version.
 */
export function recordOfText(text: string): IdempotencyRecord {
  // Only `recordText` creates these texts.
  const { v, ...record } = JSON.parse(text) as IdempotencyRecord & { readonly v?: unknown };
  requireSupported(`idempotency record ${record.idempotencyKey}`, v);
  return record;
}

/**
 * The state of a service account as JSON text, with the fields that another version of the gateway
 * added.
 */
export function stateText(state: AssociationState): string {
  return JSON.stringify({ v: formatVersion, ...state });
}

/**
 * The state of a text that {@link stateText} created. Throws `UnsupportedFormat` for another
 * version.
 */
export function stateOfText(text: string): AssociationState {
  // Only `stateText` creates these texts.
  const { v, ...state } = JSON.parse(text) as AssociationState & { readonly v?: unknown };
  requireSupported(`state of ${associationKeyOf(state.target)}`, v);
  // Earlier versions have no such field.
  return { ...state, recordsInProgress: (state as Partial<AssociationState>).recordsInProgress ?? [] };
}

/** The progress of scans as JSON text. */
export function scanText(scan: ClusterScan): string {
  return JSON.stringify({ v: formatVersion, ...scan });
}

/** A version of the history as JSON text. */
export function versionText(version: AssociationVersion): string {
  return JSON.stringify({ v: formatVersion, ...version });
}

/**
 * The version of a text that {@link versionText} created. Throws `UnsupportedFormat` for another
 * version of the gateway.
 */
export function versionOfText(text: string): AssociationVersion {
  // Only `versionText` creates these texts.
  const { v, ...version } = JSON.parse(text) as AssociationVersion & { readonly v?: unknown };
  requireSupported(`version of ${associationKeyOf(version.target)}`, v);
  return version;
}

/** The progress of a text that {@link scanText} created. */
export function scanOfText(text: string): ClusterScan {
  const { v: _, ...scan } = JSON.parse(text) as ClusterScan & { readonly v: unknown };
  return scan;
}
