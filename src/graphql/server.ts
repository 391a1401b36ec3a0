import { ApolloServer } from '@apollo/server';
import type { ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import type { Log } from '../runtime/log.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import type { RequestContext } from '../queries/request-context.ts';
import { formatError, isClientError, isThrottledRead } from './errors.ts';
import { createResolvers } from './resolvers.ts';
import { oneMutation, reported } from './rules.ts';
import { createSchema } from './schema.ts';

/** Enough for introspection and for 50 tags as literals; too few to keep the parser busy. */
const maxTokens = 5_000;

/** In fields, fragments included. The longest useful path has 9: podIdentityAssociations, edges, node, auditTrail, edges, node, decision, violations, message. */
const maxDepth = 9;

const maxAliases = 15;

/** The GraphQL server: schema, resolvers, and the limits of a single request. */
export function createServer(deps: Dependencies): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema: createSchema(createResolvers(deps)),
    introspection: true,
    includeStacktraceInErrorResponses: false,
    formatError,
    parseOptions: { maxLexicalTokens: maxTokens },
    validationRules: [
      oneMutation,
      maxDepthRule({ n: maxDepth, flattenFragments: true, ...reported }),
      maxAliasesRule({ n: maxAliases, ...reported }),
    ],
    // The host ends the process: Lambda freezes it, the local server stops it.
    stopOnTerminationSignals: false,
    logger: apolloLogger(deps.log),
    plugins: [
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      logRequests(deps),
    ],
  });
}

/** Logs one line for each request, and each error in full; clients get a masked one. */
function logRequests({ log, clock }: Dependencies): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: ({ contextValue }) => {
      const { apiRequestId, principal, actor } = contextValue.identity;
      const startedAt = clock();
      return Promise.resolve({
        didEncounterErrors: ({ errors }) => {
          for (const error of errors) {
            const cause = error.originalError ?? error;
            const level = isClientError(error) || isThrottledRead(error) ? 'warn' : 'error';
            log(level, 'Request failed.', { apiRequestId, error: cause.stack, cause: causeOf(cause) });
          }
          return Promise.resolve();
        },
        willSendResponse: ({ operation, operationName, errors }) => {
          log('info', 'Request answered.', {
            apiRequestId,
            principalId: principal.id,
            ...(actor ? { actorId: actor.id } : {}),
            operation: operation?.operation ?? null,
            operationName: operationName ?? null,
            errors: errors?.length ?? 0,
            durationMs: clock() - startedAt,
          });
          return Promise.resolve();
        },
      });
    },
  };
}

function causeOf({ cause }: Error): string | null {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : null;
}

function apolloLogger(log: Log) {
  const at = (level: 'info' | 'warn' | 'error') => (message?: unknown) => log(level, String(message), {});
  return { debug: () => undefined, info: at('info'), warn: at('warn'), error: at('error') };
}
