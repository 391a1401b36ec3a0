import { makeEntry } from '../ledger/audit-entry.ts';
import type { TrailWriter } from '../ledger/audit-entry.ts';
import { ledgerTimeout } from '../ledger/ledger.ts';
import type { IdempotencyRecord } from '../ledger/ledger.ts';
import type { AuditContext, AuditEntry } from '../model/audit.ts';
import { withDeadline } from '../runtime/deadline.ts';
import type { Lease } from './claim-request.ts';
import { closing } from './closing.ts';
import type { Conclusion } from './conclusion.ts';
import type { Protocol } from './protocol.ts';

/**
 * What became of a lease holder's conclusion. `record` is the record as last known; `entry`, the
 * last entry written.
 */
export interface Completion {
  readonly kind:
    /** The conclusion is recorded. */
    | 'recorded'
    /** A later lease holder has recorded a result of the same request: that is the answer. */
    | 'superseded'
    /** Nothing final is recorded that this request could answer with. */
    | 'unknown';
  readonly record: IdempotencyRecord;
  readonly entry: AuditEntry;
}

/** The request that completes an operation. */
export interface CompletingRequest {
  readonly audit: AuditContext;
  /** When its answer must be sent. Milliseconds since the epoch. */
  readonly deadline: number;
}

/**
 * Records what a lease holder concluded: idempotency record and audit entry, in one transaction.
 * The answer is only what is recorded: a superseded lease holder answers from the record; with the
 * ledger unavailable, the outcome is not known.
 */
export async function complete(
  protocol: Protocol,
  request: CompletingRequest,
  lease: Lease,
  conclusion: Conclusion,
): Promise<Completion> {
  const { audit, deadline } = request;
  const { record, entry } = closing(protocol, audit, lease.record, conclusion);
  const { operationId, fence } = lease.record;
  try {
    const committing = protocol.ledger.commit({ kind: 'leased', operationId, fence }, record, [entry]);
    const result = await withDeadline(deadline - protocol.clock(), committing, ledgerTimeout);
    if (result.kind === 'committed') return { kind: 'recorded', record, entry };
    // A closing demands nothing of the state.
    return await superseded(protocol, request, lease, conclusion, result.kind === 'conflict' ? result.record : null);
  } catch (error) {
    // Whatever the effect was, its INTENT is recorded: the reconciler or the next request finds out
    // and closes it.
    protocol.log('error', 'The outcome of an operation could not be recorded.', { operationId, error: String(error) });
    return { kind: 'unknown', ...lease };
  }
}

/**
 * A later lease holder owns the record: the answer is what it recorded, not what EKS answered to
 * this one.
 */
async function superseded(
  trail: TrailWriter,
  request: CompletingRequest,
  lease: Lease,
  conclusion: Conclusion,
  record: IdempotencyRecord | null,
): Promise<Completion> {
  const isLate = conclusion.outcome === 'DONE';
  const entry = isLate ? await recordLateSuccess(trail, request, lease, conclusion) : lease.entry;
  const isSameRequest = record?.fingerprint === lease.record.fingerprint;
  const kind = isSameRequest && record.result ? 'superseded' : 'unknown';
  return { kind, record: record ?? lease.record, entry };
}

async function recordLateSuccess(
  trail: TrailWriter,
  { audit, deadline }: CompletingRequest,
  lease: Lease,
  { associationArn, eksRequestId }: Conclusion,
): Promise<AuditEntry> {
  const { operationId, fence } = lease.record;
  const message = 'EKS confirmed the change to this lease holder after another one had taken the operation over.';
  const details = { operationId, event: 'LATE_SUCCESS', fence, message, associationArn, eksRequestId } as const;
  const entry = makeEntry(trail, audit, details);
  await withDeadline(Math.max(deadline - trail.clock(), 1_000), trail.ledger.appendEntry(entry), ledgerTimeout);
  return entry;
}
