import type { HiddenAssociation } from '../../ledger/hidden-entry.ts';
import type { Association, DeleteRequest } from '../../model/association.ts';
import type { Decision } from '../../model/decision.ts';
import type { AuthorizationContext, Authorize } from '../../policy/policy.ts';

/** The context in which reads are authorized: a query has no reason, and names no person. */
export function readContextOf({ identity, now }: Pick<AuthorizationContext, 'identity' | 'now'>): AuthorizationContext {
  return { identity, onBehalfOf: null, hasReason: false, now };
}

/**
 * The association with the reason why its principal may not view it, as reads decide it; null if it
 * may be viewed.
 */
export function hiddenFrom(
  { authorize }: { readonly authorize: Authorize },
  authorization: Pick<AuthorizationContext, 'identity' | 'now'>,
  association: Association,
): HiddenAssociation | null {
  const decision = authorize(readContextOf(authorization), { action: 'DescribePodIdentityAssociation', association });
  return decision.allowed ? null : { association, decision };
}

/**
 * The failed decision if policy can't be evaluated in this cluster, whatever the association: then
 * it is not known whether one may be viewed, and the answer must not be that it does not exist.
 * Null if policy can be evaluated. Decided without the association, so that the answer is the same
 * whether it exists or not.
 */
export function failedView(
  { authorize }: { readonly authorize: Authorize },
  authorization: AuthorizationContext,
  { accountId, region, clusterName, associationId }: DeleteRequest,
): Decision | null {
  const association = { ...anyAssociation, accountId, region, clusterName, associationId };
  const decision = authorize(readContextOf(authorization), { action: 'DescribePodIdentityAssociation', association });
  return decision.failed ? decision : null;
}

/**
 * An association that stands for one of which nothing is known. No namespace can have its name, so
 * no policy is about it.
 */
export const anyAssociation = {
  namespace: '*',
  serviceAccount: '*',
  roleArn: 'arn:aws:iam::000000000000:role/any',
  associationArn: '',
  createdAt: '',
  modifiedAt: '',
  targetRoleArn: null,
  externalId: null,
  ownerArn: null,
  disableSessionTags: null,
  policy: null,
  tags: [],
  associationId: 'a-00000000000000000',
} as const satisfies Omit<Association, 'accountId' | 'region' | 'clusterName'>;
