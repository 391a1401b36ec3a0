import type { TokenRecord } from '../ledger/ledger.ts';
import type { Association } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { RequestStatus } from '../model/outcome.ts';
import type { Refusal } from '../model/refusal.ts';
import type { Requester } from '../audit/entry.ts';
import type { Parts } from './dependencies.ts';
import { retryAfterSeconds } from '../idempotency/record.ts';

/** What a mutation answers. */
export interface Answer {
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
export function recorded(who: Requester, record: TokenRecord, entry: AuditEntry): Answer {
  const { association = null, refusal = null } = record.answer ?? {};
  const status = association ? 'SUCCEEDED' : 'REFUSED';
  return { ...answerBase(who, status, entry), association, refusal, replayed: true };
}

/** Not known yet, or somebody else is at it. */
export function inProgress(parts: Parts, who: Requester, record: TokenRecord, entry: AuditEntry): Answer {
  const seconds = retryAfterSeconds(record, parts.clock());
  return { ...answerBase(who, 'IN_PROGRESS', entry), retryAfterSeconds: seconds };
}

/** An answer without particulars. */
export function answerBase(who: Requester, status: RequestStatus, auditEntry: AuditEntry): Answer {
  const { clientRequestToken } = who;
  const none = { association: null, refusal: null, retryAfterSeconds: null, replayed: false };
  return { ...none, status, clientRequestToken, auditEntry };
}
