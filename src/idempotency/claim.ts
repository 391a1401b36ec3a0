import type { Expectation, IdempotencyRecord } from '../ledger/ledger.ts';
import { LedgerUnavailable } from '../ledger/ledger.ts';
import type { AuditEntry } from '../model/audit.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { workDeadline } from '../operations/mutation.ts';
import type { Call } from '../operations/mutation.ts';
import { createEntry, auditContextOf } from '../audit/entry.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { begunAgain, newRecord, takenOver, withDoubt } from './record.ts';

/** A token record in our hands, and the entry by which it came there. */
export interface Hold {
  readonly record: IdempotencyRecord;
  readonly entry: AuditEntry;
}

/** What became of a request's claim to its token. */
export type Begun =
  /** The operation is ours to carry out; its intent is recorded. */
  | { readonly kind: 'begun'; readonly hold: Hold }
  /** An earlier holder's operation is ours to find out about. */
  | { readonly kind: 'taken-over'; readonly hold: Hold }
  /** Answered before. */
  | { readonly kind: 'final'; readonly record: IdempotencyRecord }
  /** Somebody else is at it. */
  | { readonly kind: 'contended'; readonly record: IdempotencyRecord }
  /** The token belongs to other input. */
  | { readonly kind: 'token-reused'; readonly record: IdempotencyRecord };

/** A write that would give us the record, and what we would hold then. */
interface Claim {
  readonly kind: 'begun' | 'taken-over';
  readonly expected: Expectation;
  readonly hold: Hold;
}

/** Each round meets a record that somebody changed since the one before; so many in a row mean a crowd. */
const maxRounds = 4;

/**
 * Claims the token of a request: one transaction for a new one, with the intent. Where a record stands, it says what to
 * do; the write that follows demands that it still does. Throws `LedgerUnavailable`: then EKS must not be called.
 */
export async function begin(deps: Dependencies, call: Call): Promise<Begun> {
  let claim: Claim = claimFree(deps, call);
  for (let round = 1; ; round++) {
    const { expected, hold, kind } = claim;
    const leftMs = workDeadline(call) - deps.clock();
    const result = await withDeadline(leftMs, deps.ledger.commit(expected, hold.record, [hold.entry]));
    if (result.kind === 'committed') return { kind, hold };
    if (result.record === null) throw new LedgerUnavailable(new Error('A token record vanished while it was claimed.'));
    const next = met(deps, call, result.record, hold.record.fingerprint);
    if (!('expected' in next)) return next;
    if (round === maxRounds) return { kind: 'contended', record: result.record };
    claim = next;
  }
}

/** What a request does about the record that it met. */
function met(deps: Dependencies, call: Call, record: IdempotencyRecord, fingerprint: string): Begun | Claim {
  if (record.fingerprint !== fingerprint) return { kind: 'token-reused', record };
  switch (record.state) {
    case 'SUCCEEDED':
    case 'REFUSED':
      return { kind: 'final', record };
    case 'RELEASED':
      return claimReleased(deps, call, record);
    case 'IN_PROGRESS':
      return record.leaseUntil > deps.clock() ? { kind: 'contended', record } : claimExpired(deps, call, record);
  }
}

function claimFree(deps: Dependencies, call: Call): Claim {
  const record = newRecord(call, deps.ulid(call.startedAt), deps.times);
  return { kind: 'begun', expected: { kind: 'free', now: call.startedAt }, hold: withIntent(deps, call, record) };
}

function claimReleased(deps: Dependencies, call: Call, released: IdempotencyRecord): Claim {
  const { operationId, fence } = released;
  const record = begunAgain(released, newRecord(call, deps.ulid(call.startedAt), deps.times));
  return { kind: 'begun', expected: { kind: 'released', operationId, fence }, hold: withIntent(deps, call, record) };
}

function claimExpired(deps: Dependencies, call: Call, lapsed: IdempotencyRecord): Claim {
  const { operationId, fence } = lapsed;
  const now = deps.clock();
  const record = takenOver(lapsed, now, deps.times);
  const message = 'The holder of this operation did not finish it; another request with the same token took it over.';
  const details = { operationId, event: 'TAKEN_OVER', fence: record.fence, message } as const;
  const entry = createEntry(deps, auditContextOf(call), details);
  return { kind: 'taken-over', expected: { kind: 'lease-expired', operationId, fence, now }, hold: { record, entry } };
}

/**
 * Closes a taken-over operation that is certainly over and shows no effect, and begins the next one, in one
 * transaction. Null when another holder was faster.
 */
export async function beginAnew(
  deps: Dependencies,
  call: Call,
  held: IdempotencyRecord,
  closing: AuditEntry,
): Promise<Hold | null> {
  const { operationId, fence } = held;
  const record = begunAgain(withDoubt(held), newRecord(call, deps.ulid(call.startedAt), deps.times));
  const hold = withIntent(deps, call, record);
  const committing = deps.ledger.commit({ kind: 'leased', operationId, fence }, record, [closing, hold.entry]);
  const result = await withDeadline(workDeadline(call) - deps.clock(), committing);
  return result.kind === 'committed' ? hold : null;
}

function withIntent(deps: Dependencies, call: Call, record: IdempotencyRecord): Hold {
  const { operationId, fence } = record;
  return { record, entry: createEntry(deps, auditContextOf(call), { operationId, event: 'INTENT', fence }) };
}
