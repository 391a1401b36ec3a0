import { iamPath, jwtPath, routedMethods } from '../../../../src/auth/event-source.ts';
import { forbiddenAnswer, gatewayAnswer, notFoundAnswer, unauthorizedAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import type { Authorize } from './authorizer.ts';
import type { BodyRead } from './body.ts';
import type { RequestAuthorizer, RequestHead } from './event.ts';
import type { AuthorizeIam } from './iam-authorizer.ts';

/** The authorizers of the routes. */
export interface Authorizers {
  readonly authorize: Authorize;
  /** Absent: the API has no IAM route. */
  readonly authorizeIam?: AuthorizeIam | undefined;
}

/** Whether a request reaches the handler. */
export type Admission =
  | { readonly kind: 'admitted'; readonly authorizer: RequestAuthorizer; readonly body: Buffer }
  /** The client has disconnected. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'answered'; readonly answer: Answer };

/**
 * The route by which other programs find out that the local server accepts requests. API Gateway
 * does not have it.
 */
const healthRouteKey = 'GET /health';

/**
 * The routes, as in `serverless.yml`: all methods that clients try reach the handler, which says
 * that POST is right.
 */
const routesOf = (path: string) => new Set(routedMethods.map((method) => `${method} ${path}`));
const [jwtRoutes, iamRoutes] = [routesOf(jwtPath), routesOf(iamPath)];

/**
 * Authorizes a request by its route. An HTTP API responds to all routes that it does not have with
 * 404, and to OPTIONS too unless CORS is configured.
 */
export async function admit(
  { authorize, authorizeIam }: Authorizers,
  routeKey: string,
  head: RequestHead,
  readBody: () => Promise<BodyRead>,
): Promise<Admission> {
  if (routeKey === healthRouteKey) return answered(healthAnswer);
  if (jwtRoutes.has(routeKey)) {
    const token = head.headers.get('authorization');
    const result = await authorize(token);
    if (result.kind === 'unauthorized') return answered(unauthorizedAnswer(result, Boolean(token)));
    const { claims, scopes } = result;
    return withBody(await readBody(), () => Promise.resolve({ jwt: { claims, scopes } }));
  }
  if (authorizeIam === undefined) return answered(notFoundAnswer(`The only route is POST ${jwtPath}.`));
  if (!iamRoutes.has(routeKey))
    return answered(notFoundAnswer(`Send POST ${jwtPath} with a token, or POST ${iamPath} with AWS credentials.`));
  // The signature is over the body too.
  return withBody(await readBody(), async (body) => {
    const result = await authorizeIam(head, body);
    return result.kind === 'authorized' ? { iam: result.iam } : forbiddenAnswer(result.description);
  });
}

/**
 * The result for a request whose body was read, by its authorizer or the answer that refuses it.
 */
async function withBody(
  read: BodyRead,
  authorizerOf: (body: Buffer) => Promise<RequestAuthorizer | Answer>,
): Promise<Admission> {
  if (read.kind === 'dropped') return read;
  if (read.kind === 'too-large') return answered(gatewayAnswer(413, 'Request Entity Too Large'));
  const result = await authorizerOf(read.body);
  return 'statusCode' in result ? answered(result) : { kind: 'admitted', authorizer: result, body: read.body };
}

function answered(answer: Answer): Admission {
  return { kind: 'answered', answer };
}

const healthAnswer: Answer = {
  statusCode: 200,
  headers: new Map([['content-type', 'application/json']]),
  cookies: [],
  body: Buffer.from('{"status":"ok"}'),
};
