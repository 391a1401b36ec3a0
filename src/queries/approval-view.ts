import type { QueryAuditTrailArgs, RoleUse } from '../generated/types.ts';
import type { Approval } from '../model/approval.ts';
import type { Association, AssociationTarget } from '../model/association.ts';
import { hasTrait, namedSettings } from '../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../model/operation.ts';
import { completeSettings } from '../model/setting-fields.ts';
import type { Warning } from '../model/warning.ts';
import { stateAfter } from '../operations/flow/admit.ts';
import { observe } from '../operations/kinds/observe.ts';
import { operationOf } from '../operations/kinds/operations.ts';
import { anyAssociation } from '../operations/terms/hidden.ts';
import { checkWarnings } from '../operations/warnings/preflight.ts';
import type { DryRunSubject } from '../operations/warnings/subject.ts';
import type { Directory } from '../policy/inventory/directory.ts';
import { observedAssociations } from './associations/associations.ts';
import { makeAssociationViews } from './associations/views.ts';
import { visibleTo } from './terms/authorize-read.ts';
import type { QueryResult } from './terms/query-result.ts';
import type { RequestContext } from './terms/request-context.ts';

// What approvers see beside a request, each fact as the reader may see it.

/** The environment of a cluster, as the inventory has it; null if it is not registered. */
export function environmentOf({ clusters }: Pick<Directory, 'clusters'>, target: AssociationTarget): string | null {
  const { accountId, region, clusterName } = target;
  const found = clusters.find(
    (one) => one.accountId === accountId && one.region === region && one.clusterName === clusterName,
  );
  return found?.environment ?? null;
}

/**
 * The association that a create would meet, or the one to change, as EKS has it now; null if there
 * is none that the reader may view. Up to two EKS calls, and none where the reader may view nothing
 * in the cluster. What a create would meet is not read for who may not list it: one call more would
 * tell that it exists.
 */
export function existingOf(context: RequestContext, approval: Approval): Promise<QueryResult<Association | null>> {
  const { reads, authorizeRead, mayViewIn, deadline, once } = context;
  const { requested } = approval;
  return once(`existing ${approval.id}`, async () => {
    if (!mayViewIn(requested.target)) return { kind: 'ok', value: null };
    const eks = reads.eksFor(requested.target);
    const bounds = { deadline };
    if (hasTrait('creates', requested)) {
      if (!makeAssociationViews(context).mayList(requested.target)) return { kind: 'ok', value: null };
      const observed = await observe(eks, requested.request, bounds);
      if (observed.kind === 'failed') return { kind: 'eks-failed', error: observed.error };
      const isThere = observed.kind === 'association';
      return { kind: 'ok', value: isThere ? visibleTo(authorizeRead, observed.association) : null };
    }
    const described = await eks.describe(requested.request.associationId, bounds);
    if (described.kind === 'failed') return { kind: 'eks-failed', error: described.error };
    return { kind: 'ok', value: described.kind === 'found' ? visibleTo(authorizeRead, described.association) : null };
  });
}

/**
 * What can keep pods from using what is asked for, as a dry run says it, while it can be approved
 * or used; empty if the reader may not view the association.
 */
export function warningsOf(context: RequestContext, approval: Approval): Promise<readonly Warning[]> {
  const { reads, authorizeRead, deadline, once } = context;
  return once(`warnings ${approval.id}`, async () => {
    const isOpen = approval.state === 'PENDING' || approval.state === 'APPROVED';
    const after = isOpen
      ? associationAfter(approval.requested, approval.requested.target, approval.requested.before)
      : null;
    if (after === null || visibleTo(authorizeRead, after) === null) return [];
    const subject: DryRunSubject = { ...after, isNew: approval.requested.before === null };
    return checkWarnings(reads, { subject }, deadline);
  });
}

/** The association after the request; null for a delete. */
function associationAfter<Kind extends OperationKind>(
  { operation, request }: RequestedOperation<Kind>,
  target: AssociationTarget,
  before: Association | null,
): Association | null {
  const declared = operationOf<Kind>(operation);
  const expected = declared.expectedState(request, before);
  if (!expected) return null;
  if (before) return stateAfter(declared, request, before);
  return { ...anyAssociation, ...target, ...completeSettings(expected.settings), tags: expected.tags ?? [] };
}

/** How many associations with a role are counted at most. */
const maxCounted = 100;

/**
 * How many associations that the reader may view use the role of the request, as they were observed
 * last; null if it names none. No EKS call.
 */
export async function roleUseOf(context: RequestContext, approval: Approval): Promise<QueryResult<RoleUse | null>> {
  const roleArn = roleOf(approval.requested);
  if (roleArn === null) return { kind: 'ok', value: null };
  return context.once(`use of ${roleArn}`, async () => {
    const page = await observedAssociations(context.reads, context, { filter: { roleArn }, first: maxCounted }, false);
    if (page.kind !== 'ok') return page;
    return { kind: 'ok', value: { count: page.value.edges.length, isComplete: !page.value.hasNextPage } };
  });
}

function roleOf<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>): string | null {
  const table: Readonly<Record<Kind, (of: typeof request) => { readonly roleArn?: string }>> = namedSettings;
  return table[operation](request).roleArn ?? null;
}

/** The query for the last changes of the service account of an approval, as the trail has them. */
export function recentChangesQuery({ requested: { target } }: Approval): QueryAuditTrailArgs {
  const { accountId, region, clusterName, namespace, serviceAccount } = target;
  return {
    scope: { cluster: { accountId, region, clusterName, namespace, serviceAccount } },
    events: ['SUCCEEDED', 'LATE_SUCCESS', 'DRIFT_FOUND'] as QueryAuditTrailArgs['events'],
    first: 5,
  };
}
