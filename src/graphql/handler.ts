import { handlers, startServerAndCreateLambdaHandler } from '@as-integrations/aws-lambda';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context as LambdaContext } from 'aws-lambda';
import { pacedEksFor } from '../eks/paced.ts';
import { createAuthorizeRead, createMayViewIn } from '../queries/authorize-read.ts';
import { createDescriber } from '../queries/describer.ts';
import { createRateLimiter } from '../runtime/rate-limiter.ts';
import { createTokenBuckets } from '../runtime/token-buckets.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import type { RequestIdentity } from '../model/principal.ts';
import { createOnce } from '../queries/request-context.ts';
import type { RequestContext } from '../queries/request-context.ts';
import { withinLimits } from './budget.ts';
import { rateLimited, unauthenticated } from './errors.ts';
import { countRows } from './rows.ts';
import { createServer } from './server.ts';

/** Authenticates the sender of an event. */
export type Authenticate = (
  event: APIGatewayProxyEventV2,
) =>
  | { readonly kind: 'authenticated'; readonly identity: RequestIdentity }
  | { readonly kind: 'unauthenticated'; readonly message: string };

/** The Lambda handler of both routes, for API Gateway HTTP API events (payload format 2.0). */
export type GraphqlHandler = (
  event: APIGatewayProxyEventV2,
  context: LambdaContext,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** Time kept back so that the answer is sent before the function times out. Milliseconds. */
const answerMs = 1_000;

/** Creates the handler. Makes no calls and reads nothing from the environment. */
export function createHandler(deps: Dependencies, authenticate: Authenticate): GraphqlHandler {
  const { describeConcurrency, describesPerSecond } = deps.describeLimits;
  const rateLimiter = createRateLimiter(
    { concurrency: describeConcurrency, perSecond: describesPerSecond },
    deps.clock,
  );
  const paced: Dependencies = { ...deps, eksFor: pacedEksFor(deps.eksFor, rateLimiter) };
  const server = createServer(paced);
  const takeToken = createTokenBuckets(deps.requestLimits, deps.clock);
  const contextOf = (event: APIGatewayProxyEventV2, lambda: LambdaContext): RequestContext => {
    const result = authenticate(event);
    if (result.kind === 'unauthenticated') {
      const apiRequestId = event.requestContext.requestId;
      deps.log('warn', 'Request not authenticated.', { apiRequestId, reason: result.message });
      throw unauthenticated(result.message);
    }
    const waitMs = takeToken(result.identity.principal.id);
    if (waitMs > 0) {
      const { apiRequestId, principal } = result.identity;
      deps.log('warn', 'Request over the limit of its principal.', { apiRequestId, principalId: principal.id });
      throw rateLimited(waitMs);
    }
    const reads = withinLimits(paced);
    return {
      identity: result.identity,
      reads,
      authorizeRead: createAuthorizeRead(deps, result.identity),
      mayViewIn: createMayViewIn(deps, result.identity),
      deadline: deps.clock() + Math.min(lambda.getRemainingTimeInMillis() - answerMs, deps.times.requestMs),
      describer: createDescriber(reads, rateLimiter),
      takeRows: countRows(),
      once: createOnce(),
    };
  };
  const handler = startServerAndCreateLambdaHandler(server, handlers.createAPIGatewayProxyEventV2RequestHandler(), {
    context: ({ event, context }) => Promise.resolve().then(() => contextOf(event, context)),
    middleware: [(event) => Promise.resolve(notJson(deps, event))],
  });
  return async (event, context) =>
    (await handler(event, context, () => undefined)) as APIGatewayProxyStructuredResultV2;
}

/** The answer to a body that is not JSON; otherwise the client would get the parser's message. */
function notJson(deps: Dependencies, event: APIGatewayProxyEventV2): APIGatewayProxyStructuredResultV2 | undefined {
  const { body, isBase64Encoded } = event;
  if (!body) return undefined;
  try {
    JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body);
    return undefined;
  } catch (error) {
    deps.log('warn', 'Request body is not JSON.', { apiRequestId: event.requestContext.requestId });
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The body is not JSON (${reason}). Send {"query": "…", "variables": {…}} with content-type application/json.`;
    return {
      statusCode: 400,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }),
    };
  }
}
