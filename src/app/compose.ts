import { monotonicFactory } from 'ulid';
import { createEksFor } from '../eks/eks-for.ts';
import type { EksForSettings } from '../eks/eks-for.ts';
import type { DescribeLimits } from '../operations/dependencies.ts';
import type { Log } from '../runtime/log.ts';
import type { RequestLimits } from '../runtime/token-buckets.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import type { Times } from '../idempotency/times.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createAuthenticator } from '../auth/authenticator.ts';
import type { TokenSettings } from '../auth/claims.ts';
import type { EventSource } from '../auth/event-source.ts';
import { createVerifyToken } from '../auth/verify-token.ts';
import type { TrustedIssuer } from '../auth/verify-token.ts';
import { refuseForeignEvents } from '../graphql/foreign-event.ts';
import { createHandler } from '../graphql/handler.ts';
import type { Authenticate, GraphqlHandler } from '../graphql/handler.ts';
import { createDirectory } from '../policy/directory.ts';
import { isRegistered } from '../policy/inventory.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import type { Release } from './settings.ts';

/** What differs between the entry points. */
export interface Composition {
  readonly policy: LoadedPolicy;
  readonly ledger: Ledger;
  readonly home: Dependencies['home'];
  readonly times: Times;
  readonly describeLimits: DescribeLimits;
  readonly requestLimits: RequestLimits;
  readonly recordTrailReads: boolean;
  readonly preflight: Dependencies['preflight'];
  readonly preflightRoles: boolean;
  readonly release: Release;
  readonly log: Log;
  /** Endpoint and credentials of EKS, where they are not the SDK's defaults. */
  readonly eks?: Pick<EksForSettings, 'endpoint' | 'credentials'>;
}

/** Composes the gateway. Throws an Error if the inventory has an account that the gateway can't reach. */
export function createDependencies({
  policy,
  ledger,
  home,
  times,
  describeLimits,
  requestLimits,
  recordTrailReads,
  preflight,
  preflightRoles,
  release,
  log,
  eks,
}: Composition): Dependencies {
  const { authorize, preauthorize, recordPrincipal, inventory, policySetHash } = policy;
  const clock = Date.now;
  return {
    ledger,
    authorize,
    preauthorize,
    recordPrincipal,
    eksFor: createEksFor({ accounts: inventory.accounts, homeAccountId: home.accountId, clock, ...eks }),
    serves: ({ accountId, region }) => isRegistered(inventory, accountId, region),
    clock,
    ulid: monotonicFactory(),
    home,
    times,
    describeLimits,
    requestLimits,
    recordTrailReads,
    preflight,
    preflightRoles,
    directory: createDirectory(inventory),
    about: { ...release, policySetHash, inventoryHash: inventory.hash },
    log,
  };
}

/** How the gateway authenticates requests. */
export interface AuthenticationSettings {
  readonly tokens: TokenSettings;
  readonly issuers: readonly TrustedIssuer[];
}

/** The Lambda handler of both routes: it accepts the events of its API only, and authenticates their senders. */
export function createGatewayHandler(
  deps: Dependencies,
  policy: LoadedPolicy,
  settings: AuthenticationSettings & { readonly eventSource: EventSource },
): GraphqlHandler {
  const handler = createHandler(deps, createAuthenticate(policy, settings));
  return refuseForeignEvents(handler, settings.eventSource, deps.log);
}

/** Authenticates requests by their tokens or AWS credentials, with the groups that the inventory registers. */
export function createAuthenticate(
  { inventory }: LoadedPolicy,
  { tokens, issuers }: AuthenticationSettings,
): Authenticate {
  return createAuthenticator(createVerifyToken(issuers), tokens, inventory);
}
