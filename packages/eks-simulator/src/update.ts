import { associationCall, associationPath, findAssociation, pathTarget } from './association-call.ts';
import { associationDetails, changedAssociation } from './association.ts';
import { asAssociationInput, readBody } from './body.ts';
import type { Backend, Call, Operation } from './operation.ts';
import { answer, invalidParameter } from './reply.ts';
import type { Refusal, Reply } from './reply.ts';
import { roleStateProblem } from './rules.ts';
import type { Fields } from './shape.ts';
import { checkUpdateInput } from './update-rules.ts';
import type { UpdateInput } from './update-rules.ts';
import type { ClusterRef } from './world-names.ts';

const name = 'UpdatePodIdentityAssociation';

/**
 * UpdatePodIdentityAssociation. `clientRequestToken` is logged and otherwise ignored, as for a
 * create.
 */
export const updatePodIdentityAssociation: Operation = {
  name,
  method: 'POST',
  path: associationPath,
  read: (request, backend): Call | Refusal => {
    const input = readBody(request.body, asUpdateInput);
    if (input.kind === 'refused') return input;
    const { clientRequestToken } = input;
    const target = { ...pathTarget(request), clientRequestToken };
    return associationCall(backend, target, name, (lagMs) =>
      update(backend, target.cluster, target.associationId, input, lagMs ?? 0),
    );
  },
};

function update(
  backend: Backend,
  cluster: ClusterRef,
  associationId: string,
  input: UpdateInput,
  lagMs: number,
): Reply {
  const { associations, clock, roles } = backend;
  const found = findAssociation(backend, cluster, associationId, associations.byId);
  if (found.kind === 'refused') return found;
  const checked = checkUpdateInput(found.association, input);
  if (checked.kind === 'refused') return checked;
  const { change } = checked;
  // A role that the request does not name is not checked again.
  const problem = change.roleArn === undefined ? null : roleStateProblem(roles.state(change.roleArn));
  if (problem !== null) return invalidParameter(cluster.clusterName, problem);

  const association = changedAssociation(found.association, change, clock());
  associations.replace(association, lagMs);
  return answer({ association: associationDetails(association) });
}

function asUpdateInput(fields: Fields, where: string): UpdateInput {
  return { kind: 'input', ...asAssociationInput(fields, where) };
}
