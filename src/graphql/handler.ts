import { startServerAndCreateLambdaHandler } from '@as-integrations/aws-lambda';
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
import { firstCharacters } from '../validation/text-rules.ts';
import { withinLimits } from './budget.ts';
import { rateLimited, requestError } from './errors.ts';
import { readRequest, rejection, requestHandler, withSecurityHeaders } from './http.ts';
import type { Response } from './http.ts';
import { createReport, currentReport, reportLine, withReport } from './request-report.ts';
import { countRows } from './rows.ts';
import { createServer } from './server.ts';

/** Authenticates the sender of an event. */
export type Authenticate = (event: APIGatewayProxyEventV2) => Authenticated | Promise<Authenticated>;

type Authenticated =
  | { readonly kind: 'authenticated'; readonly identity: RequestIdentity }
  | { readonly kind: 'unauthenticated'; readonly message: string }
  /** The keys of the issuer can't be read now. */
  | { readonly kind: 'keys-unavailable'; readonly issuer: string; readonly cause: unknown };

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
  const identityOf = async (event: APIGatewayProxyEventV2): Promise<RequestIdentity> => {
    const result = await authenticate(event);
    if (result.kind === 'unauthenticated') throw requestError('UNAUTHENTICATED', result.message);
    if (result.kind === 'keys-unavailable') {
      const message = 'The keys of the issuer of the token could not be read. Retry.';
      const cause = new Error(`Keys of ${result.issuer}`, { cause: result.cause });
      throw requestError('ISSUER_UNAVAILABLE', message, {}, cause);
    }
    return result.identity;
  };
  const contextOf = async (event: APIGatewayProxyEventV2, lambda: LambdaContext): Promise<RequestContext> => {
    const identity = await identityOf(event);
    currentReport().identity = identity;
    const waitMs = takeToken(identity.principal.id);
    if (waitMs > 0) throw rateLimited(waitMs);
    const reads = withinLimits(paced);
    return {
      identity,
      reads,
      authorizeRead: createAuthorizeRead(deps, identity),
      mayViewIn: createMayViewIn(deps, identity),
      deadline: deps.clock() + Math.min(lambda.getRemainingTimeInMillis() - answerMs, deps.times.requestMs),
      describer: createDescriber(reads, rateLimiter),
      takeRows: countRows(),
      once: createOnce(),
    };
  };
  const answer = startServerAndCreateLambdaHandler(server, requestHandler, {
    context: ({ event: { event }, context }) => contextOf(event, context),
  });
  return (event, lambda) => {
    const startedAt = deps.clock();
    const { requestId, routeKey } = event.requestContext;
    const report = createReport(firstCharacters(requestId, maxLogged), firstCharacters(routeKey, maxLogged));
    return withReport(report, async () => {
      const read = readRequest(event);
      const answered =
        read.kind === 'rejected'
          ? rejection(read)
          : ((await answer({ event, request: read.request }, lambda, () => undefined)) as Response);
      const { level, fields } = reportLine(report, answered);
      deps.log(level, 'Request answered.', { ...fields, durationMs: deps.clock() - startedAt });
      return withSecurityHeaders(event, answered);
    });
  };
}

/** The most characters of a text that API Gateway adds to an event. */
const maxLogged = 256;
