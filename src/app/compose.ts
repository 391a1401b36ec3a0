import { monotonicFactory } from 'ulid';
import { createEksFor } from '../eks/eks-for.ts';
import type { EksForSettings } from '../eks/eks-for.ts';
import type { DescribeLimits } from '../runtime/rate-limiter.ts';
import type { Log, Dependencies, Times } from '../operations/dependencies.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { authenticate } from '../auth/authenticate.ts';
import type { Authenticate } from '../graphql/handler.ts';
import { isRegistered } from '../policy/inventory.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import type { ClaimNames } from './settings.ts';

/** What an entry point has chosen. */
export interface Choice {
  readonly policy: LoadedPolicy;
  readonly ledger: Ledger;
  readonly home: Dependencies['home'];
  readonly times: Times;
  readonly describeLimits: DescribeLimits;
  readonly log: Log;
  /** Another address of EKS, and other credentials, than the SDK finds by itself. */
  readonly eks?: Pick<EksForSettings, 'endpoint' | 'credentials'>;
}

/** The parts of the gateway, put together as the entry point chose. Throws an Error where they don't fit together. */
export function createDependencies({ policy, ledger, home, times, describeLimits, log, eks }: Choice): Dependencies {
  const { authorize, inventory } = policy;
  return {
    ledger,
    authorize,
    eksFor: createEksFor({ accounts: inventory.accounts, homeAccountId: home.accountId, ...eks }),
    serves: ({ accountId, region }) => isRegistered(inventory, accountId, region),
    clock: Date.now,
    ulid: monotonicFactory(),
    home,
    times,
    describeLimits,
    log,
  };
}

/** Authenticates requests by their tokens or AWS credentials, with the groups that the inventory registers. */
export function createAuthenticate({ inventory }: LoadedPolicy, claims: ClaimNames): Authenticate {
  return (event) => authenticate(event, claims, inventory);
}
