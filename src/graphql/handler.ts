import { startServerAndCreateLambdaHandler } from '@as-integrations/aws-lambda';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context as LambdaContext } from 'aws-lambda';
import { rateLimitedEksFor } from '../eks/rate-limited.ts';
import {
  makeAllowsRead,
  makeAuthorizeRead,
  makeMayApproveFor,
  makeMayViewIn,
} from '../queries/terms/authorize-read.ts';
import { makeViewerMay } from '../queries/terms/viewer-rights.ts';
import { makeCursors } from '../queries/terms/cursors.ts';
import { makeDescriber } from '../queries/terms/describer.ts';
import { count } from '../runtime/meter.ts';
import { makeDeadline } from '../runtime/deadline.ts';
import type { Deadline } from '../runtime/deadline.ts';
import { makeRateLimiter } from '../runtime/rate-limiter.ts';
import { makeTokenBuckets } from '../runtime/token-buckets.ts';
import type { CurrentDependencies, Dependencies } from '../operations/terms/dependencies.ts';
import { findReadsLock } from '../operations/terms/locks.ts';
import type { EksFor } from '../eks/eks.ts';
import type { ClusterRef } from '../model/association.ts';
import { clusterReadsLockFor } from '../model/lock.ts';
import type { RequestIdentity } from '../model/principal.ts';
import { requestsPerSecondOf } from '../policy/inventory/inventory.ts';
import type { KnownPrincipals } from '../policy/inventory/inventory.ts';
import { PoliciesUnavailable } from '../policy-versions/live.ts';
import { makeOnce } from '../queries/terms/request-context.ts';
import { makeTrailReads } from '../queries/terms/trail-reads.ts';
import type { RequestContext } from '../queries/terms/request-context.ts';
import { firstCharacters } from '../validation/text-rules.ts';
import { withinLimits } from './budget.ts';
import { rateLimited, readsLocked, requestError } from './errors.ts';
import { readBody, readHead, rejection, requestHandler, withSecurityHeaders } from './http.ts';
import type { Response } from './http.ts';
import { makeReport, currentReport, reportLine, withReport } from './request-report.ts';
import { noteTarget } from './request-target.ts';
import { countRows } from './rows.ts';
import { makeServer } from './server.ts';

/** Authenticates the sender of an event, with the services and permission sets of the inventory. */
export type Authenticate = (
  event: APIGatewayProxyEventV2,
  known: KnownPrincipals,
) => Authenticated | Promise<Authenticated>;

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

/**
 * Creates the handler. Makes no calls and reads nothing from the environment. The server, its
 * limits and the log are the same for all requests; each request takes its other dependencies once,
 * when it begins.
 *
 * @param current by default, all requests have the same dependencies
 */
export function makeHandler(
  deps: Dependencies,
  authenticate: Authenticate,
  current: CurrentDependencies = () => Promise.resolve(deps),
): GraphqlHandler {
  const { clock, describeLimits, log, requestLimits } = deps;
  const { describeConcurrency, describesPerSecond } = describeLimits;
  const rateLimiter = makeRateLimiter({ concurrency: describeConcurrency, perSecond: describesPerSecond }, clock);
  const server = makeServer(log);
  const takeToken = makeTokenBuckets(requestLimits, clock);
  const identityOf = async (event: APIGatewayProxyEventV2, known: KnownPrincipals): Promise<RequestIdentity> => {
    const result = await authenticate(event, known);
    if (result.kind === 'unauthenticated') throw requestError('UNAUTHENTICATED', result.message);
    if (result.kind === 'keys-unavailable') {
      const message = 'The keys of the issuer of the token could not be read. Retry.';
      const cause = new Error(`Keys of ${result.issuer}`, { cause: result.cause });
      throw requestError('ISSUER_UNAVAILABLE', message, {}, cause);
    }
    return result.identity;
  };
  const contextOf = async (event: APIGatewayProxyEventV2, end: Deadline): Promise<RequestContext> => {
    const report = currentReport();
    const shared = noteTarget(await current().catch(policiesUnavailable), report);
    const live: Dependencies = { ...shared, ...shared.storesUntil(end) };
    const identity = await identityOf(event, live.knownPrincipals);
    report.identity = identity;
    report.policies = live.about;
    const { id } = identity.principal;
    const waitMs = takeToken(id, requestsPerSecondOf(live.knownPrincipals, id));
    if (waitMs > 0) {
      count('budgetRefusals');
      throw rateLimited(waitMs);
    }
    const inTurn: Dependencies = { ...live, eksFor: rateLimitedEksFor(live.eksFor, rateLimiter) };
    // A query waits for the locks before it is executed, so they are known here.
    const isLocked = (cluster: ClusterRef) =>
      clusterReadsLockFor(live.lockMemory.lastRead?.locks ?? [], cluster) !== null;
    const eksFor: EksFor = (cluster) => {
      if (isLocked(cluster)) throw readsLocked();
      return inTurn.eksFor(cluster);
    };
    const reads = withinLimits({ ...inTurn, eksFor });
    const deadline = end.at;
    const once = makeOnce();
    const authorizeRead = makeAuthorizeRead(live, identity);
    return {
      identity,
      deps: inTurn,
      reads,
      authorizeRead,
      allowsRead: makeAllowsRead(live, identity, authorizeRead),
      mayViewIn: makeMayViewIn(live, identity),
      mayApproveFor: makeMayApproveFor(live, identity),
      viewerMay: makeViewerMay(live, identity),
      cursors: makeCursors(live, identity.principal, deadline),
      deadline,
      describer: makeDescriber(reads, rateLimiter),
      takeRows: countRows(),
      trailReads: makeTrailReads(live, identity),
      requireUnlocked: async (cluster) => {
        await once('lock', async () => {
          if (await findReadsLock(live, identity, deadline)) throw readsLocked();
        });
        if (cluster && isLocked(cluster)) throw readsLocked();
      },
      once,
    };
  };
  const answer = startServerAndCreateLambdaHandler(server, requestHandler, {
    context: ({ event: { context } }) => context,
  });
  const answerTo = async (
    event: APIGatewayProxyEventV2,
    lambda: LambdaContext,
    deadline: Deadline,
  ): Promise<Response> => {
    const head = readHead(event);
    if (head.kind === 'rejected') return rejection(head);
    const context = contextOf(event, deadline);
    // A request that may not be executed costs no more than finding that out: Apollo Server answers
    // it without its body.
    const read = await context.then(
      () => readBody(event, head.request),
      () => head,
    );
    if (read.kind === 'rejected') return rejection(read);
    return (await answer({ request: read.request, context }, lambda, () => undefined)) as Response;
  };
  return (event, lambda) => {
    const startedAt = clock();
    const { requestId, routeKey } = event.requestContext;
    const report = makeReport(firstCharacters(requestId, maxLogged), firstCharacters(routeKey, maxLogged));
    return withReport(report, async () => {
      const leftMs = Math.min(lambda.getRemainingTimeInMillis() - answerMs, deps.times.requestMs);
      const deadline = makeDeadline(startedAt + leftMs, clock);
      const answered = await answerTo(event, lambda, deadline).finally(deadline.end);
      const { level, fields } = reportLine(report, answered);
      log(level, 'Request answered.', { ...fields, durationMs: clock() - startedAt });
      return withSecurityHeaders(event, answered);
    });
  };
}

function policiesUnavailable(error: unknown): never {
  if (!(error instanceof PoliciesUnavailable)) throw error;
  const message = 'The policies in force could not be read, so nothing can be permitted. Retry.';
  throw requestError('POLICIES_UNAVAILABLE', message, {}, error);
}

/** The most characters of a text that API Gateway adds to an event. */
const maxLogged = 256;
