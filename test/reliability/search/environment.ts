import { encodeTime } from 'ulid';
import { defaultDescribeLimits, defaultRequestLimits } from '../../../src/operations/dependencies.ts';
import { defaultTimes } from '../../../src/idempotency/times.ts';
import type { Dependencies } from '../../../src/operations/dependencies.ts';
import type { ChangeResult, Eks } from '../../../src/eks/eks.ts';
import { LedgerUnavailable } from '../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { Decision } from '../../../src/model/decision.ts';
import type { Lock, LockMemory } from '../../../src/model/lock.ts';
import type { MemoryEks } from './eks.ts';
import type { Model } from './model.ts';
import type { Process, Processes } from './processes.ts';
import { home } from './home.ts';
import type { Recorder } from './recorder.ts';

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
  readonly clock: () => number;
  readonly ulid: (time: number) => string;
  readonly isAllowed: () => boolean;
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

/** The dependencies of one process: the real operations use the real ledger, and each port call takes a turn. */
export function dependenciesOf(environment: Environment, process: Process): Dependencies {
  const { clock, ulid } = environment;
  const eks = gatedEks(environment, process);
  return {
    ledger: gatedLedger(environment, process),
    authorize: (_, { action }) => {
      const allowed = action === 'DescribePodIdentityAssociation' || environment.isAllowed();
      if (action !== 'DescribePodIdentityAssociation') process.attempt.isDenied = !allowed;
      return allowed ? allow : deny;
    },
    preauthorize: () => null,
    recordPrincipal: (principal) => ({ ...principal, otherGroups: null }),
    knownPrincipals: { services: [], permissionSets: [] },
    eksFor: () => eks,
    serves: () => true,
    clock,
    ulid,
    home,
    times,
    describeLimits: defaultDescribeLimits,
    lockMemory: environment.lockMemory,
    requestLimits: defaultRequestLimits,
    recordTrailReads: false,
    preflight: 'off',
    preflightRoles: false,
    associationCounts: null,
    directory: { clusters: [], namespacesOf: () => [], rolePaths: [], isRoleOf: () => false },
    about: { version: 'test', policySetHash: '', inventoryHash: '', deployedAt: null, policyRelease: null },
    log: () => undefined,
  };
}

function gatedLedger(environment: Environment, process: Process): Ledger {
  const { ledger, model, processes, isLocked, log } = environment;
  const { attempt } = process;
  const read = <T>(effect: () => Promise<T>) => processes.port(process, effect);
  const write = <T>(what: () => string, effect: () => Promise<T>) =>
    processes.port(process, async () => {
      const fault = process.faults.ledger?.write === process.writes++ ? process.faults.ledger.kind : null;
      if (fault === 'down') {
        log(() => `  the ledger is down and does not write ${what()} for ${attempt.name}`);
        throw new LedgerUnavailable(new Error('down'));
      }
      const result = await effect();
      if (fault === 'lost') {
        log(() => `  the response to ${attempt.name} is lost`);
        throw new LedgerUnavailable(new Error('lost'));
      }
      return result;
    });
  return {
    commit: (expected, next, entries) => {
      const what = () => `${entries.map(({ event }) => event).join(' and ')} (${expected.kind}; fence ${next.fence})`;
      return write(what, async () => {
        const result = await ledger.commit(expected, next, entries);
        if (result.kind === 'committed') model.committed(attempt, expected, next, entries);
        else model.conflicted(attempt, expected, next.idempotencyKey);
        log(() => `  the ledger ${result.kind === 'committed' ? 'writes' : 'rejects'} ${what()} for ${attempt.name}`);
        return result;
      });
    },
    appendEntry: (entry) =>
      write(
        () => entry.event,
        async () => {
          await ledger.appendEntry(entry);
          model.appended(entry);
          log(() => `  the ledger writes ${entry.event} for ${attempt.name}`);
        },
      ),
    getRecord: (key) => read(() => ledger.getRecord(key)),
    getEntry: (key) => read(() => ledger.getEntry(key)),
    findClaimOfCreated: (id) => read(() => ledger.findClaimOfCreated(id)),
    operationEntries: (id, page) => read(() => ledger.operationEntries(id, page)),
    readTrail: (query) => read(() => ledger.readTrail(query)),
    expiredLeases: (now, limit) => read(() => ledger.expiredLeases(now, limit)),
    getLocks: () =>
      read(async () => {
        if (process.faults.cannotReadLocks) throw new LedgerUnavailable(new Error('down'));
        const { revision } = await ledger.getLocks();
        attempt.lock = isLocked() ? 'set' : 'none';
        log(() => `  ${attempt.name} reads the locks: ${attempt.lock}`);
        return { revision, locks: isLocked() ? [lock] : [] };
      }),
    putLocks: () => Promise.reject(new Error('No process of a scenario sets locks.')),
    close: () => undefined,
  };
}

/** The lock of a scenario. It is not stored: other scenarios share the ledger. */
const lock: Lock = { scope: { kind: 'ALL' }, reason: null, lockedBy: 'pat', lockedAt: '2026-11-26T00:00:00.000Z' };

function gatedEks({ eks, model, recorder, processes, log }: Environment, process: Process): Eks {
  const { attempt, faults } = process;
  const direct = eks.eksFor({
    takeFault: () => {
      if (process.isEksFaultTaken) return null;
      process.isEksFaultTaken = true;
      return faults.eks;
    },
    cannotRead: () => faults.cannotRead,
    onSent: (kind, operationId, associationId) => {
      model.sent(attempt, kind, operationId);
      recorder.sent(kind, operationId, associationId);
    },
  });
  const change = (what: string, effect: () => Promise<ChangeResult>) =>
    processes.port(process, async () => {
      const result = await effect();
      log(() => `  ${attempt.name} sends the ${what} to EKS: ${describeResult(result)}`);
      return result;
    });
  const read = <T extends { readonly kind: string }>(what: string, effect: () => Promise<T>) =>
    processes.port(process, async () => {
      const result = await effect();
      log(
        () =>
          `  ${attempt.name} ${what} at EKS: ${'associationIds' in result ? String(result.associationIds) || 'nothing' : result.kind}`,
      );
      return result;
    });
  return {
    create: (call) => change('create', () => direct.create(call)),
    update: (call) => change('update', () => direct.update(call)),
    delete: (call) => change('delete', () => direct.delete(call)),
    describe: (id, bounds) => read('describes', () => direct.describe(id, bounds)),
    list: (target, bounds) => read('lists', () => direct.list(target, bounds)),
    page: (query, bounds) => read('pages', () => direct.page(query, bounds)),
    describeCluster: (bounds) => read('describes the cluster', () => direct.describeCluster(bounds)),
    describeAddon: (name, bounds) => read('describes an add-on', () => direct.describeAddon(name, bounds)),
    readRole: (roleArn, bounds) => read('reads a role', () => direct.readRole(roleArn, bounds)),
  };
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

function describeResult(result: ChangeResult): string {
  if (result.kind === 'unknown') return 'no response';
  return result.kind === 'rejected' ? result.outcome : result.kind;
}
