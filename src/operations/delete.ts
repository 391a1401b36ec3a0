import { randomUUID } from 'node:crypto';
import type { DeleteRequest } from '../model/association.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { MutationResult } from './result.ts';
import { carryOut } from './execute.ts';
import type { Effect } from './execute.ts';
import { concludedByEks, done, found, inconclusive, notFound, refusedByEks } from './conclusion.ts';
import { prepare } from './target.ts';
import { notYet } from './observe.ts';
import type { Dependencies } from './dependencies.ts';
import { denied, invalid, refuseUnheld } from './refuse.ts';
import { validateDelete } from '../validation/change.ts';
import type { DeleteInput } from '../validation/change.ts';

const operation = 'DELETE_POD_IDENTITY_ASSOCIATION';

/**
 * The whole road of `deletePodIdentityAssociation`: validate, read what it is about, authorize, then begin, EKS, finish
 * (`carryOut`). Throws as an update does.
 */
export async function deletePodIdentityAssociation(
  deps: Dependencies,
  identity: RequestIdentity,
  input: DeleteInput,
  deadline: number,
): Promise<MutationResult> {
  const startedAt = deps.clock();
  const validated = validateDelete(input, deps.home);
  if (validated.kind === 'invalid') return invalid(deps, operation, identity, deadline, validated);

  const clientRequestToken = validated.clientRequestToken ?? randomUUID();
  const asked = { ...validated, operation, identity, clientRequestToken, startedAt, deadline } as const;
  const prepared = await prepare(deps, asked, (association) => ({
    action: 'DeletePodIdentityAssociation',
    association,
  }));
  switch (prepared.kind) {
    case 'denied':
      return denied(deps, prepared.call);
    case 'refused':
      return refuseUnheld(deps, asked, prepared.call, prepared.conclusion);
    case 'ready':
      return carryOut(deps, prepared.call, deleteEffect);
  }
}

/**
 * A delete at EKS. Ids are not used again, so an association that was there and is gone is proof at any time that the wish is
 * fulfilled, whoever did it. One that is still there proves nothing before the operation is quiet.
 */
export const deleteEffect: Effect<DeleteRequest> = {
  perform: async (_, { eks, request, record, before, deadline }) => {
    const { operationId, startedAt: signingDate } = record;
    const result = await eks.delete({ request, operationId, signingDate, deadline });
    if (result.kind === 'done') return done(result, 'EKS deleted the association.');
    if (result.kind === 'not-found') {
      // Gone since it was read: by an earlier try of this request, if one was left in doubt; else by somebody else.
      if (before && record.inDoubtOperationIds.length > 0) return found(before, gone);
      return notFound(request, result.error.requestId);
    }
    if (result.kind === 'in-use') return refusedByEks('EKS_REFUSED', result.error);
    return concludedByEks(result);
  },
  look: async (deps, { eks, request, record, before, deadline }) => {
    const begunAt = deps.clock();
    const seen = await eks.describe(request.associationId, { deadline });
    if (seen.kind === 'failed') return inconclusive(`EKS could not be asked (${seen.error.exception}): not known yet.`);
    if (seen.kind === 'absent') return before ? found(before, gone) : notFound(request, null);
    return begunAt <= record.inDoubtUntil ? notYet(record) : null;
  },
};

const gone = 'EKS shows the association no more.';
