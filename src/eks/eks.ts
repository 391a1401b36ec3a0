import type {
  Association,
  AssociationTarget,
  ClusterRef,
  CreateRequest,
  DeleteRequest,
  Tag,
  TagRequest,
  UntagRequest,
  UpdateRequest,
} from '../model/association.ts';
import type { OutcomeName } from '../model/outcome.ts';

/** Time limit of one call. */
export interface CallBounds {
  /** When the call is aborted, in milliseconds since the epoch. */
  readonly deadline: number;
  /** Whether a read that waited for its turn is still needed; by default it is. */
  readonly isNeeded?: () => boolean;
}

/** Fields of every change. A change is sent once: the SDK does not retry it. */
export interface ChangeBounds extends CallBounds {
  /**
   * Part of the `clientRequestToken` and, in a create with fewer than 50 tags, value of the
   * ownership tag.
   */
  readonly operationId: string;
  /** Id of the principal whose permissions decided, for CloudTrail. */
  readonly principalId: string;
  /**
   * Date of the signature, in milliseconds since the epoch. EKS rejects the call when it is five
   * minutes old.
   */
  readonly signingDate: number;
}

/** A create to send. */
export interface CreateCall extends ChangeBounds {
  readonly request: CreateRequest;
}

/** An update to send. */
export interface UpdateCall extends ChangeBounds {
  readonly request: UpdateRequest;
}

/** A delete to send. */
export interface DeleteCall extends ChangeBounds {
  readonly request: DeleteRequest;
}

/** Tags to set. EKS answers without the association, so the result has it as it was before, with the tags changed. */
export interface TagCall extends ChangeBounds {
  readonly request: TagRequest;
  readonly before: Association;
}

/** Tags to remove, as {@link TagCall}. */
export interface UntagCall extends ChangeBounds {
  readonly request: UntagRequest;
  readonly before: Association;
}

/**
 * An error of EKS, of the SDK or of the network. Its texts are bounded, so that they can be stored
 * and returned.
 */
export interface EksError {
  /** E.g. `InvalidParameterException`; at most 128 characters. */
  readonly exception: string;
  /** At most 1,024 characters. */
  readonly message: string;
  readonly requestId: string | null;
}

/** `Part`, which the compiler checks to be in `All`. */
type SubsetOf<All, Part extends All> = Part;

/**
 * Outcomes of a change that certainly had no effect, where the error alone decides:
 *
 * - `ROLE_NOT_FOUND`: EKS does not know the role, often because it was created seconds ago;
 * - `GATEWAY_ACCESS_DENIED`: 401 or 403;
 * - `CREDENTIALS_DENIED`: no credentials for the change until operators act;
 * - `CREDENTIALS_UNAVAILABLE`: no credentials for the change now;
 * - `EKS_UNREACHABLE`: no connection was established, so nothing was sent;
 * - `EKS_REFUSED`: any other exception of EKS with a status 4xx.
 */
export type RejectedOutcome = SubsetOf<
  OutcomeName,
  | 'ROLE_NOT_FOUND'
  | 'TRUST_POLICY_INVALID'
  | 'ASSOCIATION_LIMIT_EXCEEDED'
  | 'EKS_REFUSED'
  | 'GATEWAY_ACCESS_DENIED'
  | 'CREDENTIALS_DENIED'
  | 'CREDENTIALS_UNAVAILABLE'
  | 'THROTTLED'
  | 'EKS_UNREACHABLE'
>;

/**
 * Result of a change. Every kind but `done` and `unknown` means that this call certainly had no
 * effect.
 */
export type ChangeResult =
  /** `association` is as it is now or, after a delete, as it was. */
  | { readonly kind: 'done'; readonly association: Association; readonly requestId: string | null }
  /**
   * 409: the service account already has an association. Its id, if the message of EKS contains it.
   */
  | { readonly kind: 'in-use'; readonly associationId: string | null; readonly error: EksError }
  /** 404: the cluster or the association does not exist. */
  | { readonly kind: 'not-found'; readonly error: EksError }
  | { readonly kind: 'rejected'; readonly outcome: RejectedOutcome; readonly error: EksError }
  /**
   * 5xx, a response that is not one of EKS, timeout or broken connection: the change may have taken
   * effect, or may still do so.
   */
  | { readonly kind: 'unknown'; readonly error: EksError };

/**
 * Result of a describe. `absent`: the association or its cluster does not exist; `isCluster` if EKS
 * says that it is the cluster.
 */
export type DescribeResult =
  | { readonly kind: 'found'; readonly association: Association }
  | { readonly kind: 'absent'; readonly isCluster?: true }
  | { readonly kind: 'failed'; readonly error: EksError };

/** Result of a list of one service account. */
export type ListResult =
  | { readonly kind: 'listed'; readonly associationIds: readonly string[] }
  /** 404: the cluster does not exist. */
  | { readonly kind: 'cluster-not-found'; readonly error: EksError }
  | { readonly kind: 'failed'; readonly error: EksError };

/** The fields of an association that a list returns. The others need a describe. */
export type AssociationSummary = Pick<
  Association,
  keyof AssociationTarget | 'associationArn' | 'associationId' | 'ownerArn'
>;

/** Which page to list: of a cluster, optionally filtered by namespace and service account name. */
export interface PageQuery {
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  /** Page token of EKS; null for the first page. */
  readonly nextToken: string | null;
}

/** Result of listing one page. */
export type PageResult =
  /** `nextToken` is null on the last page. */
  | { readonly kind: 'page'; readonly summaries: readonly AssociationSummary[]; readonly nextToken: string | null }
  /** 404: the cluster does not exist. */
  | { readonly kind: 'cluster-not-found'; readonly error: EksError }
  /** The page token is invalid or expired. */
  | { readonly kind: 'token-refused'; readonly error: EksError }
  | { readonly kind: 'failed'; readonly error: EksError };

/** Result of reading a cluster. `status` is one of EKS, e.g. `ACTIVE`. */
export type ClusterResult =
  | { readonly kind: 'found'; readonly status: string; readonly hasAutoMode: boolean }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly error: EksError };

/** Result of reading an add-on. `absent`: the cluster does not have it, or does not exist. */
export type AddonResult =
  | { readonly kind: 'found'; readonly status: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly error: EksError };

/** A role of IAM. */
interface FoundRole {
  /** The JSON of the policy document, of any form. */
  readonly trustPolicy: unknown;
  /** At most 50, sorted by key. */
  readonly tags: readonly Tag[];
  /** ARN of the policy; null if the role has none. */
  readonly permissionsBoundary: string | null;
}

/** Result of reading a role from IAM. `absent`: no role has this ARN. */
export type RoleResult =
  | ({ readonly kind: 'found' } & FoundRole)
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly error: EksError };

/** Result of asking AWS STS which account the credentials of reads belong to: 12 digits. */
export type CallerResult =
  { readonly kind: 'found'; readonly accountId: string } | { readonly kind: 'failed'; readonly error: EksError };

/** A read from EKS failed on which the request depends. The request changed nothing. */
export class EksReadFailed extends Error {
  readonly code = 'EKS_READ_FAILED';
  readonly eksError: EksError;
  constructor(eksError: EksError) {
    super(eksError.message);
    this.name = 'EksReadFailed';
    this.eksError = eksError;
  }
}

/** EKS for one cluster. Errors of EKS and of the network are results, not exceptions. */
export interface Eks {
  create(call: CreateCall): Promise<ChangeResult>;
  update(call: UpdateCall): Promise<ChangeResult>;
  delete(call: DeleteCall): Promise<ChangeResult>;
  tag(call: TagCall): Promise<ChangeResult>;
  untag(call: UntagCall): Promise<ChangeResult>;
  describe(associationId: string, bounds: CallBounds): Promise<DescribeResult>;
  /** Ids of the associations of one service account. EKS allows at most one. */
  list(target: AssociationTarget, bounds: CallBounds): Promise<ListResult>;
  /** A page of up to 100 summaries, in the order of EKS. */
  page(query: PageQuery, bounds: CallBounds): Promise<PageResult>;
  describeCluster(bounds: CallBounds): Promise<ClusterResult>;
  /** The account whose credentials these reads have, from AWS STS: no right is needed. */
  callerAccount(bounds: CallBounds): Promise<CallerResult>;
  describeAddon(addonName: string, bounds: CallBounds): Promise<AddonResult>;
  /** Reads a role of the cluster's account, from IAM. */
  readRole(roleArn: string, bounds: CallBounds): Promise<RoleResult>;
}

/**
 * Returns the EKS of a cluster. Throws an Error if the account or region of the cluster is not in
 * the inventory.
 */
export type EksFor = (cluster: ClusterRef) => Eks;
