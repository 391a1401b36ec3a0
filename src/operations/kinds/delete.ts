import { validateDelete } from '../../validation/change.ts';
import {
  concludedByEks,
  done,
  found,
  mayNotBeVisible,
  notFound,
  notObservable,
  rejected,
  stillInDoubt,
} from '../terms/conclusions.ts';
import { warningsAfterDelete } from '../terms/advice.ts';
import { concludedAs } from './observe.ts';
import { summaryOfExisting } from '../terms/operation.ts';
import type { ChangingOperation } from '../terms/operation.ts';
import { checkExpectedModifiedAt, existingBefore, isCertainlyGone, loadExisting } from './target.ts';

/** `deletePodIdentityAssociation`. */
export const deleteOperation: ChangingOperation<'DELETE_POD_IDENTITY_ASSOCIATION'> = {
  kind: 'DELETE_POD_IDENTITY_ASSOCIATION',
  field: 'deletePodIdentityAssociation',
  action: 'DeletePodIdentityAssociation',
  activity: 'Delete',
  validate: validateDelete,
  loadTarget: loadExisting,
  authorizationRequest: (_, loaded) => ({
    action: 'DeletePodIdentityAssociation',
    association: existingBefore(loaded),
  }),
  checkPrecondition: (request, association) => checkExpectedModifiedAt(request, association, null),
  foresee: () => Promise.resolve(null),
  effect: {
    kind: 'change',
    perform: async (_, { eks, request, record, principalId, before, deadline }) => {
      const { operationId, startedAt: signingDate } = record;
      const result = await eks.delete({ request, operationId, principalId, signingDate, deadline });
      if (result.kind === 'done') return done(result, 'EKS deleted the association.');
      if (result.kind === 'not-found') {
        // Deleted since it was read: by an earlier attempt of this request if one is in doubt, else
        // by another request.
        if (before && record.inDoubtOperationIds.length > 0) return found(before, gone);
        return notFound(request, result.error);
      }
      if (result.kind === 'in-use') return rejected('EKS_REFUSED', result.error);
      return concludedByEks(result);
    },
    // Association ids are not reused: an association that existed and is gone proves the delete at
    // any time, regardless of who sent it. One that still exists proves nothing until the operation
    // can no longer take effect.
    observe: async ({ clock, times }, { eks, request, record, before, deadline }) => {
      const observedAt = clock();
      const described = await eks.describe(request.associationId, { deadline });
      if (described.kind === 'failed') return concludedAs(notObservable(described.error));
      if (described.kind === 'absent') {
        const deleted = existingBefore({ before });
        return concludedAs(isCertainlyGone(deleted, observedAt, times) ? found(deleted, gone) : mayNotBeVisible);
      }
      if (observedAt <= record.inDoubtUntil) return concludedAs(stillInDoubt(record));
      return { kind: 'not-done', association: described.association };
    },
  },
  differences: () => null,
  expectedState: () => null,
  needsAgent: false,
  warningsAfter: warningsAfterDelete,
  summarize: ({ ending, ...request }) => ({ ...summaryOfExisting(request), expiresAt: ending?.expiresAt ?? null }),
};

const gone = 'The association is no longer visible at EKS.';
