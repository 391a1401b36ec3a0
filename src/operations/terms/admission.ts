import type {
  AdoptPodIdentityAssociationInput,
  CreatePodIdentityAssociationInput,
  DeletePodIdentityAssociationInput,
  TagPodIdentityAssociationInput,
  UntagPodIdentityAssociationInput,
  UpdatePodIdentityAssociationInput,
} from '../../generated/types.ts';
import type { RefusedConclusion } from '../../idempotency/conclusion.ts';
import type { Association, AssociationTarget } from '../../model/association.ts';
import type { AuditContext, JudgedTags } from '../../model/audit.ts';
import type { Decision } from '../../model/decision.ts';
import type { HiddenAssociation } from '../../ledger/hidden-entry.ts';
import type { OperationKind, RequestOf } from '../../model/operation.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import type { RefusedOutcome, Refusal } from '../../model/refusal.ts';
import type { AuthorizationContext } from '../../policy/policy.ts';

/** The GraphQL input of each operation. */
export interface InputOf {
  readonly CREATE_POD_IDENTITY_ASSOCIATION: CreatePodIdentityAssociationInput;
  readonly UPDATE_POD_IDENTITY_ASSOCIATION: UpdatePodIdentityAssociationInput;
  readonly DELETE_POD_IDENTITY_ASSOCIATION: DeletePodIdentityAssociationInput;
  readonly ADOPT_POD_IDENTITY_ASSOCIATION: AdoptPodIdentityAssociationInput;
  readonly TAG_POD_IDENTITY_ASSOCIATION: TagPodIdentityAssociationInput;
  readonly UNTAG_POD_IDENTITY_ASSOCIATION: UntagPodIdentityAssociationInput;
}

/** A request as it arrives. */
export interface MutationCall<Kind extends OperationKind = OperationKind> {
  readonly identity: RequestIdentity;
  readonly input: InputOf[Kind];
  /** When the caller's function ends. Milliseconds since the epoch. */
  readonly deadline: number;
  /** Set for the change of a desired state; absent for a request of a client. */
  readonly ensured?: EnsuredChange;
}

/**
 * The change that a desired state needs: no earlier answer is returned to it, and where the state has
 * moved since it was read, nothing is concluded.
 */
export interface EnsuredChange {
  /** What keeps it from beginning although policy permits it; null: nothing. */
  readonly obstacle: Pick<RefusedAdmission, 'outcome' | 'refusal' | 'associationArn'> | null;
}

/** A valid request, before its target is loaded. */
export interface ValidRequest<Kind extends OperationKind = OperationKind> {
  readonly operation: Kind;
  readonly request: RequestOf[Kind];
  /** The token of the input; null if it had none, and in a dry run. */
  readonly clientRequestToken: string | null;
  /**
   * Who requests it; also for later decisions about the same request, such as what its answer may
   * show.
   */
  readonly authorization: AuthorizationContext;
  /** The fields of every audit entry of the request. */
  readonly audit: AuditContext;
  /** `t0` of the protocol: read before anything was written. Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When the answer must be sent. Milliseconds since the epoch. */
  readonly deadline: number;
  /**
   * The denial if policy permits the operation on no association of the cluster; null if it may
   * permit it. Evaluated when it is asked for: a create that policy permits does not need it.
   */
  readonly denial: () => Decision | null;
  /** As in {@link MutationCall}. */
  readonly ensured?: EnsuredChange;
}

/** What a request is about. */
export interface LoadedTarget extends JudgedTags {
  readonly kind: 'loaded';
  readonly target: AssociationTarget;
  /** The association before the operation; null for a create. */
  readonly before: Association | null;
  /**
   * True if `before` was read from EKS for this request; false if it comes from the idempotency
   * record.
   */
  readonly isCurrent: boolean;
}

/** The result of loading a target. */
export type TargetResult =
  | LoadedTarget
  /** It does not exist, or the principal may not view it: then `hidden` is for the audit trail. */
  | {
      readonly kind: 'refused';
      readonly refused: Pick<RefusedAdmission, 'outcome' | 'refusal' | 'associationArn'>;
      readonly hidden: HiddenAssociation | null;
    }
  /** It was not loaded: whatever it is, policy denies the request. */
  | { readonly kind: 'denied'; readonly decision: Decision };

/**
 * Time kept back from a request for what follows the effect: one transaction and the answer.
 * Milliseconds.
 */
const recordMs = 4_000;

/** Until when a request may wait for its claim and for EKS. Milliseconds since the epoch. */
export function effectDeadline({ deadline }: { readonly deadline: number }): number {
  return deadline - recordMs;
}

/** A request that passed validation and policy. */
export interface AdmittedMutation<Kind extends OperationKind = OperationKind> extends ValidRequest<Kind> {
  readonly target: AssociationTarget;
  /** The association before the operation; null for a create. */
  readonly before: Association | null;
  /**
   * The precondition that `before` does not meet; null if it meets all. It keeps an operation from
   * beginning, but not one from ending.
   */
  readonly unmet: RefusedConclusion | null;
}

/** A request that is not admitted. */
export interface RefusedAdmission<Kind extends OperationKind = OperationKind> {
  readonly kind: 'refused';
  /** Null if the input was invalid. */
  readonly request: RequestOf[Kind] | null;
  readonly outcome: RefusedOutcome;
  readonly refusal: Refusal;
  readonly associationArn: string | null;
  /** As in {@link ValidRequest}; null also if the input's token is invalid. */
  readonly clientRequestToken: string | null;
  readonly authorization: AuthorizationContext;
  readonly audit: AuditContext;
  /** As in {@link ValidRequest}: with a denial, the audit entry is brief. */
  readonly denial: () => Decision | null;
  /**
   * The association that the principal may not view; `audit` and all that is answered are as if it
   * did not exist.
   */
  readonly hidden?: HiddenAssociation | null;
}

/** Whether a request may be executed. */
export type Admission<Kind extends OperationKind> =
  { readonly kind: 'admitted'; readonly mutation: AdmittedMutation<Kind> } | RefusedAdmission<Kind>;
