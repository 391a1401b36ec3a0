/** Identifies a cluster; part of every key, fingerprint and policy decision. */
export interface ClusterRef {
  /** AWS account, 12 digits. */
  readonly accountId: string;
  /** AWS region, e.g. `eu-central-1`. */
  readonly region: string;
  /** Name of the EKS cluster. */
  readonly clusterName: string;
}

/**
 * A tag. Lists of tags are used instead of records, because `__proto__` and the like are valid tag
 * keys.
 */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** The service account that an association is for. */
export interface AssociationTarget extends ClusterRef {
  /** Kubernetes namespace. */
  readonly namespace: string;
  /** Kubernetes service account. */
  readonly serviceAccount: string;
}

/**
 * An EKS Pod Identity association: every field of `PodIdentityAssociation` in the EKS API
 * reference, with the account and region of its cluster. A field that EKS leaves out is null.
 */
export interface Association extends AssociationTarget {
  readonly roleArn: string;
  readonly associationArn: string;
  /** A lower-case letter, `-` and 17 lower-case letters or digits. */
  readonly associationId: string;
  /** All tags, including the gateway's own, sorted by key. */
  readonly tags: readonly Tag[];
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  /** RFC 3339, UTC. */
  readonly modifiedAt: string;
  /** ARN of the EKS add-on that owns it. */
  readonly ownerArn: string | null;
  readonly disableSessionTags: boolean | null;
  readonly targetRoleArn: string | null;
  readonly externalId: string | null;
  /** IAM session policy, JSON text. */
  readonly policy: string | null;
}

/** The settings of an association that an update can change. */
export interface AssociationSettings {
  readonly roleArn: string;
  readonly targetRoleArn: string | null;
  readonly disableSessionTags: boolean;
  /** IAM session policy, JSON text. */
  readonly policy: string | null;
}

/**
 * A create in canonical form: defaults filled in, absent and null alike, tags sorted by key. Inputs
 * that mean the same have equal canonical forms, so the request's fingerprint is taken from it.
 */
export interface CreateRequest extends AssociationTarget, AssociationSettings {
  /** The tags of the input; the gateway's own tag is added only when the request is sent to EKS. */
  readonly tags: readonly Tag[];
  /**
   * The revision of the service account that the request was made for, compared when an operation
   * begins; absent: any. Absent rather than null, so that requests without it have the same entries
   * as before.
   */
  readonly expectedRevision?: number;
  /** What to do about an equal association; absent: refuse the request. */
  readonly ifExists?: 'ADOPT';
  /**
   * When the association ends: RFC 3339, UTC. Absent: it does not end by itself, and an adopted one
   * keeps its expiry.
   */
  readonly expiresAt?: string;
}

/** A request about an existing association in canonical form. */
interface ExistingRequest extends ClusterRef {
  readonly associationId: string;
  /** RFC 3339; null when the association may have changed since it was read. */
  readonly expectedModifiedAt: string | null;
  /** As that of a create. */
  readonly expectedRevision?: number;
}

/** A delete in canonical form. */
export interface DeleteRequest extends ExistingRequest {
  /** The expiry that a delete of the gateway itself carries out. Stored under this name. */
  readonly ending?: DueExpiry;
}

/** An expiry that was due. */
interface DueExpiry {
  /** RFC 3339, UTC. */
  readonly expiresAt: string;
  /** The operation that set it. */
  readonly setBy: string;
}

/** An adoption in canonical form. */
export type AdoptRequest = ExistingRequest;

/** An update in canonical form. */
export interface UpdateRequest extends ExistingRequest {
  /** The settings to change; null clears one, an absent one stays unchanged. */
  readonly changes: Partial<AssociationSettings>;
  /**
   * When the association ends: RFC 3339, UTC; null: it does not end by itself any more. Absent: its
   * expiry stays as it is.
   */
  readonly expiresAt?: string | null;
}

/** A change of tags in canonical form. */
interface ChangeOfTags extends ExistingRequest {
  /**
   * All tags that the association is expected to have, without those of the gateway and of AWS,
   * sorted by key; null: any.
   */
  readonly expectedTags: readonly Tag[] | null;
}

/** Tags to set, in canonical form. */
export interface TagRequest extends ChangeOfTags {
  /** Sorted by key. */
  readonly tags: readonly Tag[];
}

/** Tags to remove, in canonical form. */
export interface UntagRequest extends ChangeOfTags {
  /** Sorted. */
  readonly tagKeys: readonly string[];
}

/** Maximum number of tags on an EKS resource. */
export const maxTags = 50;

/**
 * Prefix of tag keys reserved for the gateway. Requests can't set them, so a tag with it proves
 * ownership.
 */
export const gatewayTagPrefix = 'pod-identity-gateway/';

/** Key of the tag that names the operation which created an association. */
export const operationTagKey = `${gatewayTagPrefix}operation`;

/**
 * The operation that created an association, from its ownership tag; null if the gateway did not
 * create it. Not validated.
 */
export function operationIdOf(association: { readonly tags: readonly Tag[] }): string | null {
  return association.tags.find(({ key }) => key === operationTagKey)?.value ?? null;
}
