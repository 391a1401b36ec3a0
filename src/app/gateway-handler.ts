import { makeAuthenticator } from '../auth/authenticator.ts';
import type { TokenSettings } from '../auth/claims.ts';
import type { EventSource } from '../auth/event-source.ts';
import { makeVerifyToken } from '../auth/verify-token.ts';
import type { TrustedIssuer } from '../auth/verify-token.ts';
import { refuseForeignEvents } from '../graphql/event-source-check.ts';
import { makeHandler } from '../graphql/handler.ts';
import type { Authenticate, GraphqlHandler } from '../graphql/handler.ts';
import type { CurrentDependencies, Dependencies } from '../operations/terms/dependencies.ts';

/** How the gateway authenticates requests. */
export interface AuthenticationSettings {
  readonly tokens: TokenSettings;
  readonly issuers: readonly TrustedIssuer[];
}
/**
 * The Lambda handler of both routes: it accepts the events of its API only, and authenticates their
 * senders. See `makeHandler` for `current`.
 */
export function makeGatewayHandler(
  deps: Dependencies,
  settings: AuthenticationSettings & { readonly eventSource: EventSource },
  current?: CurrentDependencies,
): GraphqlHandler {
  const handler = makeHandler(deps, makeAuthenticate(settings), current);
  return refuseForeignEvents(handler, settings.eventSource, deps.log);
}

/**
 * Authenticates requests by their tokens or AWS credentials, with the groups that the inventory
 * registers.
 */
export function makeAuthenticate({ tokens, issuers }: AuthenticationSettings): Authenticate {
  return makeAuthenticator(makeVerifyToken(issuers), tokens);
}
