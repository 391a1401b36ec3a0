import { makeEntry } from '../ledger/audit-entry.ts';
import type { IdempotencyRecord } from '../ledger/ledger.ts';
import type { AuditContext } from '../model/audit.ts';
import { count } from '../runtime/meter.ts';
import type { Protocol, RecordStamps } from './protocol.ts';
import { takenOver } from './record.ts';
import type { Lease } from './lease.ts';

/**
 * Takes over the expired lease of an operation. Null when another request or run took it over
 * first. Throws `LedgerUnavailable`. `message` says in the trail who took over.
 */
export async function takeOver(
  protocol: Protocol,
  expired: IdempotencyRecord,
  audit: AuditContext,
  message: string,
): Promise<Lease | null> {
  const { expected, lease } = takeOverAttempt(protocol, expired, audit, message);
  const result = await protocol.ledger.commit(expected, lease.record, [lease.entry]);
  if (result.kind !== 'committed') return null;
  count('takeOvers');
  return lease;
}

/** The write that takes over an expired lease, and the lease that it leads to. */
export function takeOverAttempt(
  stamps: RecordStamps,
  expired: IdempotencyRecord,
  audit: AuditContext,
  message: string,
) {
  const { operationId, fence } = expired;
  const now = stamps.clock();
  const record = takenOver(expired, now, stamps.times);
  const entry = makeEntry(stamps, audit, { operationId, event: 'TAKEN_OVER', fence: record.fence, message });
  return { expected: { kind: 'lease-expired', operationId, fence, now } as const, lease: { record, entry } };
}
