import { associationCall, associationPath, findAssociation, pathTarget } from './association-call.ts';
import { associationDetails } from './association.ts';
import type { Operation } from './operation.ts';
import { answer } from './reply.ts';

const name = 'DescribePodIdentityAssociation';

/** DescribePodIdentityAssociation. */
export const describePodIdentityAssociation: Operation = {
  name,
  method: 'GET',
  path: associationPath,
  read: (request, backend) => {
    const target = pathTarget(request);
    const { cluster, associationId } = target;
    return associationCall(backend, target, name, () => {
      const found = findAssociation(backend, cluster, associationId, backend.associations.visibleById);
      return found.kind === 'refused' ? found : answer({ association: associationDetails(found.association) });
    });
  },
};
