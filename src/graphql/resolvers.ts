import { checkCreate, checkDelete, checkUpdate } from '../operations/dry-run.ts';
import { createPodIdentityAssociation } from '../operations/create.ts';
import { deletePodIdentityAssociation } from '../operations/delete.ts';
import type { Parts } from '../operations/dependencies.ts';
import { updatePodIdentityAssociation } from '../operations/update.ts';
import { viewAssociation, viewAuditEntry } from '../queries/describe.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { settingsAskedFor } from '../model/association.ts';
import { auditEntryId } from '../model/audit.ts';
import { eksReadFailed } from './errors.ts';
import { associationFields, pageQueries } from './read-resolvers.ts';
import { ungovernedQuery } from './drift-resolver.ts';

/** Arguments in, domain values out: no rule and no call of AWS stands here. */
export function createResolvers(parts: Parts): Resolvers {
  return {
    Query: {
      viewer: (_, __, { caller }) => caller.principal,
      podIdentityAssociation: async (_, key, { caller, deadline }) => {
        const viewed = await viewAssociation(parts, caller, key, deadline);
        if (viewed.kind === 'eks-failed') throw eksReadFailed(viewed.error);
        return viewed.association;
      },
      checkCreatePodIdentityAssociation: (_, { input }, { caller, deadline }) =>
        checkCreate(parts, caller, input, deadline),
      checkUpdatePodIdentityAssociation: (_, { input }, { caller, deadline }) =>
        checkUpdate(parts, caller, input, deadline),
      checkDeletePodIdentityAssociation: (_, { input }, { caller, deadline }) =>
        checkDelete(parts, caller, input, deadline),
      ...pageQueries(parts),
      ...ungovernedQuery(parts),
      auditEntry: (_, { id }, { caller }) => viewAuditEntry(parts, caller, id),
    },
    Mutation: {
      createPodIdentityAssociation: (_, { input }, { caller, deadline }) =>
        createPodIdentityAssociation(parts, caller, input, deadline),
      updatePodIdentityAssociation: (_, { input }, { caller, deadline }) =>
        updatePodIdentityAssociation(parts, caller, input, deadline),
      deletePodIdentityAssociation: (_, { input }, { caller, deadline }) =>
        deletePodIdentityAssociation(parts, caller, input, deadline),
    },
    PodIdentityAssociation: associationFields(parts),
    AuditEntry: {
      id: auditEntryId,
      operationEntries: async ({ operationId }, _, context) => {
        const entries = await context.operationEntries(operationId);
        context.takeRows(entries.length);
        return entries;
      },
    },
    RecordedRequest: {
      roleArn: (request) => settingsAskedFor(request).roleArn ?? null,
      targetRoleArn: (request) => settingsAskedFor(request).targetRoleArn ?? null,
      disableSessionTags: (request) => settingsAskedFor(request).disableSessionTags ?? null,
      policy: (request) => settingsAskedFor(request).policy ?? null,
      tags: (request) => ('tags' in request ? [...request.tags] : []),
      changes: (request) => ('changes' in request ? Object.keys(request.changes) : []),
    },
    Refusal: { __resolveType: ({ kind }) => kind },
  };
}
