import * as v from 'valibot';
import { firstCharacters } from '../validation/text-rules.ts';

/** The path of the requests that carry a JWT, as in serverless.yml. */
export const jwtPath = '/graphql';

/** The path of the requests that are signed with AWS credentials, as in serverless.yml. */
export const iamPath = '/iam/graphql';

/** The methods that the API routes to the function, which answers 405 to all but POST. */
export const routedMethods = ['POST', 'GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'] as const;

/** The API whose events the function accepts. */
export interface EventSource {
  readonly apiId: string;
  /** Account of the API: 12 digits. */
  readonly accountId: string;
  /** E.g. `$default`. */
  readonly stage: string;
  /** Whether the IAM route is accepted. */
  readonly acceptsIam: boolean;
}

function isRecordOfStrings(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');
}

/** The fields of an HTTP API event (payload format 2.0) that the function reads. */
const eventShape = v.object({
  version: v.literal('2.0'),
  routeKey: v.string(),
  rawQueryString: v.string(),
  headers: v.custom<Readonly<Record<string, string>>>(isRecordOfStrings),
  body: v.optional(v.string()),
  isBase64Encoded: v.boolean(),
  requestContext: v.object({
    accountId: v.string(),
    apiId: v.string(),
    stage: v.string(),
    routeKey: v.string(),
    requestId: v.string(),
    http: v.object({
      method: v.picklist(routedMethods),
      sourceIp: v.optional(v.string()),
      userAgent: v.optional(v.string()),
    }),
    authorizer: v.nullish(
      v.object({
        jwt: v.nullish(v.object({ claims: v.nullish(v.looseObject({})) })),
        iam: v.nullish(v.object({ userArn: v.string(), userId: v.nullish(v.string()) })),
      }),
    ),
  }),
});

/** The most characters of a value that a problem quotes. */
const maxQuoted = 100;

/**
 * Why an event does not come from the API of this gateway, in one sentence; null if it may come
 * from there.
 *
 * A principal that may invoke the function can send any event, also one that passes. This check
 * refuses events of other sources that were connected to the function, such as another API, a
 * function URL or a test event, and an identity on the wrong route.
 */
export function eventProblem(event: unknown, source: EventSource): string | null {
  const { success, output, issues } = v.safeParse(eventShape, event, { abortEarly: true });
  if (!success) {
    return `it is not an HTTP API event of payload format 2.0: ${quoted(v.getDotPath(issues[0]) ?? 'event')} is not valid.`;
  }
  const { requestContext } = output;
  const pinned = ['apiId', 'accountId', 'stage'] as const;
  const other = pinned.find((name) => requestContext[name] !== source[name]);
  if (other !== undefined) {
    return `requestContext.${other} is ${quoted(requestContext[other])}, expected ${quoted(source[other])}.`;
  }
  const paths = [jwtPath, ...(source.acceptsIam ? [iamPath] : [])];
  const keys = [output.routeKey, requestContext.routeKey];
  const routes = paths.map((path) => `${requestContext.http.method} ${path}`);
  const route = routes.find((key) => keys.every((given) => given === key));
  if (route === undefined) {
    return `routeKey is ${keys.map(quoted).join(' and ')}, expected ${routes.map(quoted).join(' or ')}.`;
  }
  const { jwt, iam } = requestContext.authorizer ?? {};
  // A route without an authorizer carries only the token, whose signature the function verifies.
  const fits = route.endsWith(` ${iamPath}`) ? Boolean(iam) && !jwt : !iam;
  return fits ? null : `the authorizer is not the one of the route ${quoted(route)}.`;
}

function quoted(text: string): string {
  return JSON.stringify(firstCharacters(text, maxQuoted));
}
