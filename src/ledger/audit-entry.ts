import { randomBytes } from 'node:crypto';
import { decodeTime } from 'ulid';
import { boundedEntry, briefEntry } from './entry-size.ts';
import { withHidden } from './hidden-entry.ts';
import type { HiddenAssociation } from './hidden-entry.ts';
import { firstEntries } from './ledger.ts';
import type { EntryAppender, OperationReader } from './trail.ts';
import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import { expiryOf } from '../model/approval.ts';
import type { Approval } from '../model/approval.ts';
import { repairPrefix } from '../model/audit.ts';
import type { AuditContext, AuditEntry } from '../model/audit.ts';
import type { AuditedOperation } from '../model/operation.ts';
import type { RecordPrincipal, RequestIdentity } from '../model/principal.ts';
import type { Clock, NewUlid } from '../runtime/clock.ts';

/** What entries say of an approval. */
type EntryApproval = Pick<Approval, 'key' | 'binding' | 'decideUntil' | 'useUntil'>;

/** What happened. A field that is left out is null in the entry. */
export interface AuditEventDetails extends Pick<AuditEntry, 'operationId' | 'event'> {
  readonly fence?: number;
  readonly refusalCode?: AuditEntry['refusalCode'];
  readonly message?: string | null;
  readonly associationArn?: string | null;
  readonly eksRequestId?: string | null;
  /** Whether the entry has at most 1 KB: that of a principal without permits. */
  readonly isBrief?: boolean;
  /** What the principal may not know, and the stored entry says. */
  readonly hidden?: HiddenAssociation | null;
  readonly cluster?: ClusterRef;
  /** The approval that the entry is about, as it is afterwards. */
  readonly approval?: EntryApproval;
  readonly isOwnRequest?: boolean;
  readonly erasedEntries?: readonly string[];
}

/** What new entries are stamped with: the time, and an id that sorts by it. */
export interface Stamps {
  readonly clock: Clock;
  readonly ulid: NewUlid;
}

/** The trail, and what entries are stamped with that are added to it. */
export interface TrailWriter extends Stamps {
  readonly ledger: EntryAppender;
}

/** Bytes of the salt of personal data: too many to be guessed. */
const saltBytes = 16;

/** Creates an entry with the current time, within the size of an entry. */
export function makeEntry(stamps: Stamps, context: AuditContext, details: AuditEventDetails): AuditEntry {
  const entryId = stamps.ulid(stamps.clock());
  const { fence = null, refusalCode = null, message = null, associationArn = null, eksRequestId = null } = details;
  const bounded = details.isBrief === true ? briefEntry : boundedEntry;
  return bounded({
    ...context,
    entryId,
    operationId: details.operationId,
    time: new Date(decodeTime(entryId)).toISOString(),
    event: details.event,
    refusalCode,
    message,
    // Every entry about an existing association names it.
    associationArn: associationArn ?? context.before?.associationArn ?? null,
    eksRequestId,
    omitted: [],
    fence,
    ...(details.cluster === undefined ? {} : { cluster: details.cluster }),
    ...(details.approval === undefined ? {} : approvalFieldsOf(details.approval)),
    ...(details.isOwnRequest === true ? { isOwnRequest: true } : {}),
    ...(details.erasedEntries === undefined ? {} : { erasedEntries: details.erasedEntries }),
    personal: { salt: randomBytes(saltBytes).toString('base64url') },
  });
}

function approvalFieldsOf({
  key,
  binding,
  ...times
}: EntryApproval): Pick<AuditEntry, 'approvalKey' | 'approvalTerms'> {
  const needs = binding.needs.map(({ group, count }) => ({ group, count }));
  return { approvalKey: key, approvalTerms: { needs, expiresAt: new Date(expiryOf(times)).toISOString() } };
}

/** Who repairs a state, and the fence of the lease under which they do. */
export interface Repairer {
  readonly id: string;
  readonly fence: number;
}

/** The entry of a repair of a state. `message` is one sentence that says why. */
export function repairEntry(
  stamps: Stamps,
  target: AssociationTarget,
  { id, fence }: Repairer,
  message: string,
): AuditEntry {
  const operationId = `${repairPrefix}${stamps.ulid(stamps.clock())}`;
  const principal = { id, kind: 'SERVICE', groups: [], otherGroups: null, sessionName: null } as const;
  const context: AuditContext = {
    operation: 'OBSERVE_ASSOCIATION',
    request: null,
    principal,
    actor: null,
    onBehalfOf: null,
    sourceAddress: null,
    userAgent: id,
    apiRequestId: operationId,
    reason: null,
    target,
    before: null,
    decision: null,
    invalidInput: null,
    findings: [],
  };
  return makeEntry(stamps, context, { operationId, event: 'STATE_REPAIRED', fence, message });
}

/**
 * Creates an entry and appends it to the trail. Returns what its principal may know of it. Throws
 * `LedgerUnavailable`.
 */
export async function recordEntry(
  trail: TrailWriter,
  context: AuditContext,
  details: AuditEventDetails,
): Promise<AuditEntry> {
  const entry = makeEntry(trail, context, details);
  await trail.ledger.appendEntry(details.hidden ? withHidden(entry, details.hidden) : entry);
  return entry;
}

/** The entry with which an operation began; null if there is none. Throws `LedgerUnavailable`. */
export function findIntent(ledger: OperationReader, operationId: string): Promise<AuditEntry | null> {
  return findEntry(ledger, operationId, ({ event }) => event === 'INTENT');
}

/**
 * The oldest entry of an operation that is sought; null if there is none. Throws
 * `LedgerUnavailable`.
 */
export async function findEntry(
  ledger: OperationReader,
  operationId: string,
  isSought: (entry: AuditEntry) => boolean,
): Promise<AuditEntry | null> {
  for (let after: string | null = null; ;) {
    // In the first page, except where another process whose clock is slow appended a page full of
    // entries.
    const entries = await ledger.operationEntries(operationId, { after });
    const found = entries.find(isSought);
    if (found !== undefined) return found;
    if (entries.length < firstEntries.limit) return null;
    after = entries.at(-1)?.entryId ?? null;
  }
}

/** The audit context of a request before its input was validated. */
export function auditContextOf(
  { recordPrincipal }: { readonly recordPrincipal: RecordPrincipal },
  operation: AuditedOperation,
  identity: RequestIdentity,
): AuditContext {
  return {
    operation,
    principal: recordPrincipal(identity.principal),
    actor: identity.actor && recordPrincipal(identity.actor),
    onBehalfOf: null,
    sourceAddress: identity.sourceAddress,
    userAgent: identity.userAgent,
    apiRequestId: identity.apiRequestId,
    target: null,
    request: null,
    before: null,
    invalidInput: null,
    findings: [],
    reason: null,
    decision: null,
  };
}

/**
 * The audit context of what the reconciler does for an abandoned operation: the operation's own, as
 * its INTENT recorded it, sent by the reconciler. `runId` names the reconciler's run.
 */
export function auditContextOfReconciler(intent: AuditEntry, runId: string): AuditContext {
  // The fields that say what happened are set by makeEntry.
  return { ...intent, sourceAddress: null, userAgent: reconciler, apiRequestId: runId };
}

/** The id of the reconciler in entries. */
export const reconciler = 'pod-identity-gateway/reconciler';
