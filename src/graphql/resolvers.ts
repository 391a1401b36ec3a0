import { createPodIdentityAssociation } from '../associations/create.ts';
import type { Parts } from '../associations/parts.ts';
import { viewAssociation, viewAuditEntry } from '../associations/view.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { operationIdOf } from '../model/association.ts';
import { auditEntryId } from '../model/audit.ts';
import { eksReadFailed } from './errors.ts';

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
      auditEntry: (_, { id }, { caller }) => viewAuditEntry(parts, caller, id),
    },
    Mutation: {
      createPodIdentityAssociation: (_, { input }, { caller, deadline }) =>
        createPodIdentityAssociation(parts, caller, input, deadline),
    },
    PodIdentityAssociation: {
      id: ({ associationArn }) => associationArn,
      operationId: operationIdOf,
    },
    AuditEntry: {
      id: auditEntryId,
      operationEntries: ({ operationId }, _, context) => context.operationEntries(operationId),
    },
    Refusal: { __resolveType: ({ kind }) => kind },
  };
}
