import { podIdentityAssociations } from '../queries/list.ts';
import type { Listed } from '../queries/list.ts';
import type { Connection } from '../validation/paging.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { associationTrail, auditTrail } from '../audit/trail.ts';
import type { PageInfo, PodIdentityAssociationResolvers, QueryResolvers } from '../generated/graphql.ts';
import { operationIdOf } from '../model/association.ts';
import type { Association } from '../model/association.ts';
import { badUserInput, eksReadFailed, forbidden } from './errors.ts';
import { selectedFields } from './selection.ts';

/** The fields that EKS's list does not have. A selection of any of them makes a list describe each association. */
const detailResolvers = {
  roleArn: (listed) => whole(listed).roleArn,
  tags: (listed) => [...whole(listed).tags],
  createdAt: (listed) => whole(listed).createdAt,
  modifiedAt: (listed) => whole(listed).modifiedAt,
  disableSessionTags: (listed) => whole(listed).disableSessionTags,
  targetRoleArn: (listed) => whole(listed).targetRoleArn,
  externalId: (listed) => whole(listed).externalId,
  policy: (listed) => whole(listed).policy,
  operationId: (listed) => operationIdOf(whole(listed)),
} satisfies PodIdentityAssociationResolvers;

/** Throws where a list did not foresee that a field would be selected: better a bug that shows than a null that lies. */
function whole(listed: Listed): Association {
  if ('roleArn' in listed) return listed;
  throw new Error(`${listed.associationArn} was listed without the fields that were selected.`);
}

/** The two queries that answer in pages. */
export function pageQueries(deps: Dependencies) {
  return {
    podIdentityAssociations: async (_, input, context, info) => {
      const selected = [...selectedFields(info, ['nodes']), ...selectedFields(info, ['edges', 'node'])];
      const describer = selected.some((field) => Object.hasOwn(detailResolvers, field)) ? context.describer : null;
      const { identity, deadline } = context;
      const answer = await podIdentityAssociations(deps, identity, input, { describer, deadline });
      switch (answer.kind) {
        case 'listed':
          context.takeRows(answer.page.edges.length);
          return connection(answer.page);
        case 'invalid':
          throw badUserInput(answer.findings);
        case 'denied':
          throw forbidden(answer.violations);
        case 'eks-failed':
          throw eksReadFailed(answer.error);
      }
    },
    auditTrail: async (_, input, { identity, deadline, takeRows }) => {
      const answer = await auditTrail(deps, identity, input, deadline);
      switch (answer.kind) {
        case 'read':
          takeRows(answer.page.edges.length);
          return connection(answer.page);
        case 'invalid':
          throw badUserInput(answer.findings);
        case 'denied':
          throw forbidden(answer.violations);
      }
    },
  } satisfies QueryResolvers;
}

/** The fields of an association that are not simply there. */
export function associationFields(deps: Dependencies) {
  return {
    id: ({ associationArn }) => associationArn,
    ...detailResolvers,
    auditTrail: async (association, input, { identity, deadline, takeRows }) => {
      // Counted before it is read, so that the trails of a long list are not read only to be thrown away.
      takeRows(1);
      const answer = await associationTrail(deps, identity, association, input, deadline);
      switch (answer.kind) {
        case 'read':
          takeRows(answer.page.edges.length);
          return connection(answer.page);
        case 'invalid':
          throw badUserInput(answer.findings);
        case 'denied':
          return null;
      }
    },
  } satisfies PodIdentityAssociationResolvers;
}

function connection<Node>({ edges, hasNextPage, endCursor }: Connection<Node>) {
  const startCursor = edges[0]?.cursor ?? null;
  const pageInfo: PageInfo = { hasNextPage, hasPreviousPage: false, startCursor, endCursor };
  return { edges: [...edges], nodes: edges.map(({ node }) => node), pageInfo };
}
