import { ServiceError, UsageError } from '../aws/errors.ts';
import type { Value, ValueMap } from '../aws/value.ts';
import type { MutationOptions } from '../../../client/src/client/approval.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { MutationResult } from '../../../client/src/client/result.ts';
import type {
  AuditScope,
  CreatePodIdentityAssociationInput,
  UpdatePodIdentityAssociationInput,
} from '../../../client/src/generated/operations.ts';
import type { Request } from '../host.ts';
import { associationAnswer, checkAnswer, entryAnswer, pageAnswer, tagMap } from './answers.ts';
import { approvalQueries } from './approval-queries.ts';
import { choiceOf, choicesOf } from './choices.ts';
import { ensureQueries } from './ensure.ts';
import { clusterOf, filters, optional, page, required } from './inputs.ts';
import { tagInput, tagList, tagQueries, untagInput } from './tag-operations.ts';

type Send = (client: GatewayClient, input: ValueMap, options: MutationOptions) => Promise<MutationResult>;
type Ask = (client: GatewayClient, request: Request, options: CallOptions) => Promise<ValueMap>;

/**
 * The mutations, by the operations of the commands. Their inputs have the types that the command
 * line has checked.
 */
export const mutations: Readonly<Record<string, Send>> = {
  CreatePodIdentityAssociation: (client, input, options) =>
    client.createPodIdentityAssociation(createInput(input), options),
  UpdatePodIdentityAssociation: (client, input, options) =>
    client.updatePodIdentityAssociation(updateInput(input), options),
  DeletePodIdentityAssociation: (client, input, options) =>
    client.deletePodIdentityAssociation({ ...input, ...target(input) }, options),
  AdoptPodIdentityAssociation: (client, input, options) =>
    client.adoptPodIdentityAssociation({ ...input, ...target(input) }, options),
  TagResource: (client, input, options) => client.tagPodIdentityAssociation(tagInput('TagResource', input), options),
  UntagResource: (client, input, options) =>
    client.untagPodIdentityAssociation(untagInput('UntagResource', input), options),
};

/** The queries, by the operations of the commands. */
export const queries: Readonly<Record<string, Ask>> = {
  CheckCreatePodIdentityAssociation: async (client, { input }, options) =>
    checkAnswer(await client.checkCreatePodIdentityAssociation(createInput(input), options)),
  CheckUpdatePodIdentityAssociation: async (client, { input }, options) =>
    checkAnswer(await client.checkUpdatePodIdentityAssociation(updateInput(input), options)),
  CheckDeletePodIdentityAssociation: async (client, { input }, options) =>
    checkAnswer(await client.checkDeletePodIdentityAssociation({ ...input, ...target(input) }, options)),
  CheckAdoptPodIdentityAssociation: async (client, { input }, options) =>
    checkAnswer(await client.checkAdoptPodIdentityAssociation({ ...input, ...target(input) }, options)),
  DescribePodIdentityAssociation: describe,
  ListPodIdentityAssociations: async (client, { input }, options) => {
    const only = { serviceAccount: optional(input.serviceAccount), roleArn: optional(input.roleArn) };
    const variables = { ...filters(input), ...page(input), ...only };
    const { nodes, pageInfo } = await client.podIdentityAssociations(variables, options);
    return pageAnswer(
      'associations',
      nodes.map((node) => ({ ...node })),
      pageInfo,
    );
  },
  AuditTrail: async (client, { input }, options) => {
    const times = { since: timeOf(input.since), until: timeOf(input.until) };
    const variables = {
      scope: scopeOf(input),
      ...times,
      events: choicesOf('events', input.events),
      roleArn: optional(input.roleArn),
      ...page(input),
    };
    const { nodes, pageInfo } = await client.auditTrail(variables, options);
    return pageAnswer('entries', nodes.map(entryAnswer), pageInfo);
  },
  AssociationDrift: async (client, { input }, options) => {
    const variables = { ...filters(input), source: choiceOf('source', input.source), ...page(input) };
    const { nodes, coverage, pageInfo } = await client.associationDrift(variables, options);
    const associations = nodes.map(({ association, ...node }) => ({
      ...node,
      association: association && associationAnswer(association),
    }));
    return { ...pageAnswer('associations', associations, pageInfo), coverage: coverage ? [fieldsOf(coverage)] : [] };
  },
  Associations: async (client, { input }, options) => {
    const variables = { filter: associationFilter(input), asOf: timeOf(input.asOf), ...page(input) };
    const { nodes, coverage, pageInfo } = await client.associations(variables, options);
    const associations = nodes.map((node) => ({ ...node, tags: tagMap(node.tags) }));
    return { ...pageAnswer('associations', associations, pageInfo), coverage: coverage.map(fieldsOf) };
  },
  Clusters: async (client, { input }, options) => {
    const { nodes, pageInfo } = await client.clusters(page(input), options);
    return pageAnswer('clusters', nodes.map(fieldsOf), pageInfo);
  },
  Namespaces: async (client, { input }, options) => {
    const { nodes, pageInfo } = await client.namespaces({ ...clusterOf(input), ...page(input) }, options);
    return pageAnswer('namespaces', nodes.map(fieldsOf), pageInfo);
  },
  BindableRoles: async (client, { input }, options) => {
    const { namespace, serviceAccount, tags, onBehalfOf } = input;
    const place = { ...clusterOf(input), namespace: required(namespace), serviceAccount: required(serviceAccount) };
    const variables = { ...place, tags: tagList(tags), onBehalfOf: optional(onBehalfOf) };
    return { roles: (await client.bindableRoles(variables, options)).map(fieldsOf) };
  },
  Operation: async (client, { command, input }, options) => {
    const id = required(input.operationId);
    const operation = await client.operation({ id }, options);
    if (operation) return { operation: { ...operation, entries: operation.entries.map(entryAnswer) } };
    const reason = `The operation ${id} does not exist, or you are not allowed to read its entries.`;
    throw new ServiceError('ResourceNotFoundException', command.operation, reason);
  },
  OpenOperations: async (client, { input }, options) => ({
    operations: (await client.openOperations({ first: page(input).first }, options)).map(fieldsOf),
  }),
  ...approvalQueries,
  ...tagQueries,
  ...ensureQueries,
  Viewer: async (client, _, options) => ({ principal: { ...(await client.viewer(options)) } }),
};

async function describe(client: GatewayClient, { command, input }: Request, options: CallOptions): Promise<ValueMap> {
  const variables = { ...target(input), accountId: optional(input.accountId), region: optional(input.region) };
  const association = await client.podIdentityAssociation(variables, options);
  if (association) return { association: associationAnswer(association) };
  const reason = `The association ${variables.associationId} does not exist in cluster ${variables.clusterName}, or you are not allowed to view it.`;
  throw new ServiceError('ResourceNotFoundException', command.operation, reason);
}

function createInput(input: ValueMap): CreatePodIdentityAssociationInput {
  return {
    ...input,
    clusterName: required(input.clusterName),
    namespace: required(input.namespace),
    serviceAccount: required(input.serviceAccount),
    roleArn: required(input.roleArn),
    tags: tagList(input.tags),
    ifExists: choiceOf('ifExists', input.ifExists),
  };
}

/** An update, in which the empty string clears a field at EKS, and null at the gateway. */
function updateInput(input: ValueMap): UpdatePodIdentityAssociationInput {
  const cleared = ['targetRoleArn', 'policy', 'expiresAt']
    .filter((name) => input[name] === '')
    .map((name) => [name, null] as const);
  return { ...input, ...Object.fromEntries(cleared), ...target(input) };
}

/** The fields of an object, which the shape of the answer selects. */
function fieldsOf(node: object): ValueMap {
  return { ...node };
}

function target(input: ValueMap) {
  return { clusterName: required(input.clusterName), associationId: required(input.associationId) };
}

/** The region of the connection is not one: the question is about all of them. */
function associationFilter(input: ValueMap) {
  const { roleArn, roleName, accountId, clusterRegion, clusterName, namespace, serviceAccount, origin, declaration } =
    input;
  return {
    roleArn: optional(roleArn),
    roleName: optional(roleName),
    accountId: optional(accountId),
    region: optional(clusterRegion),
    clusterName: optional(clusterName),
    namespace: optional(namespace),
    serviceAccount: optional(serviceAccount),
    origin: choiceOf('origin', origin),
    declaration: optional(declaration),
  };
}

/** A day is the time at which it begins, in UTC. */
function timeOf(value: Value | undefined): string | undefined {
  return optional(value)?.replace(/^\d{4}-\d{2}-\d{2}$/, '$&T00:00:00Z');
}

/** The scope of the one option that names it. */
function scopeOf(input: ValueMap): AuditScope {
  const { clusterName, principalId, associationArn, operationId, all } = input;
  const scopes: readonly (readonly [Value | undefined, () => AuditScope])[] = [
    [clusterName, () => ({ cluster: { ...filters(input), serviceAccount: optional(input.serviceAccount) } })],
    [principalId, () => ({ principalId: required(principalId) })],
    [associationArn, () => ({ associationArn: required(associationArn) })],
    [operationId, () => ({ operationId: required(operationId) })],
    [all, () => ({ gateway: 'ALL_ENTRIES' })],
  ];
  const [given, ...others] = scopes.filter(([value]) => value !== undefined && value !== false);
  if (given && others.length === 0) return given[1]();
  throw new UsageError(
    'Give exactly one of --cluster-name, --principal-id, --association-arn, --operation-id and --all.',
  );
}
