import type { Association, AssociationTarget } from './association.ts';
import type { AuditEvent } from './audit-event.ts';
import type { Decision } from './decision.ts';
import type { OperationKind, RequestedOperation } from './operation.ts';
import type { RefusalCode } from './outcome.ts';
import type { Principal } from './principal.ts';
import type { Finding } from './refusal.ts';

/** Who requested something, from where and why. */
interface Circumstances {
  readonly principal: Principal;
  readonly actor: Principal | null;
  /** The person named by a service: a claim that grants nothing. */
  readonly onBehalfOf: string | null;
  readonly sourceAddress: string | null;
  readonly userAgent: string | null;
  readonly apiRequestId: string;
  /** The reason given with the request. */
  readonly reason: string | null;
}

/** What is known of a request's subject; each field is null until it is known. */
interface Subject {
  readonly target: AssociationTarget | null;
  /** The association before the operation; null for a create, and where there was none. */
  readonly before: Association | null;
  /** The input as received, its values cut to 256 characters; only when it was invalid. */
  readonly invalidInput: unknown;
  /** The broken rules; empty unless the input was invalid. */
  readonly findings: readonly Finding[];
  readonly decision: Decision | null;
}

/** The operation, with its canonical request unless the input was invalid. */
type RecordedOperation = RequestedOperation | { readonly operation: OperationKind; readonly request: null };

/** What every audit entry of a request says, whatever happened: who requested what. */
export type AuditContext = Circumstances & Subject & RecordedOperation;

/** What happened. */
interface AuditEventFields {
  /** A ULID: sorts by time, and by order of writing within one process. The public id is `<operationId>.<entryId>`. */
  readonly entryId: string;
  /** Shared by all entries of one operation; the association's ownership tag holds it. A ULID. */
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
  /** Paths of the parts that were left out or shortened because the entry would have been too large; usually empty. */
  readonly omitted: readonly string[];
  /** Fence of the lease holder that wrote the entry; null where no idempotency record was involved. */
  readonly fence: number | null;
}

/** One entry of the audit trail: plain JSON, written once and never changed. */
export type AuditEntry = AuditContext & AuditEventFields;

/** The public id of an entry, from which its key can be read. */
export function auditEntryId(entry: Pick<AuditEntry, 'operationId' | 'entryId'>): string {
  return `${entry.operationId}.${entry.entryId}`;
}

/** Length of a ULID in characters. */
const ulidLength = 26;

/** Parses a public id; null when it can't be the id of an entry. */
export function parseAuditEntryId(id: string): { operationId: string; entryId: string } | null {
  const [operationId, entryId, ...more] = id.split('.');
  if (operationId?.length !== ulidLength || entryId?.length !== ulidLength || more.length > 0) return null;
  return { operationId, entryId };
}
