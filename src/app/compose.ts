import { setTimeout } from 'node:timers/promises';
import { monotonicFactory } from 'ulid';
import { makeEksFor } from '../eks/eks-for.ts';
import type { EksForSettings } from '../eks/eks-for.ts';
import { rememberRoles } from '../eks/remembered-roles.ts';
import { defaultApprovalLimits } from '../operations/terms/dependencies.ts';
import type { ApprovalLimits, DescribeLimits, Preflight } from '../operations/terms/dependencies.ts';
import type { Clock, Sleep } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { RequestLimits } from '../runtime/token-buckets.ts';
import type {
  CurrentDependencies,
  Dependencies,
  PolicyInForce,
  StoresUntil,
} from '../operations/terms/dependencies.ts';
import type { Times } from '../idempotency/times.ts';
import type { ApprovalStore } from '../ledger/approvals.ts';
import type { AssociationReads } from '../ledger/association-history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { makeDirectory } from '../policy/inventory/directory.ts';
import { isRegistered } from '../policy/inventory/inventory.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import type { ClusterDefaults } from '../validation/names.ts';
import { meteredPolicy } from './metered-policy.ts';
import { bufferedRandom } from './random.ts';
import { reasonOf } from '../policy-versions/choose.ts';
import type { CompiledStore } from '../policy-versions/compiled-store.ts';
import { compiledKey, loadCompiled } from '../policy-versions/compiled-version.ts';
import { makeLive } from '../policy-versions/live.ts';
import type { LiveSettings } from '../policy-versions/live.ts';
import type { makePolicyTexts } from '../policy-versions/policy-texts.ts';
import type { PolicyVersion } from '../policy-versions/policy-version.ts';
import type { PolicyStore } from '../policy-versions/store.ts';
import { loadVersion } from '../policy-versions/verify.ts';
import type { PackedPolicies } from '../policy-versions/packed-policies.ts';
import type { OnFailure } from '../policy/decide/authorize.ts';
import type { Deployed } from './settings.ts';

/** What differs between the entry points. */
export interface Composition {
  readonly policy: LoadedPolicy;
  readonly ledger: Ledger;
  /** Default: none; the entry point answers no queries. */
  readonly associations?: AssociationReads;
  /** Default: none; the entry point answers no requests. */
  readonly approvals?: ApprovalStore;
  readonly approvalLimits?: ApprovalLimits;
  /** Makes the reads of policy texts. Default: none; the entry point answers no queries. */
  readonly policyTexts?: typeof makePolicyTexts;
  readonly home: ClusterDefaults;
  readonly times: Times;
  readonly describeLimits: DescribeLimits;
  readonly requestLimits: RequestLimits;
  readonly recordTrailReads: boolean;
  readonly preflight: Preflight;
  readonly preflightRoles: boolean;
  readonly deployed: Deployed;
  readonly log: Log;
  /**
   * Whether this entry point changes associations, ends them, or only reads them: it assumes
   * different roles in other accounts.
   */
  readonly access?: EksForSettings['access'];
  /** Milliseconds since the epoch. Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Judges the clock by the answers of EKS. Default: it is taken as right. */
  readonly clockCheck?: EksForSettings['clockCheck'];
  /** Default: the stores of a request are those of all, whose calls have no deadline. */
  readonly storesUntil?: StoresUntil;
  /** Default: waits on the clock of the machine. */
  readonly sleep?: Sleep;
  /** Default: none; the gateway's own role changes associations. */
  readonly executorRoleArn?: EksForSettings['executorRoleArn'];
  /** Endpoints and credentials of EKS, where they are not the SDK's defaults. */
  readonly eks?: Pick<EksForSettings, 'endpoint' | 'stsEndpoint' | 'credentials' | 'agents'>;
}

/**
 * Composes the gateway. Throws an Error if the inventory has an account that the gateway can't
 * reach.
 */
export function makeDependencies(composition: Composition): Dependencies {
  return composer(composition)(composition.policy, null);
}

/** Where policy versions are, and how they are read. */
export interface LivePolicies {
  readonly store: PolicyStore;
  /**
   * Where compiled versions are, and the hash of what compiles them in this package. Default: there
   * are none.
   */
  readonly compiled?: { readonly store: CompiledStore; readonly compilerHash: string } | null;
  readonly settings: LiveSettings;
  /** Receives why a policy evaluation failed. */
  readonly onFailure: OnFailure;
}

/**
 * Composes a gateway that follows the policy versions. `deps` has the policy of the composition,
 * which is that of the package; requests must take their dependencies from `current`. Throws as
 * {@link makeDependencies} does.
 */
export function makeLiveDependencies(
  composition: Composition,
  { store, compiled = null, settings, onFailure }: LivePolicies,
): { readonly deps: Dependencies; readonly current: CurrentDependencies } {
  const { policy: packaged, log } = composition;
  const compose = composer(composition, store);
  const deps = compose(packaged, null);
  const load = (version: PolicyVersion, packed: PackedPolicies, loaded: readonly LoadedPolicy[]) =>
    loadVersion(version, packed, loaded, onFailure);
  const loadStored = async (version: PolicyVersion, loaded: readonly LoadedPolicy[]) => {
    if (compiled === null) return null;
    try {
      const content = await compiled.store.get(compiledKey(version, compiled.compilerHash));
      return content && loadCompiled(version, content, loaded, onFailure);
    } catch (error) {
      // It is only faster: the version itself says what is in force.
      log('warn', 'Compiled policy version not used.', { policyVersion: version.number, reason: reasonOf(error) });
      return null;
    }
  };
  const source = { store, settings, packaged, load, loadCompiled: loadStored, compose, clock: deps.clock, log };
  return { deps, current: makeLive(source) };
}

/**
 * Creates the dependencies of a policy. Those of all policies share clock, ids, what is remembered,
 * and connections.
 */
function composer(
  composition: Composition,
  store: PolicyStore | null = null,
): (policy: LoadedPolicy, live: PolicyVersion | null) => Dependencies {
  const { policy: packaged, deployed, access = 'change', eks: endpoint, ...settings } = composition;
  const {
    associations = null,
    approvals = null,
    policyTexts: makeTexts,
    approvalLimits = defaultApprovalLimits,
    executorRoleArn = null,
    clock = Date.now,
    clockCheck,
    storesUntil = () => ({}),
    sleep = setTimeout,
    home,
    ...rest
  } = settings;
  const eks = { home, access, executorRoleArn, clock, clockCheck, connections: new Map(), ...endpoint };
  const shared = {
    ...rest,
    associations,
    approvals,
    approvalLimits,
    home,
    clock,
    storesUntil,
    sleep,
    ulid: monotonicFactory(bufferedRandom()),
    lockMemory: { mayBeSet: false },
    cursorKeyMemory: {},
  };
  return (policy, live) => ({
    ...shared,
    ...policyInForce(policy, { eks, deployed, live, packaged, store, makeTexts }),
  });
}

/** What else than the policy these dependencies follow from. */
interface PolicyComposition {
  readonly eks: Omit<EksForSettings, 'accounts'>;
  readonly deployed: Deployed;
  /** Null: the policy of the package. */
  readonly live: PolicyVersion | null;
  readonly packaged: LoadedPolicy;
  readonly store: PolicyStore | null;
  readonly makeTexts: Composition['policyTexts'];
}

/**
 * What follows from a policy. Throws an Error if its inventory has an account that the gateway
 * can't reach.
 */
function policyInForce(policy: LoadedPolicy, composition: PolicyComposition): PolicyInForce {
  const { eks, deployed, live, packaged, store, makeTexts } = composition;
  const { recordPrincipal, inventory, policySetHash, decisionKey, comparedGroups, deniesEveryUpdateOf } = policy;
  return {
    ...meteredPolicy(policy),
    recordPrincipal,
    decisionKey,
    comparedGroups,
    deniesEveryUpdateOf,
    knownPrincipals: inventory,
    eksFor: rememberRoles(makeEksFor({ accounts: inventory.accounts, ...eks }), eks.clock),
    serves: ({ accountId, region }) => isRegistered(inventory, accountId, region),
    directory: makeDirectory(inventory),
    about: {
      ...deployed,
      policySetHash,
      inventoryHash: inventory.hash,
      policyVersion: live && { number: live.number, publishedAt: live.publishedAt },
    },
    policyTexts: makeTexts?.({ policy, version: live, packaged, store }) ?? null,
  };
}
