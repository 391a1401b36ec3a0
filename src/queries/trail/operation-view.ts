import type { OperationStatus } from '../../generated/types.ts';
import { retryAfterSeconds } from '../../idempotency/record.ts';
import { inDoubtUntil } from '../../idempotency/times.ts';
import { decodeTime } from 'ulid';
import type { Times } from '../../idempotency/times.ts';
import { firstEntries, noFilters } from '../../ledger/ledger.ts';
import type { TrailPage } from '../../ledger/ledger.ts';
import { isTrailPosition } from '../../ledger/trail-position.ts';
import type { OperationReader, TrailReader } from '../../ledger/trail.ts';
import { closingEvents, isClosing } from '../../model/audit-event.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { UsedApproval } from '../../model/approval-vote.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { isOperation } from '../../model/operation.ts';
import type { OperationKind } from '../../model/operation.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { RequestContext } from '../terms/request-context.ts';
import type { AuthorizeRead } from '../terms/authorize-read.ts';
import { readableEntries } from './authorization.ts';

/** What the entries of an operation that a principal may read show of it. */
export interface OperationView {
  readonly operationId: string;
  readonly kind: OperationKind;
  readonly status: OperationStatus;
  readonly target: AuditEntry['target'];
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  /** RFC 3339, UTC; null while it is in progress. */
  readonly completedAt: string | null;
  readonly associationArn: string | null;
  /** Public id of the approval that it used; null without one. */
  readonly approvalId: string | null;
  readonly refusalCode: AuditEntry['refusalCode'];
  readonly message: string | null;
  /** Whole seconds, at least 1; null unless it is in progress. */
  readonly retryAfterSeconds: number | null;
  /** Oldest first. */
  readonly entries: readonly AuditEntry[];
}

/**
 * Events of other requests with the operation's token, which say nothing about the operation
 * itself.
 */
const foreignEvents: readonly AuditEvent[] = ['REPLAYED', 'CONTENDED', 'TOKEN_REUSED'];

/** Events of requests that were refused before an operation began. */
const refusedEvents: readonly AuditEvent[] = ['INVALID', 'DENIED'];

/** How the entries of an operation are read, and the times of its lease. */
interface OperationReads {
  readonly ledger: OperationReader & TrailReader;
  readonly clock: Clock;
  readonly times: Times;
}

/**
 * An operation as far as the principal may read its entries. Null if there is none, if its first
 * entry may not be read, and for a dry run, the warning of an expiry, a read of the trail or a
 * lock. Costs a read of its first entry, and, if that is readable, a read of the others; further
 * ones only if the token was sent 100 times before the operation was closed. Read once, however
 * often a request selects it. Throws `LedgerUnavailable`.
 */
export function readOperation(
  reads: OperationReads,
  { authorizeRead, once }: Pick<RequestContext, 'authorizeRead' | 'once'>,
  operationId: string,
): Promise<OperationView | null> {
  return once(`operation ${operationId}`, () => viewOf(reads, authorizeRead, operationId));
}

async function viewOf(
  reads: OperationReads,
  authorizeRead: AuthorizeRead,
  operationId: string,
): Promise<OperationView | null> {
  if (!isTrailPosition(operationId)) return null;
  const all = await entriesIfReadable(reads.ledger, authorizeRead, operationId);
  const entries = readableEntries(authorizeRead, all);
  const own = entries.filter(({ event }) => !foreignEvents.includes(event));
  const [first] = own;
  const last = own.at(-1);
  // The first entry names the principal of the operation; without it, the others could be of a
  // reused token.
  if (first === undefined || last === undefined || first.entryId !== all[0]?.entryId) return null;
  if (first.event === 'CHECKED' || first.event === 'EXPIRY_WARNED') return null;
  const { operation: kind } = first;
  if (!isOperation(kind)) return null;
  const isOnFirstPage = all.length < firstEntries.limit;
  const closing =
    own.find(({ event }) => isClosing(event) || refusedEvents.includes(event)) ??
    (isOnFirstPage ? undefined : await closingEntryOf(reads.ledger, operationId));
  const status = closing ? statusOf(closing.event) : 'IN_PROGRESS';
  const { refusalCode, message } = closing ?? last;
  return {
    operationId,
    kind,
    status,
    target: first.target,
    startedAt: first.time,
    completedAt: closing?.time ?? null,
    associationArn: (closing ?? last).associationArn,
    approvalId: own.map(usedApprovalOf).findLast((one) => one !== undefined)?.approvalId ?? null,
    refusalCode,
    message,
    retryAfterSeconds: status === 'IN_PROGRESS' ? secondsToWait(reads, own) : null,
    entries,
  };
}

/** The approval that lifted the forbids on the request or on the delete that its expiry is. */
function usedApprovalOf({ decision, deleteDecision }: AuditEntry): UsedApproval | undefined {
  return decision?.approval ?? deleteDecision?.approval;
}

/**
 * The first entries of an operation; only the first one if it is not readable, because it decides
 * whether the operation is.
 */
async function entriesIfReadable(
  ledger: OperationReader,
  authorizeRead: AuthorizeRead,
  operationId: string,
): Promise<readonly AuditEntry[]> {
  const first = await ledger.operationEntries(operationId, { limit: 1 });
  const [{ entryId: after } = { entryId: null }] = readableEntries(authorizeRead, first);
  if (after === null) return first;
  return [...first, ...(await ledger.operationEntries(operationId, { limit: firstEntries.limit - 1, after }))];
}

/** How many pages of an operation are searched: 1,000 entries each. */
const maxPages = 10;

/**
 * The entry that closes an operation, also with more entries than one page: those of its other lease
 * holders and of contended requests.
 */
export async function closingEntryOf(ledger: TrailReader, operationId: string) {
  const query = {
    ...noFilters,
    partition: { kind: 'operation', operationId },
    events: closingEvents,
    limit: 1,
  } as const;
  let before: string | null = null;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page: TrailPage = await ledger.readTrail({ ...query, before });
    const [entry] = page.entries;
    if (entry || page.next === null) return entry;
    before = page.next;
  }
  return undefined;
}

/** The status of an operation that this event closed. */
export function statusOf(closing: AuditEvent): OperationStatus {
  return closing === 'SUCCEEDED' || closing === 'RELEASED' ? closing : 'REFUSED';
}

/**
 * As the mutation itself would answer, computed from the entries that the record's lease was
 * written with.
 */
function secondsToWait({ clock, times }: OperationReads, own: readonly AuditEntry[]): number {
  const [first] = own;
  const last = own.at(-1);
  if (first === undefined || last === undefined) throw new Error('An operation has no entries.');
  // The id of an operation contains the time at which it started.
  const startedAt = decodeTime(first.operationId);
  const leaseUntil = last.event === 'UNKNOWN' ? 0 : Date.parse(last.time) + times.leaseMs;
  return retryAfterSeconds({ startedAt, leaseUntil, inDoubtUntil: inDoubtUntil(startedAt, times) }, clock());
}
