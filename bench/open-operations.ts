import { ulid } from 'ulid';
import { inDoubtUntil, defaultTimes } from '../src/idempotency/times.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { auditEntry, openRecord, request } from '../test/support/ledger-samples.ts';

/** Where an abandoned create was, and when. */
export interface Abandoned {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * Writes what a create leaves whose process ends before EKS answers: its INTENT and a record in
 * progress. Returns its operation.
 */
export async function writeAbandoned(ledger: Ledger, { startedAt, ...place }: Abandoned): Promise<string> {
  const operationId = ulid(startedAt);
  const create = request(place);
  const record = openRecord({
    operationId,
    startedAt,
    leaseUntil: startedAt + defaultTimes.leaseMs,
    inDoubtUntil: inDoubtUntil(startedAt, defaultTimes),
  });
  const intent = auditEntry({ operationId, request: create, target: create });
  const { kind } = await ledger.commit({ kind: 'free', now: startedAt }, record, [intent]);
  if (kind !== 'committed') throw new Error('An abandoned operation was not written.');
  return operationId;
}
