import { encodeTime } from 'ulid';
import { defaultDescribeLimits, defaultRequestLimits } from '../../../src/operations/dependencies.ts';
import { defaultTimes } from '../../../src/idempotency/times.ts';
import type { Dependencies } from '../../../src/operations/dependencies.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { Decision } from '../../../src/model/decision.ts';
import type { LockMemory } from '../../../src/model/lock.ts';
import type { AuthorizationRequest } from '../../../src/policy/policy.ts';
import type { MemoryEks } from './eks.ts';
import type { Model } from './model.ts';
import { gatedEks, gatedLedger } from './ports.ts';
import type { Process, Processes } from './processes.ts';
import { home } from './home.ts';
import type { Recorder } from './recorder.ts';
import type { createReleases } from './releases.ts';
import type { ScenarioClock } from './scenario-clock.ts';
import type { Scenario } from './scenario.ts';

/** What all processes of a scenario share. */
export interface Environment {
  readonly ledger: Ledger;
  readonly eks: MemoryEks;
  readonly model: Model;
  readonly recorder: Recorder;
  readonly processes: Processes;
  /** Distinguishes scenarios that share a ledger. */
  readonly series: number;
  readonly clusterName: string;
  readonly clock: ScenarioClock;
  readonly ulid: (time: number) => string;
  readonly releases: ReturnType<typeof createReleases>;
  readonly scenario: Pick<Scenario, 'readsRoles' | 'hasExecutor'>;
  /** Whether changes in the cluster of the scenario are locked. */
  readonly isLocked: () => boolean;
  readonly lockMemory: LockMemory;
  /** Adds a line to the log; the line is built only if the log is enabled. */
  readonly log: (line: () => string) => void;
}

/** The service account of all scenarios. */
export const serviceAccount = { namespace: 'payments', serviceAccount: 'api' };

/** ARN of a role in the account. */
export function roleArn(name: string): string {
  return `arn:aws:iam::${home.accountId}:role/pods/${name}`;
}

/** Production times, except that role errors are not retried, because that waits in real time. */
export const times = { ...defaultTimes, roleRetryMs: 0 };

/**
 * The dependencies of one process: the real operations use the real ledger, and each port call takes a turn. `allows` is
 * whether the policies that were in force when it began permit changes.
 */
export function dependenciesOf(environment: Environment, process: Process, allows: boolean): Dependencies {
  const { clock, ulid, scenario } = environment;
  const eks = gatedEks(environment, process);
  return {
    ledger: gatedLedger(environment, process),
    authorize: (_, request) => {
      if (request.action === 'DescribePodIdentityAssociation') return allow;
      const roles = 'roles' in request ? request.roles : undefined;
      const arn = scenario.readsRoles && allows && !roles ? requestedRole(request) : null;
      const allowed = allows && !roles?.some(({ kind }) => kind === 'failed');
      process.attempt.isDenied = !allowed;
      process.attempt.judged = existingModifiedAt(request);
      if (arn !== null) return { ...deny, unknownRoles: [arn] };
      return allowed ? allow : deny;
    },
    preauthorize: () => null,
    recordPrincipal: (principal) => ({ ...principal, otherGroups: null }),
    knownPrincipals: { services: [], permissionSets: [] },
    eksFor: () => eks,
    serves: () => true,
    clock: clock.gateway,
    ulid,
    home,
    times,
    describeLimits: defaultDescribeLimits,
    lockMemory: environment.lockMemory,
    requestLimits: defaultRequestLimits,
    recordTrailReads: false,
    preflight: scenario.readsRoles ? 'changes' : 'off',
    preflightRoles: scenario.readsRoles,
    associationCounts: null,
    directory: { clusters: [], namespacesOf: () => [], rolePaths: [] },
    about: { version: 'test', policySetHash: '', inventoryHash: '', deployedAt: null, policyRelease: null },
    log: () => undefined,
  };
}

/** `modifiedAt` of the association that a request changes; null for a create. */
function existingModifiedAt(request: AuthorizationRequest): string | null {
  const { action } = request;
  const isChange = action === 'UpdatePodIdentityAssociation' || action === 'DeletePodIdentityAssociation';
  return isChange ? request.association.modifiedAt : null;
}

/** The role whose facts policy uses; null for a delete. */
function requestedRole(request: AuthorizationRequest): string | null {
  if (request.action === 'CreatePodIdentityAssociation') return request.association.roleArn;
  return request.action === 'UpdatePodIdentityAssociation' ? request.becomes.roleArn : null;
}

const decision: Omit<Decision, 'allowed' | 'violations' | 'policyIds'> = {
  failed: false,
  policySetHash: '0'.repeat(64),
  inventoryHash: '0'.repeat(64),
  now: 0,
  slice: { cluster: null, namespace: null, services: [], timeZone: 'UTC' },
};
const allow: Decision = { ...decision, allowed: true, policyIds: ['scenario'], violations: [] };
const violation = { policyId: 'scenario', message: 'Denied by the scenario.', advice: null };
const deny: Decision = { ...decision, allowed: false, policyIds: ['scenario'], violations: [violation] };

/** ULIDs that sort in the order of their creation across all processes. `series` distinguishes scenarios. */
export function ulids(series: number): (time: number) => string {
  let last = 0;
  let count = 0;
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  return (time) => {
    last = Math.max(last, time);
    return encodeTime(last) + digits(series, 9) + digits((count += 1), 7);
  };
}
