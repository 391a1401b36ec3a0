import { dryRunCreate, dryRunDelete, dryRunUpdate } from '../operations/dry-run.ts';
import { createPodIdentityAssociation } from '../operations/create.ts';
import { deletePodIdentityAssociation } from '../operations/delete.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { updatePodIdentityAssociation } from '../operations/update.ts';
import { describeAssociation, readAuditEntry } from '../queries/describe.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { requestedSettings } from '../model/association.ts';
import { auditEntryId } from '../model/audit.ts';
import { eksReadFailed } from './errors.ts';
import { associationFields, pageQueries } from './read-resolvers.ts';
import { driftQuery } from './drift-resolver.ts';

/** Arguments in, domain values out: no rule and no call of AWS stands here. */
export function createResolvers(deps: Dependencies): Resolvers {
  return {
    Query: {
      viewer: (_, __, { identity }) => identity.principal,
      podIdentityAssociation: async (_, key, { identity, deadline }) => {
        const viewed = await describeAssociation(deps, identity, key, deadline);
        if (viewed.kind === 'eks-failed') throw eksReadFailed(viewed.error);
        return viewed.association;
      },
      checkCreatePodIdentityAssociation: (_, { input }, { identity, deadline }) =>
        dryRunCreate(deps, identity, input, deadline),
      checkUpdatePodIdentityAssociation: (_, { input }, { identity, deadline }) =>
        dryRunUpdate(deps, identity, input, deadline),
      checkDeletePodIdentityAssociation: (_, { input }, { identity, deadline }) =>
        dryRunDelete(deps, identity, input, deadline),
      ...pageQueries(deps),
      ...driftQuery(deps),
      auditEntry: (_, { id }, { identity }) => readAuditEntry(deps, identity, id),
    },
    Mutation: {
      createPodIdentityAssociation: (_, { input }, { identity, deadline }) =>
        createPodIdentityAssociation(deps, identity, input, deadline),
      updatePodIdentityAssociation: (_, { input }, { identity, deadline }) =>
        updatePodIdentityAssociation(deps, identity, input, deadline),
      deletePodIdentityAssociation: (_, { input }, { identity, deadline }) =>
        deletePodIdentityAssociation(deps, identity, input, deadline),
    },
    PodIdentityAssociation: associationFields(deps),
    AuditEntry: {
      id: auditEntryId,
      operationEntries: async ({ operationId }, _, context) => {
        const entries = await context.operationEntries(operationId);
        context.takeRows(entries.length);
        return entries;
      },
    },
    RecordedRequest: {
      roleArn: (request) => requestedSettings(request).roleArn ?? null,
      targetRoleArn: (request) => requestedSettings(request).targetRoleArn ?? null,
      disableSessionTags: (request) => requestedSettings(request).disableSessionTags ?? null,
      policy: (request) => requestedSettings(request).policy ?? null,
      tags: (request) => ('tags' in request ? [...request.tags] : []),
      changes: (request) => ('changes' in request ? Object.keys(request.changes) : []),
    },
    Refusal: { __resolveType: ({ kind }) => kind },
  };
}
