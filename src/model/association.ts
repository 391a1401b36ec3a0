/** Where a cluster stands; part of every key, fingerprint and policy decision. */
export interface ClusterRef {
  /** AWS account, 12 digits. */
  readonly accountId: string;
  /** AWS region, e.g. `eu-central-1`. */
  readonly region: string;
  /** Name of the EKS cluster. */
  readonly clusterName: string;
}

/**
 * A tag. Lists of tags are used instead of records, because `__proto__` and the like are valid tag keys.
 */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Which pods an association is for. */
export interface AssociationTarget extends ClusterRef {
  /** Kubernetes namespace. */
  readonly namespace: string;
  /** Kubernetes service account. */
  readonly serviceAccount: string;
}

/**
 * An EKS Pod Identity association, all that EKS says of it (`PodIdentityAssociation` in the EKS API reference), and
 * the account and region of its cluster. What EKS leaves out is null.
 */
export interface Association extends AssociationTarget {
  readonly roleArn: string;
  readonly associationArn: string;
  /** `a-` and 17 lower-case alphanumerics. */
  readonly associationId: string;
  /** All tags, the gateway's own among them, sorted by key. */
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

/** What can be changed of an association. */
export interface AssociationSettings {
  readonly roleArn: string;
  readonly targetRoleArn: string | null;
  readonly disableSessionTags: boolean;
  /** IAM session policy, JSON text. */
  readonly policy: string | null;
}

/**
 * What a create asks for, in its one canonical form: defaults filled in, absent and null alike, tags sorted by key. Two
 * inputs that mean the same have equal values here, so the request's fingerprint is taken from it.
 */
export interface CreateRequest extends AssociationTarget, AssociationSettings {
  /** The caller's tags; the gateway's own are added only on the way to EKS. */
  readonly tags: readonly Tag[];
}

/** What a delete asks for, in its canonical form. */
export interface DeleteRequest extends ClusterRef {
  readonly associationId: string;
  /** RFC 3339; null where any state is welcome. */
  readonly expectedModifiedAt: string | null;
}

/** What an update asks for, in its canonical form. */
export interface UpdateRequest extends DeleteRequest {
  /** What changes; null clears. What is not there stays as it is. */
  readonly changes: Partial<AssociationSettings>;
}

/** What a mutation asks for. */
export type MutationRequest = CreateRequest | UpdateRequest | DeleteRequest;

/** The settings of an association, as a request would put them. */
export function settingsOf(association: Association): AssociationSettings {
  const { roleArn, targetRoleArn, disableSessionTags, policy } = association;
  return { roleArn, targetRoleArn, disableSessionTags: disableSessionTags ?? false, policy };
}

/** The settings that a request names: all for a create, what changes for an update, none for a delete. */
export function requestedSettings(request: MutationRequest): Partial<AssociationSettings> {
  if ('changes' in request) return request.changes;
  return 'roleArn' in request ? request : {};
}

/** EKS's limit of tags for a resource. */
export const maxTags = 50;

/** Prefix of the tag keys that the gateway keeps for itself. Callers can't set them, so they are proof. */
export const gatewayTagPrefix = 'pod-identity-gateway/';

/** Key of the tag that names the operation which made an association. */
export const operationTagKey = `${gatewayTagPrefix}operation`;

/** The operation that made an association, read from its ownership tag; null where the gateway did not make it. */
export function operationIdOf(association: { readonly tags: readonly Tag[] }): string | null {
  return association.tags.find(({ key }) => key === operationTagKey)?.value ?? null;
}
