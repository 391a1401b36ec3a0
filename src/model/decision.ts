import type { ApprovalNeed, UsedApproval } from './approval-vote.ts';
import type { Tag } from './association.ts';

/** Who a denial is about: the principal, the person in `onBehalfOf`, or both. */
export type DeniedSubject = 'PRINCIPAL' | 'ON_BEHALF_OF' | 'BOTH';

/** One reason for a denial. */
export interface Violation {
  /**
   * The policy's `@id`, or `default-deny`, `cluster-not-registered`, `evaluation-failed`,
   * `role-not-found`, `role-not-read`, `session-policy-not-read`.
   */
  readonly policyId: string;
  /** What is not allowed. */
  readonly message: string;
  /** Whom to ask or what to change. */
  readonly advice: string | null;
  /** The key of the tag that the policy names with `@tag`; absent without one. */
  readonly tagKey?: string;
  /** Absent where the request was authorized for the principal alone. */
  readonly deniedTo?: DeniedSubject;
}

/**
 * Role attributes: tags and permissions boundary of a role, which policies can use; or why they are
 * not known.
 */
export type RoleAttributes =
  | {
      readonly arn: string;
      readonly kind: 'found';
      /** At most 50, as IAM allows. */
      readonly tags: readonly Tag[];
      /** ARN of a policy; null if the role has no permissions boundary. */
      readonly permissionsBoundary: string | null;
    }
  /** No role has this ARN. */
  | { readonly arn: string; readonly kind: 'absent' }
  /** It could not be read, for this reason: the name of an exception. */
  | { readonly arn: string; readonly kind: 'failed'; readonly reason: string };

/**
 * The part of the inventory that one decision used, as plain JSON. With the two hashes it lets a
 * decision be made again.
 */
export interface InventorySlice {
  /** Null when the cluster isn't registered. */
  readonly cluster: {
    readonly accountId: string;
    readonly region: string;
    readonly clusterName: string;
    readonly environment: string;
    /** Whether the inventory says that the environment is production. */
    readonly production: boolean;
    /** Other accounts whose roles may be target roles. */
    readonly targetRoleAccounts: readonly string[];
  } | null;
  /**
   * Null when no namespace is in question or the cluster isn't registered; an unlisted namespace
   * has no owners.
   */
  readonly namespace: {
    readonly name: string;
    readonly owners: readonly string[];
    readonly system: boolean;
    /**
     * Paths of the roles that belong to this namespace by convention, such as `/pods/payments/`.
     */
    readonly rolePaths: readonly string[];
    /** Roles outside the naming convention that this namespace may use. */
    readonly roleArns: readonly string[];
  } | null;
  /** The services in question (the principal, the actor) that the inventory knows. */
  readonly services: readonly {
    readonly id: string;
    readonly groups: readonly string[];
    readonly mayNamePeople: boolean;
  }[];
  /** The person in `onBehalfOf`; absent without a name, and where the inventory doesn't list it. */
  readonly person?: {
    /** The id of the principal that this person is with a token of their own. */
    readonly id: string;
    readonly groups: readonly string[];
  };
  /**
   * The time zone in which policies see the day of the week and the hour: a name in the IANA
   * database.
   */
  readonly timeZone: string;
  /**
   * Of a vote: the id of the principal that the person in `onBehalfOf` of the request is; absent
   * without one, and where the inventory doesn't list it.
   */
  readonly requestedFor?: string;
  /**
   * The groups that the inventory has of that person; absent with `requestedFor`, and in entries of
   * earlier versions.
   */
  readonly requestedForGroups?: readonly string[];
  /**
   * The roles of the association, read from IAM; absent where no policy that can apply uses role
   * attributes.
   */
  readonly roles?: readonly RoleAttributes[];
}

/** What policy says of one request. */
export interface Decision {
  readonly allowed: boolean;
  /** True when policy couldn't be evaluated: a denial all the same. */
  readonly failed: boolean;
  /** `@id`s of the policies that decided, sorted. */
  readonly policyIds: readonly string[];
  /**
   * The permits that apply where `needs` are: `policyIds` are the forbids then. Absent elsewhere, and
   * in decisions of earlier versions.
   */
  readonly permittedBy?: readonly string[];
  /** Empty exactly when allowed. */
  readonly violations: readonly Violation[];
  /** SHA-256 (hex) of the policies and their schema. */
  readonly policySetHash: string;
  /** SHA-256 (hex) of the inventory. */
  readonly inventoryHash: string;
  /**
   * The time that policies saw, milliseconds since the epoch. Entries are written later, some
   * minutes later.
   */
  readonly now: number;
  readonly slice: InventorySlice;
  /**
   * ARNs of roles whose attributes policy needs and the request did not have: then it is denied.
   * Absent if policy decided without, or had them.
   */
  readonly unknownRoles?: readonly string[];
  /**
   * The approvals that policy asks for. With `allowed` false, they are the only obstacle, and
   * `violations` are theirs: permits apply, and no other forbid does. With `allowed` true,
   * `approval` has them. Absent where none is needed, and where the request is denied anyway.
   */
  readonly needs?: readonly ApprovalNeed[];
  /** The approval that lifted the forbids of `needs`; absent without one. */
  readonly approval?: UsedApproval;
  /**
   * True where policy allows the dry run, and denies the change itself to the same caller. Absent
   * otherwise.
   */
  readonly onlyAsDryRun?: true;
}
