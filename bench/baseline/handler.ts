import { ApolloServer } from '@apollo/server';
import { handlers, startServerAndCreateLambdaHandler } from '@as-integrations/aws-lambda';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { EKSClientConfig } from '@aws-sdk/client-eks';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { monotonicFactory } from 'ulid';
import type { Log } from '../../src/runtime/log.ts';
import { typeDefs } from '../../src/generated/schema.ts';
import { formatError, unauthenticated } from '../../src/graphql/errors.ts';
import type { GraphqlHandler, Authenticate } from '../../src/graphql/handler.ts';
import { oneMutation } from '../../src/graphql/rules.ts';
import { createAuthenticate } from '../../src/app/compose.ts';
import { dynamoDbClientDefaults } from '../../src/ledger/dynamodb-request.ts';
import type { LoadedPolicy } from '../../src/policy/load.ts';
import { createAppend } from './audit.ts';
import { createEksCalls } from './eks.ts';
import type { BaselineParts, RequestContext } from './parts.ts';
import { createResolvers } from './resolvers.ts';
import type { BaselineTables } from './tables.ts';

/** What a baseline is made of. */
export interface BaselineSettings {
  readonly eks: Pick<EKSClientConfig, 'endpoint' | 'credentials'>;
  readonly dynamoDb: Pick<DynamoDBClientConfig, 'endpoint' | 'credentials' | 'region'>;
  readonly tables: BaselineTables;
  /** What `loadPolicy` made of a folder of policies. It is only read, so several baselines can share it. */
  readonly policies: LoadedPolicy;
  /** Account and region of a request that names none. */
  readonly home: BaselineParts['home'];
  /** Standard error, one line of JSON each, when absent. */
  readonly log?: Log;
}

/** A Lambda function, and how to end what it holds open. */
export interface Baseline {
  readonly handler: GraphqlHandler;
  readonly close: () => Promise<void>;
}

/**
 * The same API by the usual means: Apollo Server, Powertools' idempotency, an audit put before and after one call of the
 * SDK. Each has clients and connections of its own, as a process of its own would.
 */
export function createBaseline({
  eks,
  dynamoDb,
  tables,
  policies,
  home,
  log = toStandardError,
}: BaselineSettings): Baseline {
  const client = new DynamoDBClient({ ...dynamoDbClientDefaults, ...dynamoDb });
  const eksCalls = createEksCalls(eks, home);
  const parts: BaselineParts = {
    authorize: policies.authorize,
    eks: eksCalls,
    append: createAppend(client, tables.audit),
    store: new DynamoDBPersistenceLayer({ tableName: tables.idempotency, awsSdkV3Client: client }),
    home,
    clock: () => Date.now(),
    ulid: monotonicFactory(),
    log,
  };
  const server = createServer(parts);
  const authenticate = createAuthenticate(policies, { groupsClaim: 'groups', scopesClaim: 'scope' });
  const handler = createHandler(server, authenticate);
  const close = async () => {
    await server.stop();
    client.destroy();
    eksCalls.close();
  };
  return { handler, close };
}

function createServer(parts: BaselineParts): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    typeDefs,
    resolvers: createResolvers(parts),
    includeStacktraceInErrorResponses: false,
    formatError,
    validationRules: [oneMutation],
    stopOnTerminationSignals: false,
    plugins: [
      {
        requestDidStart: () =>
          Promise.resolve({
            didEncounterErrors: ({ errors, contextValue }) => {
              const { apiRequestId } = contextValue.identity;
              for (const { message, originalError } of errors) {
                parts.log('error', 'A request met an error.', { apiRequestId, message, stack: originalError?.stack });
              }
              return Promise.resolve();
            },
          }),
      },
    ],
  });
}

function createHandler(server: ApolloServer<RequestContext>, authenticate: Authenticate): GraphqlHandler {
  const handler = startServerAndCreateLambdaHandler(server, handlers.createAPIGatewayProxyEventV2RequestHandler(), {
    context: ({ event, context }) => {
      const who = authenticate(event);
      if (who.kind === 'unauthenticated') return Promise.reject(unauthenticated(who.message));
      return Promise.resolve({ identity: who.identity, lambda: context });
    },
  });
  return async (event, context) =>
    (await handler(event, context, () => undefined)) as APIGatewayProxyStructuredResultV2;
}

const toStandardError: Log = (level, message, fields) =>
  void process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
