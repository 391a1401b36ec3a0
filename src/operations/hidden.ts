import type { HiddenAssociation } from '../ledger/hidden-entry.ts';
import type { Association, DeleteRequest } from '../model/association.ts';
import type { Decision } from '../model/decision.ts';
import type { AuthorizationContext } from '../policy/policy.ts';
import type { Dependencies } from './dependencies.ts';

type Authorizer = Pick<Dependencies, 'authorize'>;

/** The context in which reads are authorized: a query has no reason, and names no person. */
export function readContextOf({ identity, now }: Pick<AuthorizationContext, 'identity' | 'now'>): AuthorizationContext {
  return { identity, onBehalfOf: null, hasReason: false, now };
}

/** The association with the reason why its principal may not view it, as reads decide it; null if it may be viewed. */
export function hiddenFrom(
  { authorize }: Authorizer,
  authorization: AuthorizationContext,
  association: Association,
): HiddenAssociation | null {
  const decision = authorize(readContextOf(authorization), { action: 'DescribePodIdentityAssociation', association });
  return decision.allowed ? null : { association, decision };
}

/**
 * The failed decision if policy can't be evaluated in this cluster, whatever the association: then it is not known whether one may be
 * viewed, and the answer must not be that it does not exist. Null if policy can be evaluated. Decided without the association, so
 * that the answer is the same whether it exists or not.
 */
export function failedView(
  { authorize }: Authorizer,
  authorization: AuthorizationContext,
  { accountId, region, clusterName, associationId }: DeleteRequest,
): Decision | null {
  const association = { ...anyAssociation, accountId, region, clusterName, associationId };
  const decision = authorize(readContextOf(authorization), { action: 'DescribePodIdentityAssociation', association });
  return decision.failed ? decision : null;
}

/** No namespace can have this name, so no policy is about it. */
const anyAssociation = {
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
} as const satisfies Omit<Association, 'accountId' | 'region' | 'clusterName' | 'associationId'>;
