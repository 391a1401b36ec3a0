import type { IdempotencyRecord } from '../ledger/ledger.ts';
import type { Association } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { RequestStatus } from '../model/outcome.ts';
import type { Refusal } from '../model/refusal.ts';
import type { Requester } from '../audit/entry.ts';
import type { Dependencies } from './dependencies.ts';
import { retryAfterSeconds } from '../idempotency/record.ts';

/** What a mutation answers. */
export interface MutationResult {
  readonly status: RequestStatus;
  /** Set exactly when SUCCEEDED. */
  readonly association: Association | null;
  /** Set exactly when REFUSED. */
  readonly refusal: Refusal | null;
  /** Whole seconds, at least 1; null where waiting brings nothing. */
  readonly retryAfterSeconds: number | null;
  /** True when the answer was read back from the token's record. */
  readonly replayed: boolean;
  /** Null when the caller's was invalid. */
  readonly clientRequestToken: string | null;
  /** The last entry that this request added to the trail. */
  readonly auditEntry: AuditEntry;
}

/** The answer that a final record keeps. */
export function recorded(who: Requester, record: IdempotencyRecord, entry: AuditEntry): MutationResult {
  const { association = null, refusal = null } = record.result ?? {};
  const status = association ? 'SUCCEEDED' : 'REFUSED';
  return { ...resultBase(who, status, entry), association, refusal, replayed: true };
}

/** Not known yet, or somebody else is at it. */
export function inProgress(
  deps: Dependencies,
  who: Requester,
  record: IdempotencyRecord,
  entry: AuditEntry,
): MutationResult {
  const seconds = retryAfterSeconds(record, deps.clock());
  return { ...resultBase(who, 'IN_PROGRESS', entry), retryAfterSeconds: seconds };
}

/** An answer without particulars. */
export function resultBase(who: Requester, status: RequestStatus, auditEntry: AuditEntry): MutationResult {
  const { clientRequestToken } = who;
  const none = { association: null, refusal: null, retryAfterSeconds: null, replayed: false };
  return { ...none, status, clientRequestToken, auditEntry };
}
