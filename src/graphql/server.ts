import { ApolloServer } from '@apollo/server';
import type { ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { Kind, OperationTypeNode } from 'graphql';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import type { ValidationRule } from 'graphql';
import type { Log } from '../runtime/log.ts';
import { firstCharacters } from '../validation/text-rules.ts';
import type { RequestContext } from '../queries/terms/request-context.ts';
import { stringifyAnswer } from './answer.ts';
import { boundedDocument } from './document-bounds.ts';
import { makeDocumentStore, noCache } from './documents.ts';
import { notExecuted, requestError, wrongVariables } from './errors.ts';
import { formatError } from './format-error.ts';
import { maxTokens } from './http.ts';
import { currentReport } from './request-report.ts';
import { makeResolvers } from './resolvers.ts';
import { noSubscription, oneWrite, reported, rootFields } from './rules.ts';
import { makeSchema } from './schema.ts';
import { recordTrailReads } from './trail-read-record.ts';
import { countFinding, variableFindings } from './variables.ts';

/**
 * In fields, fragments included. The longest useful path has 9: podIdentityAssociations, edges,
 * node, auditTrail, edges, node, decision, violations, message.
 */
const maxDepth = 9;

const maxAliases = 15;

/** The most characters of an operation's name in the log. */
const maxNameLength = 100;

/**
 * One for all servers: it has no state, and building and validating it is most of the work of
 * creating a server.
 */
const schema = makeSchema(makeResolvers());

/** One for all servers of a process: which documents are valid depends on the schema alone. */
const documentStore = makeDocumentStore();

/** The GraphQL server: schema, resolvers, and the limits of a single request. */
export function makeServer(log: Log): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    formatError,
    stringifyResult: stringifyAnswer,
    // Clients send the document when they are told so. A store would need a bound of its own for
    // what strangers put there.
    persistedQueries: false,
    documentStore,
    cache: noCache,
    parseOptions: { maxLexicalTokens: maxTokens },
    validationRules: [...makeRules()],
    // The host ends the process: Lambda freezes it, the local server stops it.
    stopOnTerminationSignals: false,
    logger: apolloLogger(log),
    plugins: [
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      checkRequests(),
      recordTrailReads(),
    ],
  });
}

/** The validation rules besides those of GraphQL itself. */
export function makeRules(): readonly ValidationRule[] {
  return [
    boundedDocument,
    oneWrite,
    noSubscription,
    maxDepthRule({ n: maxDepth, flattenFragments: true, ...reported }),
    maxAliasesRule({ n: maxAliases, ...reported }),
  ];
}

const noOperation = 'The document has no operation, or it has several and operationName does not name one of them.';

/** Checks the variables of a request before it is executed, and reports what it asks for. */
function checkRequests(): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: async ({ operation, operationName, document, request, schema, contextValue }) => {
          // Apollo Server reports it only after execution, in the words of graphql-js.
          if (!operation) throw requestError('OPERATION_RESOLUTION_FAILURE', noOperation);
          const report = currentReport();
          const fragments = new Map(
            document.definitions.flatMap((one) =>
              one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [],
            ),
          );
          const fields = rootFields(operation.selectionSet, (name) => fragments.get(name));
          report.operation = operation.operation;
          report.operationName = operationName && firstCharacters(operationName, maxNameLength);
          report.fields = [...new Set(fields.map(({ name }) => name.value))];
          const variables = request.variables ?? {};
          const tooMany = countFinding(variables);
          const findings = tooMany ? [tooMany] : variableFindings(schema, operation, variables);
          if (findings.length > 0) throw wrongVariables(findings);
          // A mutation reads the locks itself, and its trail has every attempt; of its payload,
          // only fields that read are stopped.
          if (operation.operation === OperationTypeNode.QUERY) await contextValue.requireUnlocked().catch(notExecuted);
        },
      }),
  };
}

function apolloLogger(log: Log) {
  const at = (level: 'info' | 'warn' | 'error') => (message?: unknown) => log(level, String(message), {});
  return { debug: () => undefined, info: at('info'), warn: at('warn'), error: at('error') };
}
