import { validateDelete, validateUpdate } from '../../src/validation/change.ts';
import { validateCreate } from '../../src/validation/create.ts';
import type { Resolvers } from '../../src/generated/graphql.ts';
import { operationIdOf, settingsOf } from '../../src/model/association.ts';
import { auditEntryId } from '../../src/model/audit.ts';
import { mutate } from './mutate.ts';
import type { BaselineParts, RequestContext } from './parts.ts';

/** The mutations of the contract, and the fields of what they answer. Queries are left out. */
export function createResolvers(parts: BaselineParts): Resolvers<RequestContext> {
  const { eks, home } = parts;
  return {
    Mutation: {
      createPodIdentityAssociation: (_, { input }, context) =>
        mutate(parts, context, {
          operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
          validated: validateCreate(input, home),
          read: null,
          questionOn: (request) => ({ action: 'CreatePodIdentityAssociation', association: request }),
          change: eks.create,
        }),
      updatePodIdentityAssociation: (_, { input }, context) =>
        mutate(parts, context, {
          operation: 'UPDATE_POD_IDENTITY_ASSOCIATION',
          validated: validateUpdate(input, home),
          read: eks.describe,
          questionOn: ({ changes }, association) =>
            association && {
              action: 'UpdatePodIdentityAssociation',
              association,
              becomes: { ...settingsOf(association), ...changes },
            },
          change: eks.update,
        }),
      deletePodIdentityAssociation: (_, { input }, context) =>
        mutate(parts, context, {
          operation: 'DELETE_POD_IDENTITY_ASSOCIATION',
          validated: validateDelete(input, home),
          read: eks.describe,
          questionOn: (_request, association) => association && { action: 'DeletePodIdentityAssociation', association },
          change: eks.delete,
        }),
    },
    PodIdentityAssociation: {
      id: ({ associationArn }) => associationArn,
      operationId: (association) => ('tags' in association ? operationIdOf(association) : null),
    },
    AuditEntry: { id: auditEntryId },
    Refusal: { __resolveType: ({ kind }) => kind },
  };
}
