import { ServiceError } from '../aws/errors.ts';
import type { Value, ValueMap } from '../aws/value.ts';
import { isList, isMap } from '../aws/value.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { Request } from '../host.ts';
import { checkAnswer, tagMap } from './answers.ts';
import { required } from './inputs.ts';

const arnPattern = /^arn:[^:]+:eks:([^:]+):(\d{12}):podidentityassociation\/([^/]+)\/([^/]+)$/;

/** The association that an ARN names. The region of the connection does not count. */
function associationOf(operation: string, { resourceArn }: ValueMap) {
  const [, region, accountId, clusterName, associationId] = arnPattern.exec(required(resourceArn)) ?? [];
  if (clusterName !== undefined && associationId !== undefined)
    return { region, accountId, clusterName, associationId };
  const example = 'arn:aws:eks:REGION:ACCOUNT:podidentityassociation/CLUSTER/ASSOCIATION-ID';
  const message = `The gateway changes tags of associations only: ${required(resourceArn)} is not an ARN such as ${example}.`;
  throw new ServiceError('BadRequestException', operation, message);
}

/** A map of tags as a list; null without one. */
export function tagList(tags: Value | undefined) {
  return isMap(tags) ? Object.entries(tags).map(([key, value]) => ({ key, value: required(value) })) : null;
}

function changed(operation: string, input: ValueMap) {
  const { resourceArn: _, region: __, tags: ___, tagKeys: ____, expectedTags, ...others } = input;
  return { ...others, ...associationOf(operation, input), expectedTags: tagList(expectedTags) };
}

/** The input of a change of tags, as `aws eks tag-resource` has it. */
export function tagInput(operation: string, input: ValueMap) {
  return { ...changed(operation, input), tags: tagList(input.tags) ?? [] };
}

/** The input of a removal of tags, as `aws eks untag-resource` has it. */
export function untagInput(operation: string, input: ValueMap) {
  const keys = isList(input.tagKeys) ? input.tagKeys.map(required) : [];
  // EKS takes a key that is given twice.
  return { ...changed(operation, input), tagKeys: [...new Set(keys)] };
}

/** The queries about tags, by the operations of the commands. */
export const tagQueries = {
  CheckTagResource: async (client: GatewayClient, { command, input }: Request, options: CallOptions) =>
    checkAnswer(await client.checkTagPodIdentityAssociation(tagInput(command.operation, input), options)),
  CheckUntagResource: async (client: GatewayClient, { command, input }: Request, options: CallOptions) =>
    checkAnswer(await client.checkUntagPodIdentityAssociation(untagInput(command.operation, input), options)),
  ListTagsForResource: async (client: GatewayClient, { command, input }: Request, options: CallOptions) => {
    const variables = associationOf(command.operation, input);
    const association = await client.podIdentityAssociation(variables, options);
    if (association) return { tags: tagMap(association.tags) };
    const { associationId, clusterName } = variables;
    const message = `The association ${associationId} does not exist in cluster ${clusterName}, or you are not allowed to view it.`;
    throw new ServiceError('NotFoundException', command.operation, message);
  },
};
