import type { Times } from '../idempotency/times.ts';
import type { ApprovalStore } from '../ledger/approvals.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { parseApprovalId } from '../model/approval.ts';
import type { Approval } from '../model/approval.ts';
import type { Association } from '../model/association.ts';
import { parseAuditEntryId } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Clock } from '../runtime/clock.ts';
import { readApproval } from './approvals.ts';
import { associationByArn } from './associations/describe.ts';
import { readOperation } from './trail/operation-view.ts';
import type { OperationView } from './trail/operation-view.ts';
import type { QueryResult } from './terms/query-result.ts';
import type { RequestContext } from './terms/request-context.ts';
import { readAuditEntry } from './trail/trail.ts';

/** An object with a global id, and the name of its GraphQL type. */
export type NodeObject =
  | ({ readonly __typename: 'PodIdentityAssociation' } & Association)
  | ({ readonly __typename: 'AuditEntry' } & AuditEntry)
  | ({ readonly __typename: 'Operation' } & OperationView)
  | ({ readonly __typename: 'Approval' } & Approval);

/** How the objects are read. */
interface NodeReads {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly times: Times;
  /** Null in a function that answers no requests. */
  readonly approvals: ApprovalStore | null;
}

/**
 * The object with a global id; the form of the id says what it is: the ARN of an association,
 * `<operation>.<entry>`, an operation's ULID, or the public id of an approval. Null if there is
 * none, or if the principal may not read it. Throws `LedgerUnavailable`.
 */
export async function readNode(
  reads: NodeReads,
  context: RequestContext,
  id: string,
): Promise<QueryResult<NodeObject | null>> {
  if (id.startsWith('arn:')) {
    const result = await associationByArn(context, id);
    return result.kind === 'ok' ? named('PodIdentityAssociation', result.value) : result;
  }
  if (parseApprovalId(id)) return named('Approval', await readApproval(reads, context, id));
  if (parseAuditEntryId(id)) return named('AuditEntry', await readAuditEntry(reads, context, id));
  return named('Operation', await readOperation(reads, context, id));
}

function named<Name extends string, Value extends object>(__typename: Name, value: Value | null) {
  return { kind: 'ok' as const, value: value && { __typename, ...value } };
}
