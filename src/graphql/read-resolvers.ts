import type {
  AssociationSnapshotResolvers,
  LockResolvers,
  PodIdentityAssociationResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import type { PageInfo } from '../generated/types.ts';
import { operationIdOf } from '../model/association.ts';
import type { Association } from '../model/association.ts';
import type { SettingName } from '../model/setting-fields.ts';
import { bindableRoles } from '../queries/bindable-roles.ts';
import { clusters, namespaces } from '../queries/associations/discovery.ts';
import type { QueryResult } from '../queries/terms/query-result.ts';
import type { RequestContext } from '../queries/terms/request-context.ts';
import { associationDrift } from '../queries/drift/drift.ts';
import { observedAssociations } from '../queries/associations/associations.ts';
import { podIdentityAssociations } from '../queries/associations/list.ts';
import type { ListedAssociation } from '../queries/associations/list.ts';
import { locksInForce } from '../queries/locks.ts';
import { openOperations } from '../queries/trail/open-operations.ts';
import { policiesInForce, policyInForce } from '../queries/policies.ts';
import { associationTrail, auditTrail } from '../queries/trail/trail.ts';
import type { TrailConnection } from '../queries/trail/trail.ts';
import type { Connection } from '../validation/paging.ts';
import { valueOf } from './errors.ts';
import { selectedFields } from './selection.ts';
import { hasTrailPage } from './trail-read-record.ts';

/**
 * The fields that EKS's list does not contain. Selecting any of them makes a list describe each
 * association.
 */
const detailResolvers = {
  roleArn: (listed) => detailed(listed).roleArn,
  tags: (listed) => detailed(listed).tags,
  createdAt: (listed) => detailed(listed).createdAt,
  modifiedAt: (listed) => detailed(listed).modifiedAt,
  disableSessionTags: (listed) => detailed(listed).disableSessionTags,
  targetRoleArn: (listed) => detailed(listed).targetRoleArn,
  externalId: (listed) => detailed(listed).externalId,
  policy: (listed) => detailed(listed).policy,
  operationId: (listed) => operationIdOf(detailed(listed)),
} satisfies PodIdentityAssociationResolvers & Record<SettingName, unknown>;

/**
 * Throws if a list did not foresee that a field would be selected: a visible bug is better than a
 * wrong null.
 */
function detailed(listed: ListedAssociation): Association {
  if (isDetailed(listed)) return listed;
  throw new Error(`${listed.associationArn} was listed without the fields that were selected.`);
}

function isDetailed(listed: ListedAssociation): listed is Association {
  return Object.hasOwn(listed, 'roleArn');
}

/**
 * The queries about what the gateway serves and what the principal may do there. They read nothing
 * but the inventory.
 */
export const discoveryQueries = {
  clusters: (_, input, context) => discovered(clusters(context.deps, context, input), context),
  namespaces: (_, input, context) => discovered(namespaces(context.deps, context, input), context),
  bindableRoles: (_, input, context) => valueOf(bindableRoles(context.deps, context, input)),
  gateway: (_, __, { deps }) => deps.about,
} satisfies QueryResolvers;

async function discovered<Node>(result: Promise<QueryResult<Connection<Node>>>, { takeRows }: RequestContext) {
  const page = valueOf(await result);
  takeRows(page.edges.length);
  return connection(page);
}

/** The queries that answer in pages. */
export const pageQueries = {
  associationDrift: async (_, input, context) => {
    const page = valueOf(await associationDrift(context.reads, context, input, context));
    context.takeRows(page.edges.length);
    return { ...connection(page), coverage: page.coverage };
  },
  associations: async (_, input, context, info) => {
    const withCoverage = selectedFields(info, []).has('coverage');
    const page = valueOf(await observedAssociations(context.reads, context, input, withCoverage));
    context.takeRows(page.edges.length + page.coverage.length);
    return { ...connection(page), coverage: page.coverage };
  },
  podIdentityAssociations: async (_, input, context, info) => {
    const selected = [...selectedFields(info, ['nodes']), ...selectedFields(info, ['edges', 'node'])];
    const needsDetails =
      (input.roleArn ?? null) !== null || selected.some((field) => Object.hasOwn(detailResolvers, field));
    const describer = needsDetails ? context.describer : null;
    const { reads, deadline } = context;
    const page = valueOf(await podIdentityAssociations(reads, context, input, { describer, deadline }));
    context.takeRows(page.edges.length);
    return connection(page);
  },
  openOperations: async (_, input, { reads, authorizeRead, deadline, takeRows }) => {
    const found = valueOf(await openOperations(reads, authorizeRead, input, deadline));
    takeRows(found.length);
    return found;
  },
  locks: async (_, __, { reads, authorizeRead, deadline }) =>
    valueOf(await locksInForce(reads, authorizeRead, deadline)),
  policies: async (_, input, context) => {
    const page = valueOf(await policiesInForce(context.reads, context, input, context.deadline));
    context.takeRows(page.edges.length);
    return { ...connection(page), inForce: page.inForce, comparedWith: page.comparedWith };
  },
  policy: (_, input, { reads, authorizeRead }) => policyInForce(reads, authorizeRead, input),
  auditTrail: async (_, input, context, info) => {
    const { reads, deadline, takeRows } = context;
    const page = valueOf(await auditTrail(reads, context, input, deadline));
    hasTrailPage(context, info);
    takeRows(page.edges.length);
    return trailConnection(page);
  },
} satisfies QueryResolvers;

/** The fields of an association that need a resolver. */
export const associationFields = {
  id: ({ associationArn }) => associationArn,
  ...detailResolvers,
  auditTrail: async (association, input, context, info) => {
    const { reads, deadline, takeRows, once, requireUnlocked } = context;
    await requireUnlocked();
    // Counted before it is read, so that the trails of a long list are not read only to be
    // discarded.
    takeRows(1);
    // The same association may be reached from many entries.
    const name = JSON.stringify([association.associationArn, input]);
    const result = await once(name, () => associationTrail(reads, context, association, input, deadline));
    if (result.kind === 'denied') return null;
    const page = valueOf(result);
    hasTrailPage(context, info);
    takeRows(page.edges.length);
    return trailConnection(page);
  },
} satisfies PodIdentityAssociationResolvers;

/** The fields of a lock that need a resolver. */
export const lockFields = {
  scope: ({ scope }) => scope.kind,
  accountId: ({ scope }) => (scope.kind === 'CLUSTER' ? scope.accountId : null),
  region: ({ scope }) => (scope.kind === 'CLUSTER' ? scope.region : null),
  clusterName: ({ scope }) => (scope.kind === 'CLUSTER' ? scope.clusterName : null),
  principalId: ({ scope }) => (scope.kind === 'PRINCIPAL' ? scope.principalId : null),
  stopsReads: ({ stopsReads }) => stopsReads === true,
} satisfies LockResolvers;

/** The fields of a snapshot that need a resolver. */
export const snapshotFields = {
  operationId: operationIdOf,
} satisfies AssociationSnapshotResolvers;

/** A page as the schema has it. */
export function connection<Node>({ edges, hasNextPage, endCursor }: Connection<Node>) {
  const startCursor = edges[0]?.cursor ?? null;
  const pageInfo: PageInfo = { hasNextPage, hasPreviousPage: false, startCursor, endCursor };
  return { edges, nodes: edges.map(({ node }) => node), pageInfo };
}

function trailConnection(page: TrailConnection) {
  return { ...connection(page), omittedEvents: page.omittedEvents };
}
