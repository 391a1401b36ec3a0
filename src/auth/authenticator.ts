import type { KnownPrincipals } from '../policy/inventory/inventory.ts';
import { authenticate, authorizationHeader } from './authenticate.ts';
import type { AuthenticationResult, IdentityEvent } from './authenticate.ts';
import type { TokenSettings } from './claims.ts';
import { tokenIn } from './jwt.ts';
import type { KeysUnavailable, VerifyToken } from './verify-token.ts';

/** The identity of a request, why it has none, or why that is not known now. */
export type AuthenticatorResult = AuthenticationResult | KeysUnavailable;

/**
 * Authenticates requests. A JWT is verified here first, where its issuer's keys are there. Where
 * the route has no authorizer, the claims that were verified here take the place of those of API
 * Gateway; without a verification, the request has no identity.
 */
export function makeAuthenticator(
  verify: VerifyToken,
  settings: TokenSettings,
): (event: IdentityEvent, inventory: KnownPrincipals) => Promise<AuthenticatorResult> {
  return async (event, inventory) => {
    const authorizer = event.requestContext.authorizer ?? {};
    const token = tokenIn(authorizationHeader(event.headers) ?? '');
    if (authorizer.iam || token === null) return authenticate(event, settings, inventory);
    const result = await verify(token);
    switch (result.kind) {
      case 'unauthenticated':
      case 'keys-unavailable':
        return result;
      case 'not-verified':
        return authenticate(event, settings, inventory);
      case 'verified': {
        const verified = { ...event.requestContext, authorizer: { jwt: { claims: result.claims } } };
        return authenticate(authorizer.jwt ? event : { ...event, requestContext: verified }, settings, inventory);
      }
    }
  };
}
