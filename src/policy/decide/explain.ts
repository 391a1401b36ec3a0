import type { ClusterRef } from '../../model/association.ts';
import type { InventorySlice, RoleAttributes, Violation } from '../../model/decision.ts';
import type { PolicySet, reservedIds } from '../policies/compile.ts';
import type { ApprovalSubject, AssociationAction, AuthorizationRequest } from '../policy.ts';
import { clusterOf } from '../entities/slice.ts';

type ReservedId = (typeof reservedIds)[number];

const reserved = (policyId: ReservedId, message: string, advice: string): Violation => ({ policyId, message, advice });

/** The violation when policy evaluation failed. The cause is for operators only. */
export const evaluationFailed = reserved(
  'evaluation-failed',
  'Policy could not be evaluated, so the request is denied.',
  'Ask the operators of the gateway to check its log, then send the request again.',
);

/**
 * The violation for a role whose attributes policy needs and does not have. `attributes` is null if
 * the role was not read.
 */
export function roleUnknown(arn: string, attributes: Exclude<RoleAttributes, { kind: 'found' }> | null): Violation {
  if (attributes?.kind === 'absent') {
    return reserved(
      'role-not-found',
      `The role ${arn} does not exist, and policy depends on its tags or its permissions boundary.`,
      'Check path and name of the role, or create it first. If it was created in the last minute, send ' +
        'the request again.',
    );
  }
  const why = attributes === null ? '' : ` (${attributes.reason})`;
  return reserved(
    'role-not-read',
    `The role ${arn} could not be read from IAM${why}, and policy depends on its tags or its permissions boundary.`,
    'Send the request again. If the reason is an access error or the account, ask the operators of ' +
      'the gateway to let it read the role (iam:GetRole).',
  );
}

/**
 * The violation for a session policy whose text can't be read.
 *
 * @param problem a sentence about `policy`
 */
export function sessionPolicyNotRead(problem: string): Violation {
  return reserved(
    'session-policy-not-read',
    `The session policy can't be read, and policy depends on what it allows: ${problem}`,
    'Set another policy in the same request, or null to remove it.',
  );
}

/** One violation for each forbid that decided, with its own message and advice. */
export function forbidden(policySet: PolicySet, policyIds: readonly string[]): readonly Violation[] {
  return policyIds.map((policyId) => {
    const { message = policyId, advice = null, tag } = policySet.policies[policyId]?.annotations ?? {};
    return { policyId, message, advice, ...(tag !== undefined && { tagKey: tag }) };
  });
}

/** The violation when the cluster is not registered in the inventory. */
export function clusterNotRegistered(request: AuthorizationRequest): Violation {
  const cluster = clusterOf(request);
  return reserved(
    'cluster-not-registered',
    `The gateway does not serve cluster ${cluster?.clusterName} in account ${cluster?.accountId}, ` +
      `region ${cluster?.region}.`,
    'Check clusterName, accountId and region. If they are right, ask the platform admins to add the ' +
      'cluster, its account and its region to the inventory.',
  );
}

const actions: Readonly<Record<AssociationAction, string>> = {
  CreatePodIdentityAssociation: 'create associations in',
  UpdatePodIdentityAssociation: 'update associations of',
  DeletePodIdentityAssociation: 'delete associations of',
  AdoptPodIdentityAssociation: 'adopt associations of',
  TagPodIdentityAssociation: 'tag associations of',
  UntagPodIdentityAssociation: 'remove tags of associations of',
  DescribePodIdentityAssociation: 'view associations of',
};

/**
 * Who owns a namespace need not be able to adopt: the shipped policies leave it to the platform
 * admins.
 */
const adoptAdvice = 'Ask the platform admins to adopt the association.';

/** The violation when no permit for an action applies to any association of a cluster. */
export function noPermitInCluster(action: AssociationAction, { clusterName }: ClusterRef): Violation {
  return reserved(
    'default-deny',
    `No rule lets you ${actions[action]} any namespace of cluster ${clusterName}.`,
    action === 'AdoptPodIdentityAssociation'
      ? adoptAdvice
      : 'Ask the owners of the namespace to make the change, or to add you to their group.',
  );
}

/** The violation when no permit for a vote applies. */
function mayNotApprove({ group, target }: ApprovalSubject, person: string | null): Violation {
  return reserved(
    'default-deny',
    `No rule lets ${person ?? 'you'} approve this request in namespace ${target.namespace}.`,
    `Ask a member of the group ${group}, with a token of a person, to approve it.`,
  );
}

/**
 * The violation when no permit applies. The advice names who can grant access.
 *
 * @param person the person in `onBehalfOf`, if the request is denied to them; null for the
 *   principal
 */
export function defaultDeny(request: AuthorizationRequest, slice: InventorySlice, person: string | null): Violation {
  if (request.action === 'ApproveRequest') return mayNotApprove(request.approval, person);
  const namespace = slice.namespace;
  const [who, grantee] = person === null ? ['you', 'you'] : [person, 'the person'];
  if (namespace === null && request.action === 'ListPodIdentityAssociations') {
    return reserved(
      'default-deny',
      `No rule lets ${who} list the associations of the whole cluster ${request.scope.clusterName}.`,
      'List the associations of a namespace that your group owns, or ask the platform admins for access.',
    );
  }
  if (namespace === null) {
    return reserved(
      'default-deny',
      `No rule lets ${who} read this audit trail.`,
      'Read the audit trail of a namespace that your group owns, or your own, or ask the platform admins for access.',
    );
  }
  const what = {
    ...actions,
    ListPodIdentityAssociations: 'list the associations of',
    ReadAuditTrail: 'read the audit trail of',
  }[request.action];
  const message = `No rule lets ${who} ${what} namespace ${namespace.name}.`;
  if (request.action === 'AdoptPodIdentityAssociation') return reserved('default-deny', message, adoptAdvice);
  return reserved(
    'default-deny',
    message,
    namespace.owners.length > 0
      ? `Owners of the namespace: ${namespace.owners.join(', ')}. Ask them to make the change, or to add ` +
          `${grantee} to the group.`
      : 'The namespace has no owners. Ask the platform admins to register it and its owners in the inventory.',
  );
}
