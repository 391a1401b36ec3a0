import type { Association, AssociationTarget, ClusterRef, CreateRequest } from '../model/association.ts';

/** Bounds of one call. */
export interface CallBounds {
  /** When the caller stops waiting, milliseconds since the epoch. */
  readonly deadline: number;
}

/** One create. It is sent once: no retry by the SDK. */
export interface CreateCall extends CallBounds {
  readonly request: CreateRequest;
  /** Sent as `clientRequestToken` and, where the 50 tags leave room, as the ownership tag. */
  readonly operationId: string;
  /** Date to sign with, milliseconds since the epoch: EKS refuses the call five minutes after it, however late it is sent. */
  readonly signingDate: number;
}

/** EKS's words for a refusal. */
export interface EksError {
  /** E.g. `InvalidParameterException`. */
  readonly exception: string;
  readonly message: string;
  readonly requestId: string | null;
}

/**
 * What a create can come back with, as far as the gateway acts differently. All but `created` and `unknown` mean: this
 * call did nothing, for certain.
 */
export type CreateResult =
  | { readonly kind: 'created'; readonly association: Association; readonly requestId: string | null }
  /** 409: the service account has an association; its id stands in EKS's message, where it could be read. */
  | { readonly kind: 'in-use'; readonly associationId: string | null; readonly error: EksError }
  /** `Role provided in the request does not exist`: often a role made seconds ago. */
  | { readonly kind: 'role-not-found'; readonly error: EksError }
  | { readonly kind: 'cluster-not-found'; readonly error: EksError }
  | { readonly kind: 'trust-policy-invalid'; readonly error: EksError }
  | { readonly kind: 'limit-exceeded'; readonly error: EksError }
  /** Any other 4xx that says the request itself is wrong. */
  | { readonly kind: 'refused'; readonly error: EksError }
  /** 403, or no credentials for the cluster's account. */
  | { readonly kind: 'access-denied'; readonly error: EksError }
  | { readonly kind: 'throttled'; readonly error: EksError }
  /** No connection was made, so nothing was sent. */
  | { readonly kind: 'unreachable'; readonly error: EksError }
  /** 5xx, time-out, cut connection: done, not done, or still to be done. */
  | { readonly kind: 'unknown'; readonly error: EksError };

export type DescribeResult =
  | { readonly kind: 'found'; readonly association: Association }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly error: EksError };

export type ListResult =
  | { readonly kind: 'listed'; readonly associationIds: readonly string[] }
  | { readonly kind: 'failed'; readonly error: EksError };

/** EKS for one cluster. No method throws for what EKS or the network does. */
export interface Eks {
  create(call: CreateCall): Promise<CreateResult>;
  describe(associationId: string, bounds: CallBounds): Promise<DescribeResult>;
  /** Ids of the associations of one service account: one at most, by EKS's own rule. */
  list(target: AssociationTarget, bounds: CallBounds): Promise<ListResult>;
}

/** The EKS of a cluster. Ask only for clusters whose account and region stand in the inventory. */
export type EksFor = (cluster: ClusterRef) => Eks;
