import { validateDelete, validateUpdate } from '../../../src/validation/change.ts';
import { validateCreate } from '../../../src/validation/create.ts';
import type { Resolvers } from '../../../src/generated/resolvers.ts';
import { operationIdOf } from '../../../src/model/association.ts';
import { settingsOf } from '../../../src/model/setting-fields.ts';
import { auditEntryId } from '../../../src/model/audit.ts';
import { mutate } from './mutate.ts';
import type { BaselineDependencies, RequestContext } from './dependencies.ts';

/** Resolvers of the mutations and of the fields in their answers. Queries are not implemented. */
export function makeResolvers(deps: BaselineDependencies): Resolvers<RequestContext> {
  const { eks, home } = deps;
  return {
    Mutation: {
      createPodIdentityAssociation: (_, { input }, context) =>
        mutate(deps, context, {
          operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
          validated: validateCreate(input, home),
          read: null,
          authorizationRequestFor: (request) => ({ action: 'CreatePodIdentityAssociation', association: request }),
          change: eks.create,
        }),
      updatePodIdentityAssociation: (_, { input }, context) =>
        mutate(deps, context, {
          operation: 'UPDATE_POD_IDENTITY_ASSOCIATION',
          validated: validateUpdate(input, home),
          read: eks.describe,
          authorizationRequestFor: ({ changes }, association) =>
            association && {
              action: 'UpdatePodIdentityAssociation',
              association,
              becomes: { ...settingsOf(association), ...changes },
            },
          change: eks.update,
        }),
      deletePodIdentityAssociation: (_, { input }, context) =>
        mutate(deps, context, {
          operation: 'DELETE_POD_IDENTITY_ASSOCIATION',
          validated: validateDelete(input, home),
          read: eks.describe,
          authorizationRequestFor: (_request, association) =>
            association && { action: 'DeletePodIdentityAssociation', association },
          change: eks.delete,
        }),
    },
    AssociationSnapshot: { operationId: operationIdOf },
    PodIdentityAssociation: {
      id: ({ associationArn }) => associationArn,
      operationId: (association) => ('tags' in association ? operationIdOf(association) : null),
    },
    AuditEntry: { id: auditEntryId },
    Refusal: { __resolveType: ({ kind }) => kind },
  };
}
