import { createHash } from 'node:crypto';
import type { AuditEntry } from '../src/model/audit.ts';
import type { Ledger, IdempotencyRecord } from '../src/ledger/ledger.ts';
import { end, trailOf } from './trail-entries.ts';

/**
 * Writes an audit trail with the ledger's commits: `size` entries per commit, `atOnce` commits in
 * parallel.
 */
export async function fill(name: string, ledger: Ledger, length: number, size: number, atOnce: number): Promise<void> {
  let writing: Promise<unknown>[] = [];
  let batch: AuditEntry[] = [];
  let written = 0;
  const write = (entries: AuditEntry[]) => ledger.commit({ kind: 'free', now: end }, recordOf(entries), entries);
  for (const entry of trailOf(length)) {
    batch.push(entry);
    written += 1;
    if (batch.length < size && written < length) continue;
    writing.push(write(batch));
    batch = [];
    if (writing.length < atOnce && written < length) continue;
    await Promise.all(writing);
    writing = [];
    if (written === length || written % 50_000 < size * atOnce) {
      process.stderr.write(`${name}: ${written} of ${length} entries\n`);
    }
  }
}

/** The idempotency record of a commit. */
function recordOf([entry]: readonly AuditEntry[]): IdempotencyRecord {
  if (!entry?.request) throw new Error('There is no entry of a change.');
  return {
    idempotencyKey: createHash('sha256').update(entry.entryId).digest('hex'),
    operation: entry.operation,
    operationId: entry.operationId,
    fence: 1,
    state: 'RELEASED',
    fingerprint: 'f'.repeat(64),
    startedAt: end,
    leaseUntil: end,
    inDoubtUntil: end,
    retainUntil: end,
    modifiedAtBefore: null,
    inDoubtOperationIds: [],
    result: null,
  };
}
