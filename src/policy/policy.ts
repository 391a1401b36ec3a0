import type {
  Association,
  AssociationSettings,
  AssociationTarget,
  ClusterRef,
  CreateRequest,
} from '../model/association.ts';
import type { Decision } from '../model/decision.ts';
import type { RequestIdentity, Principal } from '../model/principal.ts';

/** Who asks, in what circumstances: Cedar's principal and context. */
export interface AuthorizationContext {
  readonly identity: RequestIdentity;
  /** The person whom the caller names, unproved. */
  readonly onBehalfOf: string | null;
  /** Whether a reason was given. */
  readonly hasReason: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is asked for: Cedar's action and resource. */
export type AuthorizationRequest =
  | { readonly action: 'CreatePodIdentityAssociation'; readonly association: CreateRequest }
  /** `association` is as EKS shows it before the update; `becomes`, all settings that it would have after it. */
  | {
      readonly action: 'UpdatePodIdentityAssociation';
      readonly association: Association;
      readonly becomes: AssociationSettings;
    }
  | { readonly action: 'DeletePodIdentityAssociation'; readonly association: Association }
  | { readonly action: 'DescribePodIdentityAssociation'; readonly association: Association }
  | { readonly action: 'ListPodIdentityAssociations'; readonly scope: ListScope }
  /** The trail of a namespace, of a cluster, of one principal, or (`gateway`) everything. */
  | { readonly action: 'ReadAuditTrail'; readonly scope: TrailScope };

/** Whose associations are listed. */
export type ListScope =
  | ({ readonly kind: 'namespace' } & Pick<AssociationTarget, 'accountId' | 'region' | 'clusterName' | 'namespace'>)
  | ({ readonly kind: 'cluster' } & ClusterRef);

/** Whose trail is read. */
export type TrailScope =
  ListScope | { readonly kind: 'principal'; readonly principal: Principal } | { readonly kind: 'gateway' };

/**
 * The policy boundary. Never throws: what can't be evaluated is a denial with `failed` set.
 */
export type Authorize = (context: AuthorizationContext, request: AuthorizationRequest) => Decision;
