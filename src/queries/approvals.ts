import type { ApprovalScope, QueryApprovalsArgs } from '../generated/types.ts';
import {
  isApprovalPosition,
  parsePosition,
  positionIn,
  positionText,
  requestedPosition,
} from '../ledger/stored/approval-page.ts';
import type { ApprovalPage, ApprovalPartition, ApprovalStore } from '../ledger/approvals.ts';
import { ledgerTimeout } from '../ledger/ledger.ts';
import { expiryOf, parseApprovalId } from '../model/approval.ts';
import type { Approval } from '../model/approval.ts';
import type { Finding } from '../model/refusal.ts';
import { missingOf } from '../operations/approvals/refusals.ts';
import { requireApprovals } from '../operations/terms/dependencies.ts';
import type { Clock } from '../runtime/clock.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { resolveCluster } from '../validation/names.ts';
import type { ClusterDefaults } from '../validation/names.ts';
import { firstFindings, firstOf, invalidCursor } from '../validation/paging.ts';
import type { Connection, Filters } from '../validation/paging.ts';
import type { QueryResult } from './terms/query-result.ts';
import type { RequestContext } from './terms/request-context.ts';
import { parseScope } from './trail/scope.ts';

/** How many approvals one page examines. */
const maxExamined = 200;

/** Who sees approvals. */
type Reader = Pick<RequestContext, 'identity' | 'authorizeRead' | 'mayApproveFor'>;

/**
 * Whether a principal may see an approval: one who asked for it, also as the actor; who may read
 * the trail in which its entries are; or who may approve for any of its needs, if only with a
 * comment.
 */
function maySeeApproval({ identity, authorizeRead, mayApproveFor }: Reader, approval: Approval): boolean {
  const { principal, actor, target } = approval.requested;
  if ([principal.id, actor?.id].includes(identity.principal.id)) return true;
  const { accountId, region, clusterName, namespace } = target;
  const scopes = [{ kind: 'namespace', accountId, region, clusterName, namespace }, { kind: 'gateway' }] as const;
  return (
    scopes.some((scope) => authorizeRead({ action: 'ReadAuditTrail', scope }).allowed) ||
    mayApproveFor(approval).length > 0
  );
}

/**
 * Whether a principal may approve, and its vote would count for a need: one that lacks approvals,
 * and for which the principal has not voted. Decided with whether the approval may be seen.
 */
export function viewerMayVote(
  { identity, mayApproveFor }: Pick<RequestContext, 'identity' | 'mayApproveFor'>,
  approval: Approval,
  now: number,
): boolean {
  if (approval.state !== 'PENDING' || now >= approval.decideUntil) return false;
  const own = approval.votes.find(({ principal }) => principal.id === identity.principal.id);
  const open = approval.binding.needs.filter(
    (need) => missingOf(need, approval) !== null && !own?.policyIds.includes(need.policyId),
  );
  return open.length > 0 && mayApproveFor(approval).some((id) => open.some(({ policyId }) => policyId === id));
}

/**
 * The approval with a public id for a principal who may see it. Null otherwise, if there is none,
 * and if another one took its place. One read. Throws `LedgerUnavailable`.
 */
export async function readApproval(
  { approvals }: { readonly approvals: ApprovalStore | null },
  { once, ...reader }: Reader & Pick<RequestContext, 'once'>,
  publicId: string,
): Promise<Approval | null> {
  const parsed = parseApprovalId(publicId);
  if (parsed === null) return null;
  const approval = await once(`approval ${publicId}`, () => requireApprovals(approvals).getApproval(parsed.key));
  return approval?.id === parsed.id && maySeeApproval(reader, approval) ? approval : null;
}

/**
 * A page of the approvals that a principal may see. Costs one page of the ledger. Throws
 * `LedgerUnavailable`.
 */
export async function readApprovals(
  reads: { readonly approvals: ApprovalStore | null; readonly clock: Clock; readonly home: ClusterDefaults },
  reader: Reader & Pick<RequestContext, 'cursors'>,
  input: QueryApprovalsArgs,
  deadline: number,
): Promise<QueryResult<Connection<Approval>>> {
  const scope = input.scope ?? pending;
  const { partition, serviceAccount, findings: ofScope } = partitionOf(scope, reads.home);
  const isOwn = (scope.own ?? null) !== null;
  const filters: Filters<Omit<QueryApprovalsArgs, 'scope'>> = { state: input.state ?? null };
  const { state } = filters;
  const about = isOwn ? 'own' : partition;
  const name = JSON.stringify(['approvals', about, serviceAccount, ...Object.values(filters)]);
  // A cursor can't be checked against an invalid scope.
  const cursor = await reader.cursors.open(name, ofScope.length === 0 ? input.after : null);
  const after = cursor?.kind === 'position' && isPosition(cursor.position) ? cursor.position : null;
  const broken = cursor?.kind === 'position' && after === null ? invalidCursor : cursor;
  const findings = [
    ...ofScope,
    ...(!isOwn && partition.kind === 'gateway' && state !== null && state !== 'PENDING' ? [onlyPending] : []),
    ...firstFindings(input),
    ...(broken?.kind === 'invalid' ? [broken.finding] : []),
  ];
  if (findings.length > 0) return { kind: 'invalid', findings };

  const now = reads.clock();
  const store = requireApprovals(reads.approvals);
  const reading = isOwn ? ownPage(store, reader, after) : store.listApprovals(partition, maxExamined, after);
  const { approvals, next } = await withDeadline(deadline - now, reading, ledgerTimeout);
  const rows: { position: string; node: Approval }[] = [];
  for (const node of approvals) {
    if (partition.kind === 'gateway' && expiryOf(node) <= now) continue;
    if (state !== null && node.state !== state) continue;
    if (serviceAccount !== null && node.requested.target.serviceAccount !== serviceAccount) continue;
    if (!maySeeApproval(reader, node)) continue;
    // One more than the page has, so that it is known whether another follows.
    if (rows.length === firstOf(input)) {
      return { kind: 'ok', value: await reader.cursors.connection(name, rows, rows.at(-1)?.position) };
    }
    const position = isOwn ? requestedPosition(node) : positionIn(partition, node);
    rows.push({ position: positionText(position), node });
  }
  return { kind: 'ok', value: await reader.cursors.connection(name, rows, next) };
}

/** The open approvals of the reader after a position: all of them are read, since they are few. */
async function ownPage(store: ApprovalStore, { identity }: Reader, after: string | null): Promise<ApprovalPage> {
  const open = await store.openApprovalsOf(identity.principal.id);
  const positionOf = (approval: Approval) => requestedPosition(approval);
  const last = after === null ? null : parsePosition(after);
  const isAfter = (approval: Approval) => {
    const { time, key } = positionOf(approval);
    return last === null || time < last.time || (time === last.time && key < last.key);
  };
  return { approvals: open.filter(isAfter), next: null };
}

const pending: ApprovalScope = { gateway: 'PENDING' };

/** The partition that a scope names. GraphQL guarantees that exactly one field is set. */
function partitionOf({ cluster }: ApprovalScope, home: ClusterDefaults) {
  const all = { partition: { kind: 'gateway', state: 'PENDING' } as ApprovalPartition, serviceAccount: null };
  if (!cluster) return { ...all, findings: [] };
  const parsed = parseScope({ cluster }, home);
  if (parsed.kind === 'invalid') return { ...all, findings: parsed.findings };
  const { namespace = null, serviceAccount = null } = cluster;
  const partition: ApprovalPartition = { kind: 'cluster', ...resolveCluster(cluster, home), namespace };
  return { partition, serviceAccount, findings: [] };
}

function isPosition(position: unknown): position is string {
  return typeof position === 'string' && isApprovalPosition(position);
}

const onlyPending: Finding = {
  path: 'state',
  rule: 'state-of-scope',
  message: 'scope.gateway has the pending approvals only.',
  advice: 'Leave state out, or read the approvals of a cluster.',
};
