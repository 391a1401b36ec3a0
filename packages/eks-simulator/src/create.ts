import { newAssociation, associationDetails } from './association.ts';
import { checkCreateInput } from './create-rules.ts';
import type { CreateInput } from './create-rules.ts';
import { asAssociationInput, readBody } from './body.ts';
import { clusterOf, hasCluster } from './operation.ts';
import type { Backend, Call, Operation } from './operation.ts';
import { alreadyExists, answer, clusterNotFound, invalidParameter, limitExceeded } from './reply.ts';
import type { Refusal, Reply } from './reply.ts';
import { roleStateProblem } from './rules.ts';
import { asText, asTexts, optional } from './shape.ts';
import type { Fields } from './shape.ts';
import type { ClusterRef } from './world-names.ts';

/**
 * CreatePodIdentityAssociation. `clientRequestToken` is logged and otherwise ignored: how EKS
 * treats a repeated token is not documented, so a repeat gets 409 like any second create.
 */
export const createPodIdentityAssociation: Operation = {
  name: 'CreatePodIdentityAssociation',
  method: 'POST',
  path: /^\/clusters\/([^/]+)\/pod-identity-associations$/,
  read: (request, backend): Call | Refusal => {
    const input = readBody(request.body, asCreateInput);
    if (input.kind === 'refused') return input;
    const cluster = clusterOf(request);
    return {
      cluster,
      namespace: input.namespace,
      serviceAccount: input.serviceAccount,
      associationId: null,
      clientRequestToken: input.clientRequestToken,
      permission: { action: 'iam:PassRole', resource: input.roleArn ?? '' },
      run: (lagMs) => create(backend, cluster, input, lagMs ?? backend.listLagMs),
    };
  },
};

function create(backend: Backend, cluster: ClusterRef, input: CreateInput, lagMs: number): Reply {
  const { associations, clock, maxAssociations, roles } = backend;
  const { clusterName } = cluster;
  if (!hasCluster(backend, cluster)) return clusterNotFound(clusterName);
  const checked = checkCreateInput(cluster, input);
  if (checked.kind === 'refused') return checked;
  const { choice } = checked;

  const existing = associations.occupant(cluster, choice.namespace, choice.serviceAccount);
  if (existing) return alreadyExists(clusterName, existing.associationId);
  if (associations.count(cluster) >= maxAssociations) return limitExceeded(clusterName, maxAssociations);
  const problem = roleStateProblem(roles.state(choice.roleArn));
  if (problem !== null) return invalidParameter(clusterName, problem);

  const association = newAssociation(cluster, choice, clock(), clock() + lagMs);
  associations.insert(association);
  return answer({ association: associationDetails(association) });
}

function asCreateInput(fields: Fields, where: string): CreateInput {
  return {
    kind: 'input',
    namespace: optional(fields, 'namespace', where, asText),
    serviceAccount: optional(fields, 'serviceAccount', where, asText),
    tags: optional(fields, 'tags', where, asTexts),
    ...asAssociationInput(fields, where),
  };
}
