import { associationCall } from './association-call.ts';
import type { SimulatedAssociation } from './association.ts';
import { readBody } from './body.ts';
import type { ApiRequest, Backend, Call, Operation } from './operation.ts';
import { answer, refusal } from './reply.ts';
import type { Refusal, Reply } from './reply.ts';
import { allTagsProblem, tagKeysProblem, tagsProblem } from './rules.ts';
import { asTexts, optional } from './shape.ts';
import type { Fields } from './shape.ts';
import type { Signer } from './signature.ts';
import { clusterKey } from './world-names.ts';
import type { ClusterRef } from './world-names.ts';

/** The association whose tags a request is about, and the signer of the request. */
interface Target {
  readonly kind: 'target';
  readonly signer: Signer;
  readonly cluster: ClusterRef;
  readonly associationId: string;
}

type Tags = Readonly<Record<string, string>>;

const path = /^\/tags\/([^/]+)$/;
const arnPattern = /^arn:aws:eks:([^:/]+):(\d{12}):podidentityassociation\/([^/]+)\/([^/]+)$/;

/** TagResource: adds tags and replaces the values of existing ones. */
export const tagResource: Operation = {
  name: 'TagResource',
  method: 'POST',
  path,
  read: (request, backend): Call | Refusal => {
    const input = readBody(request.body, asTagInput);
    if (input.kind === 'refused') return input;
    const target = targetOf(request);
    if (target.kind === 'refused') return target;
    return associationCall(backend, target, 'TagResource', (lagMs) => tag(backend, target, input.tags, lagMs ?? 0));
  },
};

/** UntagResource: removes tags; ignores unknown keys. */
export const untagResource: Operation = {
  name: 'UntagResource',
  method: 'DELETE',
  path,
  read: (request, backend): Call | Refusal => {
    const tagKeys = request.query.getAll('tagKeys');
    const target = targetOf(request);
    if (target.kind === 'refused') return target;
    return associationCall(backend, target, 'UntagResource', (lagMs) => untag(backend, target, tagKeys, lagMs ?? 0));
  },
};

/** ListTagsForResource. */
export const listTagsForResource: Operation = {
  name: 'ListTagsForResource',
  method: 'GET',
  path,
  read: (request, backend): Call | Refusal => {
    const target = targetOf(request);
    if (target.kind === 'refused') return target;
    return associationCall(backend, target, 'ListTagsForResource', () => {
      const association = owned(target, backend.associations.visibleById(target.associationId));
      return association ? answer({ tags: association.tags }) : absent(target);
    });
  },
};

function tag(backend: Backend, target: Target, tags: Tags | null, lagMs: number): Reply {
  const association = owned(target, backend.associations.byId(target.associationId));
  if (!association) return absent(target);
  const problem = tagsProblem(tags ?? {});
  if (problem !== null) return badRequest(problem);
  return retag(backend, association, { ...association.tags, ...tags }, lagMs);
}

function untag(backend: Backend, target: Target, tagKeys: readonly string[], lagMs: number): Reply {
  const association = owned(target, backend.associations.byId(target.associationId));
  if (!association) return absent(target);
  const problem = tagKeysProblem(tagKeys);
  if (problem !== null) return badRequest(problem);
  const left = Object.entries(association.tags).filter(([key]) => !tagKeys.includes(key));
  return retag(backend, association, Object.fromEntries(left), lagMs);
}

/** Keeps `modifiedAt`: whether EKS changes it is not known. */
function retag({ associations }: Backend, association: SimulatedAssociation, tags: Tags, lagMs: number): Reply {
  const problem = allTagsProblem(tags);
  if (problem !== null) return badRequest(problem);
  associations.replace({ ...association, tags }, lagMs);
  return answer({});
}

/**
 * Parses the ARN in the path. Refuses anything but the ARN of an association with 400, such as a
 * bare association id.
 */
function targetOf({ signer, pathParameters }: ApiRequest): Target | Refusal {
  const [resourceArn = ''] = pathParameters;
  const [, region, accountId, clusterName, associationId] = arnPattern.exec(resourceArn) ?? [];
  if (!region || !accountId || !clusterName || !associationId) {
    return badRequest(`resourceArn is not the ARN of a pod identity association: ${resourceArn}`);
  }
  return { kind: 'target', signer, cluster: { accountId, region, clusterName }, associationId };
}

/**
 * The association, if its cluster is that of the ARN, in the account and region of the signature.
 */
function owned({ signer, cluster }: Target, association: SimulatedAssociation | null): SimulatedAssociation | null {
  const { accountId, region } = signer;
  if (!association || clusterKey(association) !== clusterKey(cluster)) return null;
  return cluster.accountId === accountId && cluster.region === region ? association : null;
}

function absent({ associationId }: Target): Refusal {
  return refusal(404, 'NotFoundException', `No pod identity association found for id: ${associationId}.`);
}

/** 400. The errors of the tagging operations have a message only. */
function badRequest(message: string): Refusal {
  return refusal(400, 'BadRequestException', message);
}

function asTagInput(fields: Fields, where: string) {
  return { kind: 'input' as const, tags: optional(fields, 'tags', where, asTexts) };
}
