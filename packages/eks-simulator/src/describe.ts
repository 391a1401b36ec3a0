import { associationCall, associationPath, findAssociation, pathTarget } from './association-call.ts';
import { associationDetails } from './association.ts';
import type { Backend, Operation } from './operation.ts';
import { answer } from './reply.ts';
import type { Reply } from './reply.ts';
import type { ClusterRef } from './world.ts';

const name = 'DescribePodIdentityAssociation';

/** DescribePodIdentityAssociation. */
export const describePodIdentityAssociation: Operation = {
  name,
  method: 'GET',
  path: associationPath,
  read: (request, backend) => {
    const target = pathTarget(request);
    return associationCall(backend, target, name, () => describe(backend, target.cluster, target.associationId));
  },
};

function describe(backend: Backend, cluster: ClusterRef, associationId: string): Reply {
  const found = findAssociation(backend, cluster, associationId, backend.associations.shownById);
  if (found.kind === 'refused') return found;
  return answer({ association: associationDetails(found.association) });
}
