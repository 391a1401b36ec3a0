import { ApolloServer } from '@apollo/server';
import { handlers, startServerAndCreateLambdaHandler } from '@as-integrations/aws-lambda';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { EKSClientConfig } from '@aws-sdk/client-eks';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { monotonicFactory } from 'ulid';
import type { Log } from '../../../src/runtime/log.ts';
import { defaultTokenSettings } from '../../../src/auth/claims.ts';
import { audience, issuer } from '../../../packages/local-gateway/src/principals.ts';
import { typeDefs } from '../../../src/generated/schema.ts';
import { requestError } from '../../../src/graphql/errors.ts';
import { formatError } from '../../../src/graphql/format-error.ts';
import { makeReport, withReport } from '../../../src/graphql/request-report.ts';
import type { GraphqlHandler, Authenticate } from '../../../src/graphql/handler.ts';
import { oneWrite } from '../../../src/graphql/rules.ts';
import { makeAuthenticate } from '../../../src/app/gateway-handler.ts';
import { dynamoDbClientDefaults } from '../../../src/ledger/dynamodb/request.ts';
import type { LoadedPolicy } from '../../../src/policy/load.ts';
import { makeAppend } from './audit.ts';
import { makeEksCalls } from './eks.ts';
import type { BaselineDependencies, RequestContext } from './dependencies.ts';
import { makeResolvers } from './resolvers.ts';
import type { BaselineTables } from './tables.ts';

/** Settings of a baseline. */
export interface BaselineSettings {
  readonly eks: Pick<EKSClientConfig, 'endpoint' | 'credentials'>;
  readonly dynamoDb: Pick<DynamoDBClientConfig, 'endpoint' | 'credentials' | 'region'>;
  readonly tables: BaselineTables;
  /** Result of `loadPolicy`. It is read-only, so several baselines can share it. */
  readonly policies: LoadedPolicy;
  /** Account and region of a request that names none. */
  readonly home: BaselineDependencies['home'];
  /** Writes JSON lines to standard error by default. */
  readonly log?: Log;
}

/** A Lambda handler, and a function that closes its connections. */
export interface Baseline {
  readonly handler: GraphqlHandler;
  readonly close: () => Promise<void>;
}

/**
 * Creates the baseline: Apollo Server, Powertools idempotency, an audit entry before and after one
 * SDK call. Each baseline has its own clients and connections, like a separate process.
 */
export function makeBaseline({
  eks,
  dynamoDb,
  tables,
  policies,
  home,
  log = toStandardError,
}: BaselineSettings): Baseline {
  const client = new DynamoDBClient({ ...dynamoDbClientDefaults, ...dynamoDb });
  const eksCalls = makeEksCalls(eks, home);
  const deps: BaselineDependencies = {
    authorize: policies.authorize,
    recordPrincipal: policies.recordPrincipal,
    eks: eksCalls,
    append: makeAppend(client, tables.audit),
    store: new DynamoDBPersistenceLayer({ tableName: tables.idempotency, awsSdkV3Client: client }),
    home,
    clock: () => Date.now(),
    ulid: monotonicFactory(),
    log,
  };
  const server = makeServer(deps);
  const authenticate = makeAuthenticate({
    tokens: defaultTokenSettings,
    issuers: [{ issuer, audiences: [audience], keys: null }],
  });
  const handler = makeHandler(server, (event) => authenticate(event, policies.inventory));
  const close = async () => {
    await server.stop();
    client.destroy();
    eksCalls.close();
  };
  return { handler, close };
}

function makeServer(deps: BaselineDependencies): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    typeDefs,
    resolvers: makeResolvers(deps),
    includeStacktraceInErrorResponses: false,
    formatError,
    validationRules: [oneWrite],
    stopOnTerminationSignals: false,
    plugins: [
      {
        requestDidStart: () =>
          Promise.resolve({
            didEncounterErrors: ({ errors, contextValue }) => {
              const { apiRequestId } = contextValue.identity;
              for (const { message, originalError } of errors) {
                deps.log('error', 'A request failed.', { apiRequestId, message, stack: originalError?.stack });
              }
              return Promise.resolve();
            },
          }),
      },
    ],
  });
}

function makeHandler(
  server: ApolloServer<RequestContext>,
  authenticate: (event: APIGatewayProxyEventV2) => ReturnType<Authenticate>,
): GraphqlHandler {
  const handler = startServerAndCreateLambdaHandler(server, handlers.createAPIGatewayProxyEventV2RequestHandler(), {
    context: async ({ event, context }) => {
      const who = await authenticate(event);
      if (who.kind !== 'authenticated') {
        throw requestError('UNAUTHENTICATED', 'message' in who ? who.message : who.kind);
      }
      return { identity: who.identity, lambda: context };
    },
  });
  return (event, context) => {
    const { requestId, routeKey } = event.requestContext;
    return withReport(
      makeReport(requestId, routeKey),
      async () => (await handler(event, context, () => undefined)) as APIGatewayProxyStructuredResultV2,
    );
  };
}

const toStandardError: Log = (level, message, fields) =>
  void process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
