import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloServer } from '@apollo/server';
import { handlers, startServerAndCreateLambdaHandler } from '@as-integrations/aws-lambda';
import { preparsePolicySet, preparseSchema, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { toCedar } from '../../src/policy/entities/entities.ts';
import { create } from './calls.ts';
import type { NaiveInput } from './calls.ts';

// Beside the bundle, as a plain project would ship them. The schema is that of the gateway at
// 7b35ffc: if it grew with the gateway's, ratios would hide what growth costs.
const typeDefs = readFileSync(join(__dirname, 'schema.graphql'), 'utf8');
const policies = ['access.cedar', 'guardrails.cedar'].map((name) => readFileSync(join(__dirname, name), 'utf8'));
preparseSchema('schema', readFileSync(join(__dirname, 'schema.cedarschema'), 'utf8'));
preparsePolicySet('policies', { staticPolicies: policies.join('\n') });

const home = { accountId: '111122223333', region: 'eu-central-1' };

/** The decision of the gateway's policies on a create by an owner of the namespace. */
function isAllowed(subject: string, { clusterName, namespace, serviceAccount, roleArn }: NaiveInput): boolean {
  const owners = [`${namespace}-team`];
  const principal = { id: subject, kind: 'USER', groups: owners, sessionName: null } as const;
  const answer = statefulIsAuthorized({
    ...toCedar(
      {
        identity: { principal, actor: null, sourceAddress: null, userAgent: null, apiRequestId: subject },
        onBehalfOf: null,
        hasReason: false,
        now: Date.now(),
      },
      {
        action: 'CreatePodIdentityAssociation',
        association: {
          ...home,
          clusterName,
          namespace,
          serviceAccount,
          roleArn,
          tags: [{ key: 'team', value: namespace }],
          targetRoleArn: null,
          disableSessionTags: false,
          policy: null,
        },
      },
      {
        cluster: { ...home, clusterName, environment: 'dev', production: false, targetRoleAccounts: [] },
        namespace: { name: namespace, owners, system: false, rolePaths: [`/pods/${namespace}/`], roleArns: [] },
        services: [],
        timeZone: 'UTC',
      },
    ),
    preparsedSchemaName: 'schema',
    preparsedPolicySetId: 'policies',
    validateRequest: true,
  });
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
  return answer.response.decision === 'allow';
}

const server = new ApolloServer<{ subject: string }>({
  typeDefs,
  resolvers: {
    Mutation: {
      createPodIdentityAssociation: async (
        _: unknown,
        { input }: { input: NaiveInput },
        { subject }: { subject: string },
      ) => {
        if (!isAllowed(subject, input)) throw new Error('Denied.');
        return { status: 'SUCCEEDED', association: { ...input, ...(await create(input)) }, replayed: false };
      },
    },
    Refusal: { __resolveType: () => 'PolicyDenied' },
  },
});

/**
 * The stack of the gateway by the stock settings of its parts, with an early schema of the gateway
 * and its policies.
 */
export const handler = startServerAndCreateLambdaHandler(
  server,
  handlers.createAPIGatewayProxyEventV2RequestHandler(),
  { context: ({ event }) => Promise.resolve({ subject: event.requestContext.requestId }) },
);
