import { associationCall, associationPath, findAssociation, pathTarget } from './association-call.ts';
import { associationDetails } from './association.ts';
import type { Backend, Operation } from './operation.ts';
import { answer } from './reply.ts';
import type { Reply } from './reply.ts';
import type { ClusterRef } from './world-names.ts';

const name = 'DeletePodIdentityAssociation';

/**
 * DeletePodIdentityAssociation. A second delete gets 404 at once, even while reads still return the
 * association.
 */
export const deletePodIdentityAssociation: Operation = {
  name,
  method: 'DELETE',
  path: associationPath,
  read: (request, backend) => {
    const target = pathTarget(request);
    return associationCall(backend, target, name, (lagMs) =>
      remove(backend, target.cluster, target.associationId, lagMs ?? backend.deleteLagMs),
    );
  },
};

function remove(backend: Backend, cluster: ClusterRef, associationId: string, lagMs: number): Reply {
  const { associations } = backend;
  const found = findAssociation(backend, cluster, associationId, associations.byId);
  if (found.kind === 'refused') return found;
  associations.remove(associationId, lagMs);
  return answer({ association: associationDetails(found.association) });
}
