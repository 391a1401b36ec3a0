import type { HeldRequest, MutationOptions } from './approval.ts';
import type { GatewayClient } from './client.ts';
import type { MutationResult } from './result.ts';

/** The operations that can be held. */
type HeldOperation = 'create' | 'update' | 'delete' | 'adopt' | 'tag' | 'untag';

/** The requests of held operations, as a union that `operation` discriminates. */
export type ResumedRequest = {
  readonly [Name in HeldOperation]: {
    readonly operation: Name;
    readonly input: Parameters<GatewayClient[`${Name}PodIdentityAssociation`]>[0] & {
      readonly clientRequestToken: string;
    };
  };
}[HeldOperation];

/**
 * The request of an approval under its token, with the fields that its token is bound to. Null if
 * the token is not known, which only who asked can read, or if its operation is not known.
 */
export function resumedRequest(held: HeldRequest): ResumedRequest | null {
  const { operation, request, target, clientRequestToken, reason, onBehalfOf, declaration } = held;
  if (clientRequestToken === null) return null;
  const { accountId, region, clusterName, namespace, serviceAccount } = target;
  const { associationId, expectedModifiedAt } = request;
  const common = { accountId, region, clusterName, clientRequestToken, reason, onBehalfOf, declaration };
  if (operation === 'CREATE_POD_IDENTITY_ASSOCIATION') {
    const { roleArn, targetRoleArn, disableSessionTags, policy, tags, expiresAt, ifExists, expectedRevision } = request;
    if (roleArn === null) return null;
    const others = { targetRoleArn, disableSessionTags, policy, tags, expiresAt, ifExists, expectedRevision };
    return { operation: 'create', input: { ...common, namespace, serviceAccount, ...others, roleArn } };
  }
  if (associationId === null) return null;
  const { expectedRevision } = request;
  const existing = { ...common, associationId, expectedModifiedAt, expectedRevision };
  if (operation === 'UPDATE_POD_IDENTITY_ASSOCIATION') {
    return { operation: 'update', input: { ...existing, ...changedFields(request) } };
  }
  if (operation === 'DELETE_POD_IDENTITY_ASSOCIATION') return { operation: 'delete', input: existing };
  if (operation === 'ADOPT_POD_IDENTITY_ASSOCIATION') return { operation: 'adopt', input: existing };
  const { tags, tagKeys, expectedTags } = request;
  if (operation === 'TAG_POD_IDENTITY_ASSOCIATION') {
    return { operation: 'tag', input: { ...existing, tags, expectedTags } };
  }
  if (operation !== 'UNTAG_POD_IDENTITY_ASSOCIATION') return null;
  return { operation: 'untag', input: { ...existing, tagKeys, expectedTags } };
}

/** The fields that an update changes: null clears one. */
function changedFields(request: HeldRequest['request']) {
  const { roleArn, targetRoleArn, disableSessionTags, policy, expiresAt } = request;
  const fields = { roleArn, targetRoleArn, disableSessionTags, policy, expiresAt };
  return Object.fromEntries(Object.entries(fields).filter(([name]) => request.changes.includes(name)));
}

/** Sends a request again under its token, which takes effect at most once. */
export function sendResumed(
  client: GatewayClient,
  request: ResumedRequest,
  options?: MutationOptions,
): Promise<MutationResult> {
  switch (request.operation) {
    case 'create':
      return client.createPodIdentityAssociation(request.input, options);
    case 'update':
      return client.updatePodIdentityAssociation(request.input, options);
    case 'delete':
      return client.deletePodIdentityAssociation(request.input, options);
    case 'adopt':
      return client.adoptPodIdentityAssociation(request.input, options);
    case 'tag':
      return client.tagPodIdentityAssociation(request.input, options);
    case 'untag':
      return client.untagPodIdentityAssociation(request.input, options);
  }
}
