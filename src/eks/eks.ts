import type {
  Association,
  AssociationTarget,
  ClusterRef,
  CreateRequest,
  DeleteRequest,
  UpdateRequest,
} from '../model/association.ts';
import type { OutcomeName } from '../model/outcome.ts';

/** Bounds of one call. */
export interface CallBounds {
  /** When the caller stops waiting, milliseconds since the epoch. */
  readonly deadline: number;
}

/** What every change is sent with. It is sent once: no retry by the SDK. */
export interface ChangeBounds extends CallBounds {
  /** Sent as `clientRequestToken`, and with a create, where the 50 tags leave room, as the ownership tag. */
  readonly operationId: string;
  /** Date to sign with, milliseconds since the epoch: EKS refuses the call five minutes after it, however late it is sent. */
  readonly signingDate: number;
}

export interface CreateCall extends ChangeBounds {
  readonly request: CreateRequest;
}

export interface UpdateCall extends ChangeBounds {
  readonly request: UpdateRequest;
}

export interface DeleteCall extends ChangeBounds {
  readonly request: DeleteRequest;
}

/** EKS's words for a refusal. */
export interface EksError {
  /** E.g. `InvalidParameterException`. */
  readonly exception: string;
  readonly message: string;
  readonly requestId: string | null;
}

/** `Part`, which the compiler checks to be in `All`. */
type SubsetOf<All, Part extends All> = Part;

/**
 * Outcomes of a change that certainly had no effect, where the error alone decides:
 *
 * - `ROLE_NOT_FOUND`: EKS does not know the role, often because it was created seconds ago;
 * - `GATEWAY_ACCESS_DENIED`: 401 or 403, or no credentials for the account of the cluster;
 * - `EKS_UNREACHABLE`: no connection was established, so nothing was sent;
 * - `EKS_REFUSED`: any other 4xx.
 */
export type RejectedOutcome = SubsetOf<
  OutcomeName,
  | 'ROLE_NOT_FOUND'
  | 'TRUST_POLICY_INVALID'
  | 'ASSOCIATION_LIMIT_EXCEEDED'
  | 'EKS_REFUSED'
  | 'GATEWAY_ACCESS_DENIED'
  | 'THROTTLED'
  | 'EKS_UNREACHABLE'
>;

/** Result of a change. Every kind but `done` and `unknown` means that this call certainly had no effect. */
export type ChangeResult =
  /** `association` is as it is now or, after a delete, as it was. */
  | { readonly kind: 'done'; readonly association: Association; readonly requestId: string | null }
  /** 409: the service account already has an association. Its id, if the message of EKS contains it. */
  | { readonly kind: 'in-use'; readonly associationId: string | null; readonly error: EksError }
  /** 404: the cluster or the association does not exist. */
  | { readonly kind: 'not-found'; readonly error: EksError }
  | { readonly kind: 'rejected'; readonly outcome: RejectedOutcome; readonly error: EksError }
  /** 5xx, timeout or broken connection: the change may have taken effect, or may still do so. */
  | { readonly kind: 'unknown'; readonly error: EksError };

export type DescribeResult =
  | { readonly kind: 'found'; readonly association: Association }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly error: EksError };

export type ListResult =
  | { readonly kind: 'listed'; readonly associationIds: readonly string[] }
  | { readonly kind: 'failed'; readonly error: EksError };

/** What EKS's list tells of an association. The rest costs a describe. */
export type AssociationSummary = Pick<
  Association,
  keyof AssociationTarget | 'associationArn' | 'associationId' | 'ownerArn'
>;

/** A page of the list of a cluster, of a namespace of it, or of a service account's name. */
export interface PageQuery {
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  /** EKS's token of the page; null for the first one. */
  readonly nextToken: string | null;
}

export type PageResult =
  /** `nextToken` is null when nothing follows. */
  | { readonly kind: 'page'; readonly summaries: readonly AssociationSummary[]; readonly nextToken: string | null }
  /** EKS does not take the token, or not any more. */
  | { readonly kind: 'token-refused'; readonly error: EksError }
  | { readonly kind: 'failed'; readonly error: EksError };

/** EKS gave no answer to a read on which a change depends. Nothing was changed. */
export class EksReadFailed extends Error {
  readonly code = 'EKS_READ_FAILED';
  readonly eksError: EksError;
  constructor(eksError: EksError) {
    super(eksError.message);
    this.name = 'EksReadFailed';
    this.eksError = eksError;
  }
}

/** EKS for one cluster. No method throws for what EKS or the network does. */
export interface Eks {
  create(call: CreateCall): Promise<ChangeResult>;
  update(call: UpdateCall): Promise<ChangeResult>;
  delete(call: DeleteCall): Promise<ChangeResult>;
  describe(associationId: string, bounds: CallBounds): Promise<DescribeResult>;
  /** Ids of the associations of one service account: one at most, by EKS's own rule. */
  list(target: AssociationTarget, bounds: CallBounds): Promise<ListResult>;
  /** A page of summaries, up to 100, in EKS's order. */
  page(query: PageQuery, bounds: CallBounds): Promise<PageResult>;
}

/** The EKS of a cluster. Ask only for clusters whose account and region stand in the inventory. */
export type EksFor = (cluster: ClusterRef) => Eks;
