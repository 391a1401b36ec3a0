import { ApolloServer } from '@apollo/server';
import { handlers, startServerAndCreateLambdaHandler } from '@as-integrations/aws-lambda';
import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { create } from './calls.ts';
import type { NaiveInput } from './calls.ts';

const typeDefs = /* GraphQL */ `
  input CreateInput {
    clusterName: String!
    namespace: String!
    serviceAccount: String!
    roleArn: String!
    clientRequestToken: String!
  }
  type CreatePayload {
    status: String!
    associationId: ID
  }
  type Query {
    ok: Boolean!
  }
  type Mutation {
    create(input: CreateInput!): CreatePayload!
  }
`;

const policies = `
permit(principal in Group::"payments-team", action == Action::"Create", resource) when { resource.namespace == "payments" };
forbid(principal, action, resource) when { resource.serviceAccount == "default" };
`;

function isAllowed(subject: string, { namespace, serviceAccount }: NaiveInput): boolean {
  const principal = { type: 'User', id: subject };
  const resource = { type: 'Association', id: `${namespace}/${serviceAccount}` };
  const answer = isAuthorized({
    principal,
    action: { type: 'Action', id: 'Create' },
    resource,
    context: {},
    policies: { staticPolicies: policies },
    entities: [
      { uid: principal, attrs: {}, parents: [{ type: 'Group', id: 'payments-team' }] },
      { uid: resource, attrs: { namespace, serviceAccount }, parents: [] },
    ],
  });
  return answer.type === 'success' && answer.response.decision === 'allow';
}

const server = new ApolloServer<{ subject: string }>({
  typeDefs,
  resolvers: {
    Query: { ok: () => true },
    Mutation: {
      create: async (_: unknown, { input }: { input: NaiveInput }, { subject }: { subject: string }) =>
        isAllowed(subject, input) ? { status: 'SUCCEEDED', ...(await create(input)) } : { status: 'REFUSED' },
    },
  },
});

/** The stack of the gateway with the least of a contract: one mutation, two policies. */
export const handler = startServerAndCreateLambdaHandler(
  server,
  handlers.createAPIGatewayProxyEventV2RequestHandler(),
  { context: ({ event }) => Promise.resolve({ subject: event.requestContext.requestId }) },
);
