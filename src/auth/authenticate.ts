import type {
  APIGatewayEventRequestContextIAMAuthorizer,
  APIGatewayEventRequestContextV2,
  APIGatewayProxyEventV2,
} from 'aws-lambda';
import type { RequestIdentity } from '../model/principal.ts';
import type { KnownPrincipals } from '../policy/inventory/inventory.ts';
import { firstCharacters } from '../validation/text-rules.ts';
import type { TokenSettings } from './claims.ts';
import { principalFromIam } from './iam.ts';
import { principalFromJwt } from './jwt.ts';
import { unauthenticated } from './result.ts';
import type { PrincipalResult, Unauthenticated } from './result.ts';

type IamAuthorizer = APIGatewayEventRequestContextIAMAuthorizer['iam'];

/**
 * The parts of an API Gateway event (HTTP API, payload format 2.0) that carry the identity, on the
 * JWT and IAM routes.
 */
export interface IdentityEvent {
  readonly headers: APIGatewayProxyEventV2['headers'];
  readonly requestContext: Pick<APIGatewayEventRequestContextV2, 'requestId'> & {
    /** Both can be empty or absent. */
    readonly http: { readonly sourceIp?: string | undefined; readonly userAgent?: string | undefined };
    readonly authorizer?:
      | {
          /** Claims as API Gateway passes them, or as the function verified them. */
          readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> | undefined } | null | undefined;
          readonly iam?:
            | (Pick<IamAuthorizer, 'userArn'> & { readonly userId?: IamAuthorizer['userId'] | undefined })
            | null
            | undefined;
        }
      | null
      | undefined;
  };
}

/** The identity of a request, or why it has none. */
export type AuthenticationResult =
  { readonly kind: 'authenticated'; readonly identity: RequestIdentity } | Unauthenticated;

/**
 * Reads the identity of a request from its event. The token or the signature has been verified
 * before; no signature is checked here. An event whose identity is missing or ambiguous is
 * unauthenticated.
 */
export function authenticate(
  event: IdentityEvent,
  settings: TokenSettings,
  inventory: KnownPrincipals,
): AuthenticationResult {
  const result = principalOf(event, settings, inventory);
  if (result.kind === 'unauthenticated') return result;
  const { http, requestId } = event.requestContext;
  return {
    kind: 'authenticated',
    identity: {
      principal: result.principal,
      actor: result.actor,
      sourceAddress: bounded(http.sourceIp) || null,
      userAgent: bounded(http.userAgent) || null,
      apiRequestId: bounded(requestId),
    },
  };
}

function principalOf(event: IdentityEvent, settings: TokenSettings, inventory: KnownPrincipals): PrincipalResult {
  const { jwt, iam } = event.requestContext.authorizer ?? {};
  if (jwt && !iam) {
    const authorization = authorizationHeader(event.headers);
    if (authorization === null) {
      return unauthenticated(
        'The request must have exactly one Authorization header: send "Authorization: Bearer <token>" once.',
      );
    }
    return principalFromJwt(authorization, jwt.claims ?? {}, settings, inventory);
  }
  if (iam && !jwt) return principalFromIam(iam, inventory);
  return unauthenticated(
    'The request carries no verified identity: send a JWT in the Authorization header, or sign the request with AWS credentials, whichever the route requires.',
  );
}

/** The value of the Authorization header; null unless there is exactly one. */
export function authorizationHeader(headers: IdentityEvent['headers']): string | null {
  const [header, ...more] = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'authorization');
  return more.length === 0 ? (header?.[1] ?? null) : null;
}

/** Characters to keep of the network address, the user agent and the request ID. */
const maxLength = 256;

function bounded(text: string | undefined): string {
  return firstCharacters(text ?? '', maxLength).toWellFormed();
}
