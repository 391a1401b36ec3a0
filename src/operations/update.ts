import { randomUUID } from 'node:crypto';
import { settingsOf } from '../model/association.ts';
import type { Association, UpdateRequest } from '../model/association.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { MutationResult } from './result.ts';
import { carryOut } from './execute.ts';
import type { Effect } from './execute.ts';
import { changed, concludedByEks, done, found, inconclusive, notFound, refusedByEks } from './conclusion.ts';
import { settingDifferences } from './differences.ts';
import { prepare } from './target.ts';
import { notYet } from './observe.ts';
import type { Dependencies } from './dependencies.ts';
import { denied, invalid, refuseUnheld } from './refuse.ts';
import { validateUpdate } from '../validation/change.ts';
import type { UpdateInput } from '../validation/change.ts';

const operation = 'UPDATE_POD_IDENTITY_ASSOCIATION';

/**
 * The whole road of `updatePodIdentityAssociation`: validate, read what it is about, authorize on what that is and what it
 * would become, then begin, EKS, finish (`carryOut`). Throws as a create does; and `EksReadFailed` where EKS gave no answer
 * to the read, and then nothing was done.
 */
export async function updatePodIdentityAssociation(
  deps: Dependencies,
  identity: RequestIdentity,
  input: UpdateInput,
  deadline: number,
): Promise<MutationResult> {
  const startedAt = deps.clock();
  const validated = validateUpdate(input, deps.home);
  if (validated.kind === 'invalid') return invalid(deps, operation, identity, deadline, validated);

  const clientRequestToken = validated.clientRequestToken ?? randomUUID();
  const asked = { ...validated, operation, identity, clientRequestToken, startedAt, deadline } as const;
  const prepared = await prepare(deps, asked, (association) => ({
    action: 'UpdatePodIdentityAssociation',
    association,
    becomes: { ...settingsOf(association), ...validated.request.changes },
  }));
  switch (prepared.kind) {
    case 'denied':
      return denied(deps, prepared.call);
    case 'refused':
      return refuseUnheld(deps, asked, prepared.call, prepared.conclusion);
    case 'ready':
      return carryOut(deps, prepared.call, updateEffect);
  }
}

/**
 * An update at EKS. It leaves no mark of its own, but settings are what they are: if the association was modified since the
 * begin and has those that were asked for, the wish is fulfilled, whoever did it. Not modified, it may be shown as it was
 * before somebody else's change, as reads lag; so that proves nothing before nothing is on its way any more. Then
 * `modifiedAt` tells, too, whether anybody changed it since.
 */
export const updateEffect: Effect<UpdateRequest> = {
  perform: async (_, { eks, request, record, deadline }) => {
    const { operationId, startedAt: signingDate } = record;
    const result = await eks.update({ request, operationId, signingDate, deadline });
    if (result.kind === 'done') return done(result, 'EKS changed the association.');
    if (result.kind === 'not-found') return notFound(request, result.error.requestId);
    if (result.kind === 'in-use') return refusedByEks('EKS_REFUSED', result.error);
    return concludedByEks(result);
  },
  look: async (deps, { eks, request, record, deadline }) => {
    const begunAt = deps.clock();
    const seen = await eks.describe(request.associationId, { deadline });
    if (seen.kind === 'failed') return inconclusive(`EKS could not be asked (${seen.error.exception}): not known yet.`);
    if (seen.kind === 'absent') return notFound(request, null);
    const isQuiet = begunAt > record.inDoubtUntil;
    const isModified = seen.association.modifiedAt !== record.modifiedAtBefore;
    if (isFulfilled(request, seen.association) && (isModified || isQuiet)) {
      return found(seen.association, 'EKS shows what this request asked for.');
    }
    if (!isQuiet) return notYet(record);
    if (!isModified) return null;
    const differences = settingDifferences(request.changes, seen.association);
    return changed(seen.association, differences, record.modifiedAtBefore ?? 'it was read');
  },
};

function isFulfilled({ changes }: UpdateRequest, association: Association): boolean {
  return settingDifferences(changes, association).length === 0;
}
