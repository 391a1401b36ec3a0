import type { Association } from 'pod-identity-client';
import * as z from 'zod';
import { found } from './answer.ts';
import { cluster, fields, page, tags } from './inputs.ts';
import { longestInList, plain } from './plain.ts';
import { reads, readsOthers, tool } from './tool.ts';
import type { Tool } from './tool.ts';

const { namespace, serviceAccount, roleArn, associationId, time, id } = fields;
const none = z.strictObject({});

const more = 'More items follow: call again with nextCursor as cursor, and otherwise the same arguments.';
const missing = 'It does not exist, or the person may not see it: the answers are the same.';

interface Page {
  readonly nodes: readonly object[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/**
 * The answer of a list, whose texts are short. A page can be shorter than its limit, or empty,
 * although more follow.
 */
export function pageOf(name: string, { nodes, pageInfo }: Page, others: object = {}) {
  const nextCursor = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  const data = { [name]: plain(nodes, longestInList), ...plain(others, longestInList), nextCursor };
  return found(data, nextCursor === null ? null : more);
}

/** The answer with one object. */
export function one(name: string, value: object | null) {
  return found({ [name]: value }, value === null ? missing : null);
}

const shownTags = 10;

/** An association in a list: some tags, and whether it has a session policy instead of its text. */
function shortened({ tags, policy, ...others }: Pick<Association, 'tags' | 'policy'>): object {
  const left = tags.length - shownTags;
  return { ...others, tags: tags.slice(0, shownTags), otherTags: Math.max(0, left), hasPolicy: policy !== null };
}

const variables = <Input extends { readonly limit: number; readonly cursor?: string | undefined }>(input: Input) => {
  const { limit, cursor, ...others } = input;
  return { ...others, first: limit, after: cursor };
};

export const readTools: readonly Tool[] = [
  tool({
    name: 'whoami',
    title: 'Who am I',
    description:
      'The person or service as whom this server calls the gateway, with the groups that decide what it may do.',
    input: none,
    data: ['viewer'],
    annotations: reads,
    run: async (_, { client, options }) => found({ viewer: await client.viewer(options) }),
  }),
  tool({
    name: 'list_clusters',
    title: 'List clusters',
    description: 'The clusters that the gateway serves, as far as the person may see them.',
    input: z.strictObject(page),
    data: ['clusters', 'nextCursor'],
    annotations: reads,
    run: async (input, { client, options }) => pageOf('clusters', await client.clusters(variables(input), options)),
  }),
  tool({
    name: 'list_namespaces',
    title: 'List namespaces',
    description: 'The namespaces of a cluster and the groups that own them, as far as the person may see them.',
    input: z.strictObject({ ...cluster, ...page }),
    data: ['namespaces', 'nextCursor'],
    annotations: reads,
    run: async (input, { client, options }) => pageOf('namespaces', await client.namespaces(variables(input), options)),
  }),
  tool({
    name: 'list_bindable_roles',
    title: 'List bindable roles',
    description:
      'The roles that policy would let the person bind to a service account, with * for all roles of a path. Empty if a bind would be denied whatever its role: dry_run says why.',
    input: z.strictObject({ ...cluster, namespace, serviceAccount, tags: tags.optional(), limit: page.limit }),
    data: ['roles', 'otherRoles'],
    annotations: reads,
    run: async ({ limit, ...input }, { client, options }) => {
      const roles = await client.bindableRoles(input, options);
      return found({ roles: roles.slice(0, limit), otherRoles: Math.max(0, roles.length - limit) });
    },
  }),
  tool({
    name: 'list_associations',
    title: 'Who has what',
    description:
      'Which service accounts have which roles, over all clusters, as the gateway saw them last or as of a time. Clusters in coverage that are not known are incomplete: say so. The list has the first tags, and not the session policies; get_association has all.',
    input: z.strictObject({
      roleArn: roleArn.optional(),
      accountId: cluster.accountId,
      region: cluster.region,
      clusterName: fields.clusterName.optional(),
      namespace: namespace.optional(),
      serviceAccount: serviceAccount.optional(),
      origin: z
        .enum(['OPERATION', 'ADOPTED', 'ADD_ON', 'OUTSIDE'])
        .optional()
        .describe('Who made it: OUTSIDE means no operation of the gateway.'),
      asOf: time.optional(),
      ...page,
    }),
    data: ['associations', 'coverage', 'nextCursor'],
    annotations: readsOthers,
    run: async ({ asOf, limit, cursor, ...filter }, { client, options }) => {
      const read = await client.associations({ filter, asOf, first: limit, after: cursor }, options);
      const { nodes, pageInfo, coverage } = read;
      return pageOf('associations', { nodes: nodes.map(shortened), pageInfo }, { coverage });
    },
  }),
  tool({
    name: 'get_association',
    title: 'Read an association',
    description: 'An association as it is now, read from EKS, with all its tags and its session policy.',
    input: z.strictObject({ ...cluster, associationId }),
    data: ['association'],
    annotations: readsOthers,
    run: async (input, { client, options }) => one('association', await client.podIdentityAssociation(input, options)),
  }),
  tool({
    name: 'get_approval',
    title: 'Read an approval',
    description: 'The state of an approval: what was asked for, which groups have to approve, who has, until when.',
    input: z.strictObject({ approvalId: id }),
    data: ['approval'],
    annotations: readsOthers,
    run: async ({ approvalId }, { client, options }) =>
      one('approval', await client.approval({ id: approvalId }, options)),
  }),
];
