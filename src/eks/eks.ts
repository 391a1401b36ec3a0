import type {
  Association,
  AssociationTarget,
  ClusterRef,
  CreateRequest,
  DeleteRequest,
  UpdateRequest,
} from '../model/association.ts';

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

/**
 * What a change can come back with, as far as the gateway acts differently. All but `done` and `unknown` mean: this call
 * did nothing, for certain.
 */
export type ChangeResult =
  /** With the association as it is now or, after a delete, as it was. */
  | { readonly kind: 'done'; readonly association: Association; readonly requestId: string | null }
  /** 409: the service account has an association; its id stands in EKS's message, where it could be read. */
  | { readonly kind: 'in-use'; readonly associationId: string | null; readonly error: EksError }
  /** `Role provided in the request does not exist`: often a role made seconds ago. */
  | { readonly kind: 'role-not-found'; readonly error: EksError }
  /** 404: no such cluster or, where one was named, no such association. */
  | { readonly kind: 'not-found'; readonly error: EksError }
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
