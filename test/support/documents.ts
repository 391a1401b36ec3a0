/** A mutation that selects every field of its payload and of every kind of refusal, under a short name. */
const mutation = (verb: 'Create' | 'Update' | 'Delete' | 'Adopt' | 'Tag' | 'Untag') => {
  const name = verb.toLowerCase();
  return `
  fragment Whole on AssociationState {
    accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags { key value }
    createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId
  }
  mutation ${verb}($input: ${verb}PodIdentityAssociationInput!) {
    ${name}: ${name}PodIdentityAssociation(input: $input) {
      status association { ...Whole } retryAfterSeconds replayed clientRequestToken
      refusal {
        __typename code message advice retryable
        ... on InvalidInput { findings { path rule message advice } }
        ... on PolicyDenied { violations { policyId message advice } owners }
        ... on AssociationAlreadyExists { existing { ...Whole } differences { field requested existing } }
        ... on AssociationChanged { existing { ...Whole } differences { field requested existing } }
        ... on TokenReused { originalOperationId }
        ... on ChangesLocked { scope lockedBy lockedAt reason }
        ... on EksRefused { exception eksMessage }
      }
      auditEntry { id event operationId fence refusalCode message }
    }
  }
`;
};
export const createDocument = mutation('Create');
export const updateDocument = mutation('Update');
export const deleteDocument = mutation('Delete');
export const adoptDocument = mutation('Adopt');
export const tagDocument = mutation('Tag');
export const untagDocument = mutation('Untag');

/** A mutation of a desired state, under a short name. */
const ensureMutation = (name: 'Ensure' | 'EnsureNo') => `
  fragment Whole on AssociationState {
    accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags { key value }
    createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId
  }
  mutation ${name}($input: ${name}PodIdentityAssociationInput!) {
    ensured: ${name[0]?.toLowerCase()}${name.slice(1)}PodIdentityAssociation(input: $input) {
      status change isSettled differences { field requested existing } association { ...Whole } expiresAt
      retryAfterSeconds clientRequestToken warnings { code message advice }
      refusal {
        __typename code message advice retryable
        ... on InvalidInput { findings { path rule message advice } }
        ... on PolicyDenied { violations { policyId message advice } owners }
        ... on ApprovalRequired { approval { id state } }
        ... on AssociationAlreadyExists { existing { ...Whole } differences { field requested existing } }
        ... on AssociationChanged { existing { ...Whole } differences { field requested existing } }
      }
      auditEntry { id event operationId operationKind fence refusalCode message declaration }
    }
  }
`;
export const ensureDocument = ensureMutation('Ensure');
export const ensureNoDocument = ensureMutation('EnsureNo');

/** An association, with all its fields. */
export interface WholeAssociation {
  readonly associationId: string;
  readonly associationArn: string;
  readonly roleArn: string;
  readonly modifiedAt: string;
  readonly targetRoleArn: string | null;
  readonly disableSessionTags: boolean | null;
  readonly policy: string | null;
  readonly operationId: string | null;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

/** The payload of a desired state, as the documents above select it. */
export interface EnsurePayload extends Omit<Payload, 'replayed' | 'auditEntry'> {
  readonly change: string | null;
  readonly isSettled: boolean;
  readonly differences: readonly { readonly field: string }[];
  readonly expiresAt: string | null;
  readonly warnings: readonly { readonly code: string }[];
  readonly auditEntry: (Payload['auditEntry'] & { readonly operationKind: string }) | null;
}

/** The payload of a mutation, as the documents above select it. */
export interface Payload {
  readonly status: 'SUCCEEDED' | 'REFUSED' | 'IN_PROGRESS';
  readonly association: WholeAssociation | null;
  readonly refusal: {
    readonly __typename: string;
    readonly code: string;
    readonly message: string;
    readonly advice: string | null;
    readonly retryable: boolean;
    readonly findings?: readonly { readonly path: string; readonly rule: string }[];
    readonly violations?: readonly { readonly policyId: string; readonly advice: string | null }[];
    readonly existing?: WholeAssociation | null;
    readonly differences?: readonly { readonly field: string }[] | null;
    readonly originalOperationId?: string;
    readonly exception?: string;
    readonly eksMessage?: string;
  } | null;
  readonly retryAfterSeconds: number | null;
  readonly replayed: boolean;
  readonly clientRequestToken: string | null;
  readonly auditEntry: {
    readonly id: string;
    readonly event: string;
    readonly operationId: string;
    readonly fence: number | null;
    readonly refusalCode: string | null;
    readonly message: string | null;
  };
}
