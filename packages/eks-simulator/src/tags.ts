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
import { clusterKey } from './world.ts';
import type { ClusterRef } from './world.ts';

/** What a request to the tags' path names, and who asks. */
interface Target {
  readonly kind: 'target';
  readonly signer: Signer;
  readonly cluster: ClusterRef;
  readonly associationId: string;
}

type Tags = Readonly<Record<string, string>>;

const path = /^\/tags\/([^/]+)$/;
const arnPattern = /^arn:aws:eks:([^:/]+):(\d{12}):podidentityassociation\/([^/]+)\/([^/]+)$/;

/** TagResource: adds tags, and gives new values to those that are there. */
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

/** UntagResource: takes tags off; a key that is not there is read over. */
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
      const association = owned(target, backend.associations.shownById(target.associationId));
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

/** `modifiedAt` stays: what EKS does with it is not known. */
function retag({ associations }: Backend, association: SimulatedAssociation, tags: Tags, lagMs: number): Reply {
  const problem = allTagsProblem(tags);
  if (problem !== null) return badRequest(problem);
  associations.replace({ ...association, tags }, lagMs);
  return answer({});
}

/** The association that the path's ARN names; 400 for anything else, above all for an id in place of an ARN. */
function targetOf({ signer, pathParameters }: ApiRequest): Target | Refusal {
  const [resourceArn = ''] = pathParameters;
  const [, region, accountId, clusterName, associationId] = arnPattern.exec(resourceArn) ?? [];
  if (!region || !accountId || !clusterName || !associationId) {
    return badRequest(`resourceArn is not the ARN of a pod identity association: ${resourceArn}`);
  }
  return { kind: 'target', signer, cluster: { accountId, region, clusterName }, associationId };
}

/** The association, if it is the one that the ARN names, and in the account and region of the signature. */
function owned({ signer, cluster }: Target, association: SimulatedAssociation | null): SimulatedAssociation | null {
  const { accountId, region } = signer;
  if (!association || clusterKey(association) !== clusterKey(cluster)) return null;
  return cluster.accountId === accountId && cluster.region === region ? association : null;
}

function absent({ associationId }: Target): Refusal {
  return refusal(404, 'NotFoundException', `No pod identity association found for id: ${associationId}.`);
}

/** 400; the errors of the tags' operations have no field but the message. */
function badRequest(message: string): Refusal {
  return refusal(400, 'BadRequestException', message);
}

function asTagInput(fields: Fields, where: string) {
  return { kind: 'input' as const, tags: optional(fields, 'tags', where, asTexts) };
}
