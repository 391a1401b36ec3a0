import { monotonicFactory } from 'ulid';
import { createEksFor } from '../eks/eks-for.ts';
import type { EksForSettings } from '../eks/eks-for.ts';
import { rememberRoles } from '../eks/remembered-roles.ts';
import type { DescribeLimits } from '../operations/dependencies.ts';
import { createAssociationCounts } from '../operations/association-counts.ts';
import type { Log } from '../runtime/log.ts';
import type { RequestLimits } from '../runtime/token-buckets.ts';
import type { Dependencies, PolicyDependencies } from '../operations/dependencies.ts';
import type { Times } from '../idempotency/times.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createDirectory } from '../policy/directory.ts';
import { isRegistered } from '../policy/inventory.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import { bufferedRandom } from './random.ts';
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
  /** By default off. */
  readonly preflightQuota?: boolean;
  readonly release: Release;
  readonly log: Log;
  /** Whether this entry point changes associations, or only reads them: it assumes different roles in other accounts. */
  readonly access?: EksForSettings['access'];
  /** Milliseconds since the epoch. Default: the clock of the machine. */
  readonly clock?: () => number;
  /** Default: none; the gateway's own role changes associations. */
  readonly executorRoleArn?: EksForSettings['executorRoleArn'];
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
  preflightQuota = false,
  release,
  log,
  access = 'change',
  clock = Date.now,
  executorRoleArn = null,
  eks,
}: Composition): Dependencies {
  return {
    ...policyDependencies(policy, release, { home, access, executorRoleArn, clock, ...eks }),
    ledger,
    clock,
    ulid: monotonicFactory(bufferedRandom()),
    home,
    times,
    describeLimits,
    lockMemory: { mayBeSet: false },
    requestLimits,
    recordTrailReads,
    preflight,
    preflightRoles,
    associationCounts: preflightQuota ? createAssociationCounts(clock) : null,
    log,
  };
}

/** What follows from a policy. Throws an Error if its inventory has an account that the gateway can't reach. */
function policyDependencies(
  policy: LoadedPolicy,
  release: Release,
  eks: Omit<EksForSettings, 'accounts'>,
): PolicyDependencies {
  const { authorize, preauthorize, recordPrincipal, inventory, policySetHash } = policy;
  return {
    authorize,
    preauthorize,
    recordPrincipal,
    knownPrincipals: inventory,
    eksFor: rememberRoles(createEksFor({ accounts: inventory.accounts, ...eks }), eks.clock),
    serves: ({ accountId, region }) => isRegistered(inventory, accountId, region),
    directory: createDirectory(inventory),
    about: { ...release, policySetHash, inventoryHash: inventory.hash },
  };
}
