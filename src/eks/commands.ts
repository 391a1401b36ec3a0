import {
  CreatePodIdentityAssociationCommand,
  DeletePodIdentityAssociationCommand,
  UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import { maxTags, operationTagKey } from '../model/association.ts';
import type { ClusterRef } from '../model/association.ts';
import type { CreateCall, DeleteCall, UpdateCall } from './eks.ts';

/** The create of a request, with the ownership tag where the caller's tags leave room. */
export function createCommand({ clusterName }: ClusterRef, { request, operationId }: CreateCall) {
  const { namespace, serviceAccount, roleArn, targetRoleArn, disableSessionTags, policy } = request;
  const room = request.tags.length < maxTags;
  const tags = [...request.tags, ...(room ? [{ key: operationTagKey, value: operationId }] : [])];
  return new CreatePodIdentityAssociationCommand({
    clusterName,
    namespace,
    serviceAccount,
    roleArn,
    clientRequestToken: tokenFor(operationId),
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    disableSessionTags,
    ...(targetRoleArn === null ? {} : { targetRoleArn }),
    ...(policy === null ? {} : { policy }),
  });
}

/** The update of a request. */
export function updateCommand({ clusterName }: ClusterRef, { request, operationId }: UpdateCall) {
  const { associationId, changes } = request;
  const { targetRoleArn, policy, ...rest } = changes;
  return new UpdatePodIdentityAssociationCommand({
    clusterName,
    associationId,
    clientRequestToken: tokenFor(operationId),
    ...rest,
    // EKS takes a field that is left out for "as it is", and the empty text for "none".
    ...(targetRoleArn === undefined ? {} : { targetRoleArn: targetRoleArn ?? '' }),
    ...(policy === undefined ? {} : { policy: policy ?? '' }),
  });
}

/** The delete of a request. */
export function deleteCommand({ clusterName }: ClusterRef, { request }: DeleteCall) {
  return new DeletePodIdentityAssociationCommand({ clusterName, associationId: request.associationId });
}

/** EKS wants 33 to 126 characters of letters, digits and hyphens for such tokens elsewhere; CloudTrail shows it. */
function tokenFor(operationId: string): string {
  return `pod-identity-gateway-${operationId}`;
}
