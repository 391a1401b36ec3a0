import type { Association, AssociationTarget, ClusterRef } from './association.ts';
import type { AuditEvent } from './audit-event.ts';
import type { Decision } from './decision.ts';
import type { AuditedOperation, RequestedOperation } from './operation.ts';
import type { RefusalCode } from './outcome.ts';
import type { RecordedPrincipal } from './principal.ts';
import type { Finding } from './finding.ts';

/** Who requested something, from where and why. */
interface Circumstances {
  readonly principal: RecordedPrincipal;
  readonly actor: RecordedPrincipal | null;
  /**
   * The person named by a service: a claim that grants nothing and can deny, see
   * `InventorySlice.person`.
   */
  readonly onBehalfOf: string | null;
  readonly sourceAddress: string | null;
  readonly userAgent: string | null;
  readonly apiRequestId: string;
  /** The reason given with the request. */
  readonly reason: string | null;
  /**
   * The name of the declaration that made the request. Absent without one: few requests have it,
   * and brief entries have no room.
   */
  readonly declaration?: string;
}

/** An input that was not valid, without its values, which can be secrets or have megabytes. */
export interface InvalidInputSummary {
  /**
   * SHA-256 (hex) of the input as JSON with sorted keys: equal for equal inputs. Null if it has
   * over 10 million characters.
   */
  readonly sha256: string | null;
  /** Size of that JSON in bytes; null where `sha256` is. */
  readonly bytes: number | null;
  /** The fields that were given: characters of a string, items of a list, null for other values. */
  readonly fields: Readonly<Record<string, number | null>>;
  /** How many findings there were. */
  readonly findingCount: number;
}

/** Who asked for what, of a valid request. */
export type RecordedSubject = Pick<
  AuditContext,
  'principal' | 'actor' | 'onBehalfOf' | 'reason' | 'declaration' | 'target' | 'before' | 'operation' | 'request'
>;

/** What an entry says of an invalid input. */
export interface RecordedInvalidInput {
  /** Null if the input was valid. */
  readonly invalidInput: InvalidInputSummary | null;
  /** The first 10 broken rules, their texts cut to 300 characters; empty if the input was valid. */
  readonly findings: readonly Finding[];
}

/** An expiry of an association: when it ends, and the operation that set that. */
export interface RecordedExpiry {
  readonly associationId: string;
  /** RFC 3339, UTC. */
  readonly expiresAt: string;
  readonly setBy: string;
}

/**
 * What a request was judged by that sets an expiry of an existing association. Absent in other
 * entries.
 */
export interface JudgedExpiry {
  /**
   * The expiry that the service account had, which the operation demands when it begins; null:
   * none. Stored under this name.
   */
  readonly endingBefore?: RecordedExpiry | null;
  /**
   * The decision about the delete that such a request is: at the expiry, of the association as it
   * is then. Absent if the association ends no earlier by it than before.
   */
  readonly deleteDecision?: Decision;
}

/** What a change of tags was judged by. Absent in other entries. */
export interface JudgedTags {
  /**
   * What was known of the association when its tags were read, which the operation demands when it
   * begins.
   */
  readonly tagsKnown?: KnownVersion;
}

/** What the state of a service account had of an association before its tags were changed. */
export interface KnownVersion {
  /** The operation that set the known tags last; null: none did. */
  readonly setBy: string | null;
  /**
   * The public revision of the state: another one means that the association changed since, or may
   * have. Absent: an earlier version of the gateway read it.
   */
  readonly publicRevision?: number;
  /** Who made the version whose tags are changed, which stays so; null: that is not known. */
  readonly origin: 'OPERATION' | 'ADOPTED' | 'ADD_ON' | 'OUTSIDE' | null;
  readonly operationId: string | null;
  readonly declaration: string | null;
}

/** What is known of a request's subject; each field is null until it is known. */
interface Subject extends RecordedInvalidInput, JudgedExpiry, JudgedTags {
  readonly target: AssociationTarget | null;
  /** The association before the operation; null for a create, and where there was none. */
  readonly before: Association | null;
  readonly decision: Decision | null;
}

/**
 * The operation, with its canonical request; without one if the input was invalid, for a read of
 * the trail, and for a lock.
 */
type RecordedOperation = RequestedOperation | { readonly operation: AuditedOperation; readonly request: null };

/** What every audit entry of a request says, whatever happened: who requested what. */
export type AuditContext = Circumstances & Subject & RecordedOperation;

/** What approvers are told of an approval: who has to approve it, and until when it can be used. */
interface ApprovalTerms {
  readonly needs: readonly { readonly group: string; readonly count: number }[];
  /** Until when it can be approved or, once it is approved, used: RFC 3339, UTC. */
  readonly expiresAt: string;
}

/** What happened. */
interface AuditEventFields {
  /**
   * A ULID: sorts by time, and by order of writing within one process. The public id is
   * `<operationId>.<entryId>`.
   */
  readonly entryId: string;
  /**
   * Shared by all entries of one operation; the association's ownership tag holds it. A ULID; with
   * {@link lockPrefix} before it for a change of locks, whose earlier entries lack the prefix, with
   * {@link driftPrefix} for drift, with {@link approvalPrefix} for an approval, with
   * {@link repairPrefix} for a repair, with {@link clusterPrefix} for a cluster that is gone, and with
   * {@link erasurePrefix} for an erasure.
   */
  readonly operationId: string;
  /** RFC 3339, UTC, milliseconds: the same instant as in `entryId`. */
  readonly time: string;
  readonly event: AuditEvent;
  readonly refusalCode: RefusalCode | null;
  /** One sentence for people: the answer given, or what was learned. */
  readonly message: string | null;
  /** Null until known. */
  readonly associationArn: string | null;
  /** EKS's request id, as in CloudTrail. */
  readonly eksRequestId: string | null;
  /**
   * Paths of the parts that were left out or shortened because the entry would have been too large;
   * usually empty.
   */
  readonly omitted: readonly string[];
  /**
   * Fence of the lease holder that wrote the entry, of drift the revision of the state that it was
   * written with, of an approval its revision; null where there was no lease.
   */
  readonly fence: number | null;
  /** The cluster of an entry that is about a whole cluster; absent for other entries. */
  readonly cluster?: ClusterRef;
  /** Key of the approval that the entry is about; absent for other entries. */
  readonly approvalKey?: string;
  /** Of an entry of an approval, for its event; absent for other entries, and in earlier ones. */
  readonly approvalTerms?: ApprovalTerms;
  /** Set on the approval that a person gave to a request of their own (break-glass). */
  readonly isOwnRequest?: true;
  /** Public ids of the entries whose personal data an operator erases; absent for other entries. */
  readonly erasedEntries?: readonly string[];
  /**
   * How the personal data of the entry are stored. Absent in entries of earlier versions, whose
   * text has them.
   */
  readonly personal?: PersonalData;
}

/**
 * The salt of the personal data that an entry has; or what is left of those that were erased: their
 * SHA-256 (hex), by the entry that it is of.
 */
type PersonalData = { readonly salt: string } | { readonly entryId: string; readonly sha256: string };

/** One entry of the audit trail: plain JSON, written once. Only its personal data can be erased. */
export type AuditEntry = AuditContext & AuditEventFields;

/** Whether the personal data of an entry were erased. */
export function isErased({ personal }: Pick<AuditEntry, 'personal'>): boolean {
  return personal !== undefined && Object.hasOwn(personal, 'sha256');
}

/** The public id of an entry, from which its key can be read. */
export function auditEntryId(entry: Pick<AuditEntry, 'operationId' | 'entryId'>): string {
  return `${entry.operationId}.${entry.entryId}`;
}

/**
 * What the operation id of the entries of locks begins with. It is a part of their key in the audit
 * table by which IAM policies select them: operators may add these entries and no others.
 */
export const lockPrefix = 'lock-';

/** As {@link lockPrefix}, for the entries of drift: scans may add these and no others. */
export const driftPrefix = 'drift-';

/** As {@link lockPrefix}, for the entries of approvals. */
export const approvalPrefix = 'approval-';

/** As {@link driftPrefix}, for the entries of repairs of states. */
export const repairPrefix = 'repair-';

/** As {@link driftPrefix}, for the entries of clusters that are gone. */
export const clusterPrefix = 'cluster-';

/** As {@link lockPrefix}, for the entries of erasures. */
export const erasurePrefix = 'erasure-';

const prefixes = [lockPrefix, driftPrefix, approvalPrefix, repairPrefix, clusterPrefix, erasurePrefix];

/** The ULID of an operation id. */
export function ulidOf(operationId: string): string {
  const prefix = prefixes.find((one) => operationId.startsWith(one)) ?? '';
  return operationId.slice(prefix.length);
}

/** Length of a ULID in characters. */
const ulidLength = 26;

/** Parses a public id; null when it can't be the id of an entry. */
export function parseAuditEntryId(id: string): { operationId: string; entryId: string } | null {
  const [operationId = '', entryId, ...more] = id.split('.');
  if (ulidOf(operationId).length !== ulidLength || entryId?.length !== ulidLength || more.length > 0) return null;
  return { operationId, entryId };
}
