import type { ChangeResult } from '../../eks/eks.ts';
import type { Association } from '../../model/association.ts';
import { namedTags } from '../../model/operation.ts';
import type { KindThat, RequestOf } from '../../model/operation.ts';
import { settingsOf } from '../../model/setting-fields.ts';
import { changedTags, isRequestTag } from '../../model/tags.ts';
import type { NamedTags } from '../../model/tags.ts';
import type { AuthorizationRequest } from '../../policy/policy.ts';
import { validateTag, validateUntag } from '../../validation/change.ts';
import { concludedByEks, done, notFound, rejected } from '../terms/conclusions.ts';
import { tagDifferences } from '../terms/differences.ts';
import { summaryOfExisting } from '../terms/operation.ts';
import type { ChangingOperation, EffectInput } from '../terms/operation.ts';
import { observeTags } from './observe-tags.ts';
import { checkTags, loadTagged } from './tagged.ts';
import { existingBefore } from './target.ts';

/** `tagPodIdentityAssociation`. */
export const tagOperation: ChangingOperation<'TAG_POD_IDENTITY_ASSOCIATION'> = {
  ...changeOfTags('TAG_POD_IDENTITY_ASSOCIATION', 'TagPodIdentityAssociation', ({ eks, ...call }, sent) =>
    eks.tag({ ...call, ...sent }),
  ),
  field: 'tagPodIdentityAssociation',
  activity: 'Tag',
  validate: validateTag,
  summarize: ({ tags, expectedTags, ...request }) => ({ ...summaryOfExisting(request), tags, expectedTags }),
};

/** `untagPodIdentityAssociation`. */
export const untagOperation: ChangingOperation<'UNTAG_POD_IDENTITY_ASSOCIATION'> = {
  ...changeOfTags('UNTAG_POD_IDENTITY_ASSOCIATION', 'UntagPodIdentityAssociation', ({ eks, ...call }, sent) =>
    eks.untag({ ...call, ...sent }),
  ),
  field: 'untagPodIdentityAssociation',
  activity: 'Untag',
  validate: validateUntag,
  summarize: ({ tagKeys, expectedTags, ...request }) => ({ ...summaryOfExisting(request), tagKeys, expectedTags }),
};

/** What a change of tags is sent with, besides its {@link EffectInput}. */
interface Sent {
  readonly before: Association;
  readonly operationId: string;
  readonly signingDate: number;
}

/**
 * What both changes of tags share. EKS gives their requests no token and does not move
 * `modifiedAt` with them, so nothing ever shows that one was not applied: what reads may conclude,
 * {@link observeTags} says.
 */
function changeOfTags<Kind extends KindThat<'changesTags'>>(
  kind: Kind,
  action: Extract<AuthorizationRequest, { readonly tagsAfter: unknown }>['action'],
  send: (input: EffectInput<Kind>, sent: Sent) => Promise<ChangeResult>,
) {
  const named = (request: RequestOf[Kind]): NamedTags => namedTags[kind](request);
  const tagsAfter = (request: RequestOf[Kind], { tags }: Association) => changedTags(tags, named(request));
  return {
    kind,
    action,
    loadTarget: loadTagged,
    authorizationRequest: (request, loaded) => {
      const association = existingBefore(loaded);
      return { action, association, tagsAfter: tagsAfter(request, association) };
    },
    checkPrecondition: (request, association) => checkTags(request, named(request), association),
    foresee: () => Promise.resolve(null),
    effect: {
      kind: 'change',
      perform: async (_, input) => {
        const { operationId, startedAt: signingDate } = input.record;
        const result = await send(input, { before: existingBefore(input), operationId, signingDate });
        if (result.kind === 'done') return done(result, 'EKS changed the tags of the association.');
        if (result.kind === 'not-found') return notFound(input.request, result.error);
        if (result.kind === 'in-use') return rejected('EKS_REFUSED', result.error);
        return concludedByEks(result);
      },
      observe: (reads, input) => observeTags(reads, input, named(input.request)),
    },
    differences: (request, association) =>
      tagDifferences(tagsAfter(request, association).filter(isRequestTag), association.tags.filter(isRequestTag)),
    expectedState: (request, before) =>
      before && { settings: settingsOf(before), tags: tagsAfter(request, before).filter(isRequestTag) },
    needsAgent: false,
    // Pods know nothing of tags.
    warningsAfter: () => [],
  } satisfies Omit<ChangingOperation<Kind>, 'field' | 'activity' | 'validate' | 'summarize'>;
}
