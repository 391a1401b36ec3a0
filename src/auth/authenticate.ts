import type {
  APIGatewayEventRequestContextIAMAuthorizer,
  APIGatewayEventRequestContextJWTAuthorizer,
  APIGatewayEventRequestContextV2,
  APIGatewayProxyEventV2,
} from 'aws-lambda';
import { firstCharacters } from '../validation/text-rules.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { ClaimSettings } from './claims.ts';
import { identityByIam } from './iam.ts';
import { notAuthenticated } from './identity.ts';
import type { Directory, Identity, NotAuthenticated } from './identity.ts';
import { identityByJwt } from './jwt.ts';

/** The parts of an API Gateway event (HTTP API, payload format 2.0) that say who asks, by either of the two routes. */
export interface IdentityEvent {
  readonly headers: APIGatewayProxyEventV2['headers'];
  readonly requestContext: Pick<APIGatewayEventRequestContextV2, 'requestId'> & {
    /** Both can be empty or absent: a client need not name itself. */
    readonly http: { readonly sourceIp?: string | undefined; readonly userAgent?: string | undefined };
    readonly authorizer?:
      | {
          readonly jwt?: Partial<Pick<APIGatewayEventRequestContextJWTAuthorizer['jwt'], 'claims'>> | null | undefined;
          readonly iam?: Pick<APIGatewayEventRequestContextIAMAuthorizer['iam'], 'userArn'> | null | undefined;
        }
      | null
      | undefined;
  };
}

/** Characters that are kept of what a client says about itself. */
const maxKeptLength = 256;

function kept(text: string | undefined): string {
  return firstCharacters(text ?? '', maxKeptLength).toWellFormed();
}

/** The value of the one Authorization header; null when there is none, or one more. */
function authorizationOf(headers: IdentityEvent['headers']): string | null {
  const [header, ...more] = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'authorization');
  return more.length === 0 ? (header?.[1] ?? null) : null;
}

function identityOf(event: IdentityEvent, settings: ClaimSettings, directory: Directory): Identity {
  const { jwt, iam } = event.requestContext.authorizer ?? {};
  if (jwt && !iam) {
    const authorization = authorizationOf(event.headers);
    if (authorization === null) {
      return notAuthenticated(
        'There is not exactly one Authorization header: send "Authorization: Bearer <token>", once.',
      );
    }
    return identityByJwt(authorization, jwt.claims ?? {}, settings, directory);
  }
  if (iam && !jwt) return identityByIam(iam.userArn, directory);
  return notAuthenticated(
    'API Gateway authorized nobody for this request: send a JWT in the Authorization header, or sign the request with AWS credentials, as its route demands.',
  );
}

/**
 * Who asks, from the event: API Gateway has verified it, so nothing here checks a signature. Whoever can't be told for
 * certain is not authenticated; nothing is guessed.
 */
export function authenticate(
  event: IdentityEvent,
  settings: ClaimSettings,
  directory: Directory,
): { readonly kind: 'authenticated'; readonly identity: RequestIdentity } | NotAuthenticated {
  const identity = identityOf(event, settings, directory);
  if (identity.kind === 'unauthenticated') return identity;
  const { http, requestId } = event.requestContext;
  return {
    kind: 'authenticated',
    identity: {
      principal: identity.principal,
      actor: identity.actor,
      sourceAddress: kept(http.sourceIp) || null,
      userAgent: kept(http.userAgent) || null,
      apiRequestId: kept(requestId),
    },
  };
}
