import { handlers, startServerAndCreateLambdaHandler } from '@as-integrations/aws-lambda';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context as LambdaContext } from 'aws-lambda';
import { createDescriber } from '../queries/describer.ts';
import { createRateLimiter } from '../runtime/rate-limiter.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { Context } from '../queries/request-context.ts';
import { unauthenticated } from './errors.ts';
import { countRows } from './rows.ts';
import { createServer } from './server.ts';

/** Who an event is from. */
export type Authenticate = (
  event: APIGatewayProxyEventV2,
) =>
  | { readonly kind: 'authenticated'; readonly identity: RequestIdentity }
  | { readonly kind: 'unauthenticated'; readonly message: string };

/** The Lambda function behind both routes: API Gateway HTTP API events, payload 2.0, in and out. */
export type GraphqlHandler = (
  event: APIGatewayProxyEventV2,
  context: LambdaContext,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** Kept back from the function's time, so that the answer is out before the runtime ends it. */
const answerMs = 1_000;

/** Makes the handler. Nothing is called, and nothing is read from the environment. */
export function createHandler(deps: Dependencies, authenticate: Authenticate): GraphqlHandler {
  const server = createServer(deps);
  const rateLimiter = createRateLimiter(deps.describeLimits, deps.clock);
  const contextOf = (event: APIGatewayProxyEventV2, lambda: LambdaContext): Context => {
    const who = authenticate(event);
    if (who.kind === 'unauthenticated') {
      const apiRequestId = event.requestContext.requestId;
      deps.log('warn', 'A request was not authenticated.', { apiRequestId, reason: who.message });
      throw unauthenticated(who.message);
    }
    const read = new Map<string, Promise<AuditEntry[]>>();
    const operationEntries = (operationId: string) => {
      const entries = read.get(operationId) ?? deps.ledger.operationEntries(operationId);
      read.set(operationId, entries);
      return entries;
    };
    return {
      identity: who.identity,
      deadline: deps.clock() + lambda.getRemainingTimeInMillis() - answerMs,
      operationEntries,
      describer: createDescriber(deps, rateLimiter),
      takeRows: countRows(),
    };
  };
  const handler = startServerAndCreateLambdaHandler(server, handlers.createAPIGatewayProxyEventV2RequestHandler(), {
    context: ({ event, context }) => Promise.resolve().then(() => contextOf(event, context)),
    middleware: [(event) => Promise.resolve(notJson(deps, event))],
  });
  return async (event, context) =>
    (await handler(event, context, () => undefined)) as APIGatewayProxyStructuredResultV2;
}

/** The answer to a body that is no JSON, which would otherwise be the parser's bare words. */
function notJson(deps: Dependencies, event: APIGatewayProxyEventV2): APIGatewayProxyStructuredResultV2 | undefined {
  const { body, isBase64Encoded } = event;
  if (!body) return undefined;
  try {
    JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body);
    return undefined;
  } catch (error) {
    deps.log('warn', 'A request was no JSON.', { apiRequestId: event.requestContext.requestId });
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The body is not JSON (${reason}). Send {"query": "…", "variables": {…}} with content-type application/json.`;
    return {
      statusCode: 400,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }),
    };
  }
}
