import { randomUUID } from 'node:crypto';
import type { DeleteRequest } from '../model/association.ts';
import type { Caller } from '../model/principal.ts';
import type { Answer } from './result.ts';
import { carryOut } from './execute.ts';
import type { Effect } from './execute.ts';
import { concludedByEks, done, found, inconclusive, notFound, refusedByEks } from './conclusion.ts';
import { prepare } from './target.ts';
import { notYet } from './observe.ts';
import type { Parts } from './dependencies.ts';
import { denied, invalid, refuseUnheld } from './refuse.ts';
import { validateDelete } from '../validation/change.ts';
import type { DeleteInput } from '../validation/change.ts';

const operation = 'DELETE_POD_IDENTITY_ASSOCIATION';

/**
 * The whole road of `deletePodIdentityAssociation`: validate, read what it is about, decide, then begin, EKS, finish
 * (`carryOut`). Throws as an update does.
 */
export async function deletePodIdentityAssociation(
  parts: Parts,
  caller: Caller,
  input: DeleteInput,
  deadline: number,
): Promise<Answer> {
  const startedAt = parts.clock();
  const validated = validateDelete(input, parts.home);
  if (validated.kind === 'invalid') return invalid(parts, operation, caller, deadline, validated);

  const clientRequestToken = validated.clientRequestToken ?? randomUUID();
  const asked = { ...validated, operation, caller, clientRequestToken, startedAt, deadline } as const;
  const prepared = await prepare(parts, asked, (association) => ({
    action: 'DeletePodIdentityAssociation',
    association,
  }));
  switch (prepared.kind) {
    case 'denied':
      return denied(parts, prepared.call);
    case 'refused':
      return refuseUnheld(parts, asked, prepared.call, prepared.conclusion);
    case 'ready':
      return carryOut(parts, prepared.call, deleteEffect);
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
      if (before && record.doubtfulOperationIds.length > 0) return found(before, gone);
      return notFound(request, result.error.requestId);
    }
    if (result.kind === 'in-use') return refusedByEks('EKS_REFUSED', result.error);
    return concludedByEks(result);
  },
  look: async (parts, { eks, request, record, before, deadline }) => {
    const begunAt = parts.clock();
    const seen = await eks.describe(request.associationId, { deadline });
    if (seen.kind === 'failed') return inconclusive(`EKS could not be asked (${seen.error.exception}): not known yet.`);
    if (seen.kind === 'absent') return before ? found(before, gone) : notFound(request, null);
    return begunAt <= record.quietAfter ? notYet(record) : null;
  },
};

const gone = 'EKS shows the association no more.';
