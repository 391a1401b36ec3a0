import { createAuthenticator } from '../auth/authenticator.ts';
import type { TokenSettings } from '../auth/claims.ts';
import type { EventSource } from '../auth/event-source.ts';
import { createVerifyToken } from '../auth/verify-token.ts';
import type { TrustedIssuer } from '../auth/verify-token.ts';
import { refuseForeignEvents } from '../graphql/event-source-check.ts';
import { createHandler } from '../graphql/handler.ts';
import type { Authenticate, GraphqlHandler } from '../graphql/handler.ts';
import type { CurrentDependencies, Dependencies } from '../operations/dependencies.ts';

/** How the gateway authenticates requests. */
export interface AuthenticationSettings {
  readonly tokens: TokenSettings;
  readonly issuers: readonly TrustedIssuer[];
}
/**
 * The Lambda handler of both routes: it accepts the events of its API only, and authenticates their senders. See
 * `createHandler` for `current`.
 */
export function createGatewayHandler(
  deps: Dependencies,
  settings: AuthenticationSettings & { readonly eventSource: EventSource },
  current?: CurrentDependencies,
): GraphqlHandler {
  const handler = createHandler(deps, createAuthenticate(settings), current);
  return refuseForeignEvents(handler, settings.eventSource, deps.log);
}

/** Authenticates requests by their tokens or AWS credentials, with the groups that the inventory registers. */
export function createAuthenticate({ tokens, issuers }: AuthenticationSettings): Authenticate {
  return createAuthenticator(createVerifyToken(issuers), tokens);
}
