import type { Association, AssociationTarget, MutationRequest } from './association.ts';
import type { Decision } from './decision.ts';
import type { Principal } from './principal.ts';
import type { Finding, RefusalCode } from './refusal.ts';

/** What was asked for. */
export type OperationKind =
  'CREATE_POD_IDENTITY_ASSOCIATION' | 'UPDATE_POD_IDENTITY_ASSOCIATION' | 'DELETE_POD_IDENTITY_ASSOCIATION';

/** What happened. Each value is described in `schema.graphql`. */
export type AuditEvent =
  | 'INVALID'
  | 'DENIED'
  | 'CHECKED'
  | 'INTENT'
  | 'SUCCEEDED'
  | 'REFUSED'
  | 'RELEASED'
  | 'UNKNOWN'
  | 'TAKEN_OVER'
  | 'REPLAYED'
  | 'CONTENDED'
  | 'TOKEN_REUSED'
  | 'LATE';

/** The events of which an operation that began has exactly one, its last word. */
const closingEvents: readonly AuditEvent[] = ['SUCCEEDED', 'REFUSED', 'RELEASED'];

/** True for the last word on an operation. */
export function isClosing(event: AuditEvent): boolean {
  return closingEvents.includes(event);
}

/** One line of the trail: plain JSON, written once and never changed. */
export interface AuditEntry {
  /** A ULID: sorts by time, and by order within one process. Its public id is `<operationId>.<entryId>`. */
  readonly entryId: string;
  /** Shared by all entries of one operation; stands in the association's ownership tag. A ULID. */
  readonly operationId: string;
  /** RFC 3339, UTC, milliseconds: the same instant as in `entryId`. */
  readonly time: string;
  readonly event: AuditEvent;
  readonly operation: OperationKind;
  readonly principal: Principal;
  readonly actor: Principal | null;
  /** The person whom a service named: a claim, never a grant. */
  readonly onBehalfOf: string | null;
  readonly sourceAddress: string | null;
  readonly userAgent: string | null;
  readonly apiRequestId: string;
  /** Null when the input was invalid. */
  readonly target: AssociationTarget | null;
  /** The canonical request; null when the input was invalid. */
  readonly request: MutationRequest | null;
  /** The association as it was before; null for a create, and where there was none. */
  readonly before: Association | null;
  /** The input as it came, its values cut to 256 characters; only when it was invalid. */
  readonly invalidInput: unknown;
  /** The broken rules; empty unless the input was invalid. */
  readonly findings: readonly Finding[];
  /** The caller's words. */
  readonly reason: string | null;
  /** Null when none was reached. */
  readonly decision: Decision | null;
  readonly refusalCode: RefusalCode | null;
  /** What the caller was told, or what was learned. */
  readonly message: string | null;
  /** Set once known. */
  readonly associationArn: string | null;
  /** Joins CloudTrail. */
  readonly eksRequestId: string | null;
  /** Number of the token's holder; null where no token record was touched. */
  readonly fence: number | null;
}

/** The public id of an entry, which leads to its key. */
export function auditEntryId(entry: Pick<AuditEntry, 'operationId' | 'entryId'>): string {
  return `${entry.operationId}.${entry.entryId}`;
}

/** Length of a ULID in characters. */
const ulidLength = 26;

/** Takes a public id apart. Null when it can't be the id of an entry. */
export function parseAuditEntryId(id: string): { operationId: string; entryId: string } | null {
  const [operationId, entryId, ...more] = id.split('.');
  if (operationId?.length !== ulidLength || entryId?.length !== ulidLength || more.length > 0) return null;
  return { operationId, entryId };
}
