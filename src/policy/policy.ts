import type {
  Association,
  AssociationSettings,
  AssociationTarget,
  ClusterRef,
  CreateRequest,
  Tag,
} from '../model/association.ts';
import type { Decision, RoleAttributes } from '../model/decision.ts';
import type { OperationKind } from '../model/operation.ts';
import type { RequestIdentity, Principal } from '../model/principal.ts';

/** The identity of a request and its circumstances: Cedar's principal and context. */
export interface AuthorizationContext {
  readonly identity: RequestIdentity;
  /**
   * The person on whose behalf a service acts. A person whom the inventory lists needs permission
   * too.
   */
  readonly onBehalfOf: string | null;
  /** Whether a reason was given. */
  readonly hasReason: boolean;
  /** Whether a change is only asked about; absent: it is not. */
  readonly isDryRun?: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The requested action and its object: Cedar's action and resource. */
export type AuthorizationRequest =
  | {
      readonly action: 'CreatePodIdentityAssociation';
      readonly association: CreateRequest;
      /**
       * The roles of the association, read from IAM; only those that {@link Decision.unknownRoles}
       * asked for.
       */
      readonly roles?: readonly RoleAttributes[];
    }
  /** `association` is the state at EKS before the update; `becomes` are all settings after it. */
  | {
      readonly action: 'UpdatePodIdentityAssociation';
      readonly association: Association;
      readonly becomes: AssociationSettings;
      /**
       * The expiry that the update sets, RFC 3339; null: it clears the expiry. Absent: the expiry
       * stays as it is.
       */
      readonly expiresAt?: string | null;
      /** As for a create. */
      readonly roles?: readonly RoleAttributes[];
    }
  | { readonly action: 'DeletePodIdentityAssociation'; readonly association: Association }
  | { readonly action: 'AdoptPodIdentityAssociation'; readonly association: Association }
  /** `association` is the state before the change of its tags; `tagsAfter` are all tags after it. */
  | {
      readonly action: 'TagPodIdentityAssociation' | 'UntagPodIdentityAssociation';
      readonly association: Association;
      readonly tagsAfter: readonly Tag[];
    }
  | { readonly action: 'DescribePodIdentityAssociation'; readonly association: Association }
  | { readonly action: 'ListPodIdentityAssociations'; readonly scope: ListScope }
  /** The audit trail of a namespace, a cluster, a principal, or (`gateway`) the whole trail. */
  | { readonly action: 'ReadAuditTrail'; readonly scope: TrailScope }
  /** A vote on a request that needs an approval, for one of its needs. */
  | { readonly action: 'ApproveRequest'; readonly approval: ApprovalSubject };

/** What a vote is about: one need of a request that waits for its approval. */
export interface ApprovalSubject {
  readonly target: AssociationTarget;
  readonly operation: OperationKind;
  /** The group whose approval is needed. */
  readonly group: string;
  /** Who asks for the change. */
  readonly requested: {
    readonly principal: Principal;
    readonly actor: Principal | null;
    /** As the request names the person. */
    readonly onBehalfOf: string | null;
  };
}

/** Which associations are listed. */
export type ListScope =
  | ({ readonly kind: 'namespace' } & Pick<AssociationTarget, 'accountId' | 'region' | 'clusterName' | 'namespace'>)
  | ({ readonly kind: 'cluster' } & ClusterRef);

/** Which part of the audit trail is read. */
export type TrailScope =
  ListScope | { readonly kind: 'principal'; readonly principal: Principal } | { readonly kind: 'gateway' };

/** The policy decision point. Never throws: a failed evaluation is a denial with `failed` set. */
export type Authorize = (context: AuthorizationContext, request: AuthorizationRequest) => Decision;

/** The actions on one association. */
export type AssociationAction = Exclude<
  AuthorizationRequest['action'],
  'ListPodIdentityAssociations' | 'ReadAuditTrail' | 'ApproveRequest'
>;

/**
 * Decides about an action on an association of a cluster before it is known which one: the denial
 * if policy permits the action on none, whatever the association and the circumstances; null if it
 * may permit it. So a principal without permits causes no read, and can't tell what exists. Never
 * throws.
 */
export type Preauthorize = (
  context: AuthorizationContext,
  action: AssociationAction,
  cluster: ClusterRef,
) => Decision | null;
