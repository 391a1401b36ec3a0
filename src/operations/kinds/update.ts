import { changesExpiryOnly } from '../../model/operation.ts';
import { settingsOf } from '../../model/setting-fields.ts';
import type { Association, UpdateRequest } from '../../model/association.ts';
import { validateUpdate } from '../../validation/change.ts';
import type { AdmittedMutation } from '../terms/admission.ts';
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
import { updateReplaced } from '../terms/conflict-conclusions.ts';
import { settingDifferences } from '../terms/differences.ts';
import { expirySet } from '../terms/conclusions.ts';
import { concludedAs } from './observe.ts';
import { warningsAfterUpdate } from '../terms/advice.ts';
import { summaryOfExisting } from '../terms/operation.ts';
import type { ChangingOperation } from '../terms/operation.ts';
import { checkExpectedModifiedAt, existingBefore, isCertainlyGone, loadExisting } from './target.ts';

/** `updatePodIdentityAssociation`. */
export const updateOperation: ChangingOperation<'UPDATE_POD_IDENTITY_ASSOCIATION'> = {
  kind: 'UPDATE_POD_IDENTITY_ASSOCIATION',
  field: 'updatePodIdentityAssociation',
  action: 'UpdatePodIdentityAssociation',
  activity: 'Update',
  validate: validateUpdate,
  loadTarget: loadExisting,
  authorizationRequest: ({ changes, expiresAt }, loaded) => {
    const association = existingBefore(loaded);
    const becomes = { ...settingsOf(association), ...changes };
    const expiry = expiresAt === undefined ? {} : { expiresAt };
    return { action: 'UpdatePodIdentityAssociation', association, becomes, ...expiry };
  },
  checkPrecondition: (request, association) =>
    checkExpectedModifiedAt(request, association, settingDifferences(request.changes, association)),
  foresee: (_, mutation) => Promise.resolve(successOfExpiry(mutation)),
  effect: {
    kind: 'change',
    successWithoutEffect: successOfExpiry,
    perform: async (_, { eks, request, record, principalId, deadline }) => {
      const { operationId, startedAt: signingDate } = record;
      const result = await eks.update({ request, operationId, principalId, signingDate, deadline });
      if (result.kind === 'done') return done(result, 'EKS updated the association.');
      if (result.kind === 'not-found') return notFound(request, result.error);
      if (result.kind === 'in-use') return rejected('EKS_REFUSED', result.error);
      return concludedByEks(result);
    },
    // An update leaves no mark, but its settings are visible: an association that was modified
    // since the operation began and has them is its success, regardless of who sent the change.
    // What was modified before may have been replaced before the operation began, and both reads
    // may lag; it proves nothing until the operation can no longer take effect. Where others
    // changed or deleted the association, nothing shows whether the update was applied before.
    observe: async ({ clock, times }, { eks, request, record, before, deadline }) => {
      const observedAt = clock();
      const described = await eks.describe(request.associationId, { deadline });
      if (described.kind === 'failed') return concludedAs(notObservable(described.error));
      const inDoubt = observedAt <= record.inDoubtUntil;
      if (described.kind === 'absent') {
        const isGone = isCertainlyGone(existingBefore({ before }), observedAt, times);
        return concludedAs(isGone ? updateReplaced(request, null, null) : mayNotBeVisible);
      }
      const { association } = described;
      const isModified = association.modifiedAt !== record.modifiedAtBefore;
      const isModifiedSince = isModified && Date.parse(association.modifiedAt) >= record.startedAt;
      if (hasSettings(association, request) && (isModifiedSince || !inDoubt)) {
        return concludedAs(found(association, 'The association in EKS has the settings of this request.'));
      }
      if (inDoubt) return concludedAs(stillInDoubt(record));
      if (!isModified) return { kind: 'not-done', association };
      return concludedAs(updateReplaced(request, association, settingDifferences(request.changes, association)));
    },
  },
  differences: ({ changes }, association) => settingDifferences(changes, association),
  expectedState: ({ changes }, before) => before && { settings: { ...settingsOf(before), ...changes }, tags: null },
  needsAgent: true,
  // Pods know nothing of an expiry.
  warningsAfter: (association, request) => (changesExpiryOnly(request) ? [] : warningsAfterUpdate(association)),
  summarize: ({ changes, expiresAt, ...request }) => ({
    ...summaryOfExisting(request),
    settings: changes,
    changes: [...Object.keys(changes), ...(expiresAt === undefined ? [] : ['expiresAt'])],
    expiresAt: expiresAt ?? null,
  }),
};

/** The success of an update of the expiry alone. */
function successOfExpiry(mutation: AdmittedMutation<'UPDATE_POD_IDENTITY_ASSOCIATION'>) {
  const { request } = mutation;
  return changesExpiryOnly(request) ? expirySet(existingBefore(mutation), request.expiresAt ?? null) : null;
}

function hasSettings(association: Association, { changes }: UpdateRequest): boolean {
  return settingDifferences(changes, association).length === 0;
}
