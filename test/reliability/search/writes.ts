import { isDeepStrictEqual } from 'node:util';
import type { Expectation, IdempotencyRecord } from '../../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';

/** A ledger write to an idempotency record. */
export interface Write {
  readonly by: string;
  readonly expected: Expectation;
  readonly next: IdempotencyRecord;
  readonly entries: readonly AuditEntry[];
  /** The record before the write, by the model. */
  readonly before: IdempotencyRecord | undefined;
  /** Name of the process that wrote that record. */
  readonly holder: string | undefined;
  readonly now: number;
}

/** Whether the ledger should accept a write, by what it has written before. */
export function permits(expected: Expectation, record: IdempotencyRecord | undefined): boolean {
  if (expected.kind === 'free') return !record || (record.retainUntil !== null && record.retainUntil <= expected.now);
  const { operationId, fence } = expected;
  if (record?.operationId !== operationId || record.fence !== fence) return false;
  if (expected.kind === 'released') return record.state === 'RELEASED';
  if (record.state !== 'IN_PROGRESS') return false;
  return expected.kind !== 'lease-expired' || record.leaseUntil <= expected.now;
}

/**
 * Whether a write only defers an operation: the reconciler learned nothing, and writes when it looks again. It takes no lease,
 * so that the lease holder and the fence stay.
 */
export function isDeferral({ expected, entries }: Pick<Write, 'expected' | 'entries'>): boolean {
  return expected.kind === 'lease-expired' && entries.length === 0;
}

/**
 * Violations of a write: only the lease holder writes, each holder has the next fence, a takeover waits until the lease
 * expires, and a deferral changes nothing else.
 */
export function writeViolations({ by, expected, next, entries, before, holder, now }: Write): string[] {
  const { kind } = expected;
  const what = `${kind} ${next.operationId} fence ${next.fence}`;
  const isNewHolder =
    !isDeferral({ expected, entries }) && (kind !== 'leased' || entries.some(({ event }) => event === 'INTENT'));
  const fence = kind === 'free' ? 1 : (before?.fence ?? 0) + (isNewHolder ? 1 : 0);
  return [
    ...(permits(expected, before) ? [] : [`the ledger wrote (${what}) for ${by} over: ${describeRecord(before)}`]),
    ...(kind === 'leased' && holder !== by ? [`${by} wrote (${what}) in place of ${holder}, the lease holder`] : []),
    ...(kind === 'lease-expired' && before && before.leaseUntil > now
      ? [`${by} took over (${what}) before the lease expired`]
      : []),
    ...(next.fence === fence ? [] : [`${by} wrote fence ${next.fence} instead of ${fence}`]),
    ...(isDeferral({ expected, entries }) && !isDeepStrictEqual(withoutTimes(next), withoutTimes(before))
      ? [`${by} changed more than the time of the next attempt (${what})`]
      : []),
  ];
}

/** A record without what a deferral may change. */
function withoutTimes(record: IdempotencyRecord | undefined) {
  return { ...record, leaseUntil: null, deferral: null };
}

/** Describes a record. */
export function describeRecord(record: IdempotencyRecord | undefined): string {
  return record ? `${record.state} ${record.operationId} fence ${record.fence}` : 'no record';
}
