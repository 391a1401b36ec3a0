import type { Expectation, IdempotencyRecord } from '../../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';

/** A write of the ledger to a token's record. */
export interface Write {
  readonly by: string;
  readonly expected: Expectation;
  readonly next: IdempotencyRecord;
  readonly entries: readonly AuditEntry[];
  /** What stood there, by what was written before. */
  readonly before: IdempotencyRecord | undefined;
  /** Who wrote that. */
  readonly holder: string | undefined;
  readonly now: number;
}

/** Whether the ledger should write, by what it has written before. */
export function permits(expected: Expectation, record: IdempotencyRecord | undefined): boolean {
  if (expected.kind === 'free') return !record || (record.expiresAt !== null && record.expiresAt <= expected.now);
  const { operationId, fence } = expected;
  if (record?.operationId !== operationId || record.fence !== fence) return false;
  if (expected.kind === 'released') return record.state === 'RELEASED';
  if (record.state !== 'IN_PROGRESS') return false;
  return expected.kind !== 'lease-expired' || record.leaseUntil <= expected.now;
}

/** What is wrong with a write: only the holder writes, each holder has the next fence, and nobody takes over too early. */
export function faultsOf({ by, expected, next, entries, before, holder, now }: Write): string[] {
  const { kind } = expected;
  const what = `${kind} ${next.operationId} fence ${next.fence}`;
  const isNewHolder = kind !== 'leased' || entries.some(({ event }) => event === 'INTENT');
  const fence = kind === 'free' ? 1 : (before?.fence ?? 0) + (isNewHolder ? 1 : 0);
  return [
    ...(permits(expected, before) ? [] : [`the ledger wrote (${what}) for ${by} over ${told(before)}`]),
    ...(kind === 'leased' && holder !== by ? [`${by} wrote (${what}) in place of ${holder}, who holds the token`] : []),
    ...(kind === 'lease-expired' && before && before.leaseUntil > now
      ? [`${by} took over (${what}) before the lease was over`]
      : []),
    ...(next.fence === fence ? [] : [`${by} wrote fence ${next.fence}, and ${fence} was its turn`]),
  ];
}

/** A record in short. */
export function told(record: IdempotencyRecord | undefined): string {
  return record ? `${record.state} ${record.operationId} fence ${record.fence}` : 'nothing';
}
