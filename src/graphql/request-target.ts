import type { ClusterRef } from '../model/association.ts';
import type { PolicyInForce } from '../operations/terms/dependencies.ts';
import type { AuthorizationRequest } from '../policy/policy.ts';
import { clusterFindings } from '../validation/names.ts';
import type { RequestReport, RequestTarget } from './request-report.ts';

/**
 * The dependencies of a request, which note in its report what the request is about: the first
 * cluster that policy is asked about or EKS is called for, and its namespace as soon as policy is
 * asked about that.
 */
export function noteTarget<Deps extends PolicyInForce>(deps: Deps, report: RequestReport): Deps {
  const note = (target: RequestTarget | null) => {
    if (target !== null && isMoreThan(report.target, target)) report.target = target;
  };
  return {
    ...deps,
    authorize: (context, request) => {
      note(targetOf(request));
      return deps.authorize(context, request);
    },
    preauthorize: (context, action, cluster) => {
      // The cluster of a request that validation rejects is authorized too.
      if (clusterFindings(cluster).length === 0) note(clusterOf(cluster));
      return deps.preauthorize(context, action, cluster);
    },
    eksFor: (cluster) => {
      note(clusterOf(cluster));
      return deps.eksFor(cluster);
    },
  };
}

/** Whether a target is the first one, or adds the namespace to the cluster that is known. */
function isMoreThan(
  known: RequestTarget | null,
  { accountId, region, clusterName, namespace }: RequestTarget,
): boolean {
  if (known === null) return true;
  const isSameCluster = known.accountId === accountId && known.region === region && known.clusterName === clusterName;
  return isSameCluster && known.namespace === undefined && namespace !== undefined;
}

function targetOf(request: AuthorizationRequest): RequestTarget | null {
  if (request.action === 'ListPodIdentityAssociations' || request.action === 'ReadAuditTrail') {
    const { scope } = request;
    if (scope.kind === 'namespace') return { ...clusterOf(scope), namespace: scope.namespace };
    return scope.kind === 'cluster' ? clusterOf(scope) : null;
  }
  const target = request.action === 'ApproveRequest' ? request.approval.target : request.association;
  return { ...clusterOf(target), namespace: target.namespace };
}

function clusterOf({ accountId, region, clusterName }: ClusterRef): ClusterRef {
  return { accountId, region, clusterName };
}
