import {
  CreatePodIdentityAssociationCommand,
  DeletePodIdentityAssociationCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import type { UpdatePodIdentityAssociationRequest } from '@aws-sdk/client-eks';
import { maxTags, operationTagKey } from '../model/association.ts';
import type { AssociationSettings, ClusterRef } from '../model/association.ts';
import { settingNames } from '../model/setting-fields.ts';
import type { SettingName } from '../model/setting-fields.ts';
import type { CreateCall, DeleteCall, TagCall, UntagCall, UpdateCall } from './eks.ts';

/**
 * The SDK command of a create. Adds the ownership tag unless the request already has 50 tags, the
 * maximum of EKS.
 */
export function createCommand({ clusterName }: ClusterRef, { request, operationId }: CreateCall) {
  const { namespace, serviceAccount } = request;
  const hasRoom = request.tags.length < maxTags;
  const tags = [...request.tags, ...(hasRoom ? [{ key: operationTagKey, value: operationId }] : [])];
  return new CreatePodIdentityAssociationCommand({
    clusterName,
    namespace,
    serviceAccount,
    ...sentSettings(request),
    roleArn: request.roleArn,
    clientRequestToken: clientTokenOf(operationId),
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
  });
}

/** The SDK command of an update. */
export function updateCommand({ clusterName }: ClusterRef, { request, operationId }: UpdateCall) {
  const { associationId, changes } = request;
  return new UpdatePodIdentityAssociationCommand({
    clusterName,
    associationId,
    clientRequestToken: clientTokenOf(operationId),
    // EKS keeps a field that the request omits, and clears it for an empty string.
    ...sentSettings(changes, ''),
  });
}

/**
 * The settings as EKS takes them. `cleared` is sent for a setting that is null; undefined: it is
 * left out.
 */
function sentSettings(settings: Partial<AssociationSettings>, cleared?: ''): SentSettings {
  const values = settingNames.map((name) => [name, settings[name] === null ? cleared : settings[name]]);
  // The names and types of settings are those of the EKS API.
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as SentSettings;
}

type SentSettings = Pick<UpdatePodIdentityAssociationRequest, SettingName>;

/** The SDK command of a delete. */
export function deleteCommand({ clusterName }: ClusterRef, { request }: DeleteCall) {
  return new DeletePodIdentityAssociationCommand({ clusterName, associationId: request.associationId });
}

/** The SDK command that sets tags. EKS has no token for it. */
export function tagCommand({ request: { tags }, before }: TagCall) {
  // fromEntries, because a tag's key may be __proto__.
  const entries = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
  return new TagResourceCommand({ resourceArn: before.associationArn, tags: entries });
}

/** The SDK command that removes tags. EKS has no token for it. */
export function untagCommand({ request: { tagKeys }, before }: UntagCall) {
  return new UntagResourceCommand({ resourceArn: before.associationArn, tagKeys: [...tagKeys] });
}

/**
 * The client request token sent to EKS, 47 characters. Other EKS operations require 33 to 126
 * characters of letters, digits and hyphens. CloudTrail records the token, so an event can be
 * traced to its operation.
 */
function clientTokenOf(operationId: string): string {
  return `pod-identity-gateway-${operationId}`;
}
