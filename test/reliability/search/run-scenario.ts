import { latestSeen } from '../../../src/queries/associations/at.ts';
import { makeBursts } from './bursts.ts';
import { makeCallers } from './callers.ts';
import { driftViolations } from './drift.ts';
import type { Applied } from './eks-behaviour.ts';
import { makeEks } from './eks.ts';
import { makeModel } from './model.ts';
import { makeApprovalModel } from './model-approvals.ts';
import { makeDeclarationModel } from './model-declarations.ts';
import { makeEnsureModel } from './model-ensure.ts';
import { makeExpiryModel } from './model-expiries.ts';
import { makeErasureModel } from './model-erasures.ts';
import { makeInProgressModel } from './model-in-progress.ts';
import { makeLeaseModel } from './model-leases.ts';
import { makeObservationModel } from './model-observations.ts';
import { makeProcesses } from './processes.ts';
import { makeRecorder } from './recorder.ts';
import { makeScenarioClock } from './scenario-clock.ts';
import { faultless, schedulerOf, describeBehaviour } from './scenario.ts';
import type { ScenarioEvent, Scenario } from './scenario.ts';
import { home, tagOf } from './home.ts';
import { makePolicyVersions } from './policy-versions.ts';
import type { ChangeKind } from '../facts.ts';
import { othersRole, roleArn, serviceAccount, ulids } from './environment.ts';
import type { Environment } from './environment.ts';
import type { ScenarioStore } from './store.ts';
import { applyToVoter, makeVoterLocks } from './voters.ts';

/** The result of a scenario. */
export interface ScenarioResult {
  /** The violated rules, one sentence each; empty if all rules hold. */
  readonly broken: readonly string[];
  /** The log of the scenario; empty unless requested. */
  readonly lines: readonly string[];
}

/** Longer than an operation stays in doubt, and longer than every lease. */
const pastDoubtMs = 600_000;

/** Longer than the reconciler waits between two attempts. Milliseconds. */
const pastWaitMs = 3_700_000;

/** In as many runs, each after the longest hold, all expiries of a scenario are carried out. */
const runsOfBursts = 8;

/**
 * Runs a scenario on a ledger that may hold other scenarios of other `series`: the events in order, and the processes
 * in between as the scheduler chooses. At the end all processes finish, the reconciler closes what is open, and the
 * model checks the result.
 */
export async function runScenario(
  scenario: Scenario,
  ledger: ScenarioStore,
  series: number,
  isLogged = false,
): Promise<ScenarioResult> {
  const { behaviour, isOccupied, readsRoles, hasExecutor, steps } = scenario;
  const broken: string[] = [];
  const lines: string[] = [];
  const log = (line: () => string) => {
    if (isLogged) lines.push(line());
  };
  const clock = makeScenarioClock(behaviour.skewMs);
  const versions = makePolicyVersions(clock.gateway);
  let isLocked = false;
  const isBroken = (rule: string) => {
    broken.push(rule);
    log(() => `! ${rule}`);
  };
  const applied: Applied[] = [];
  /** The changes of tags among what EKS applied, which make no version. */
  const tagged: Applied[] = [];
  const observations = makeObservationModel(clock, () => model.written(), isBroken);
  const voterLocks = makeVoterLocks();
  const approvals = makeApprovalModel(clock, (id) => model.operationOf(id), voterLocks, isBroken);
  const model = makeModel(clock, observations.changes, approvals.entries, isBroken);
  const declarations = makeDeclarationModel(model, clock.wereApart, isBroken);
  const inProgress = makeInProgressModel(model, isBroken);
  const [erasures, leases] = [makeErasureModel(model, isBroken), makeLeaseModel(clock, isBroken)];
  const expiries = makeExpiryModel(clock, model, observations.world, inProgress, isBroken);
  const ensured = makeEnsureModel(model, clock, () => processes.all.some((one) => one.faults.isOtherVersion), isBroken);
  const bursts = makeBursts(clock, ledger, `c${series}`, isBroken);
  const recorder = makeRecorder(clock, behaviour.lagMs);
  const eks = makeEks(clock, behaviour, (change) => {
    const { kind, association, operationId } = change;
    log(() => `  EKS applies the ${kind} of ${association.associationId} by ${operationId ?? 'a direct change'}`);
    model.applied(change);
    ensured.applied(change);
    approvals.applied(change);
    recorder.applied(change);
    observations.applied(change);
    if (change.kind === 'tag' || change.kind === 'untag') tagged.push(change);
    else applied.push(change);
  });
  const processes = makeProcesses(schedulerOf(scenario), clock.now);
  const environment: Environment = {
    ...{
      ledger,
      eks,
      model,
      observations,
      approvals,
      declarations,
      expiries,
      bursts,
      ensured,
      recorder,
      processes,
      clock,
      log,
      series,
      inProgress,
      erasures,
      leases,
      isBroken,
    },
    ...{ clusterName: `c${series}`, ulid: ulids(series), versions, scenario: { readsRoles, hasExecutor } },
    ...{ isLocked: () => isLocked, voterLocks, lockMemory: { mayBeSet: false } },
  };
  const callers = makeCallers(environment);

  async function moveClock(ms: number): Promise<void> {
    clock.advance(ms, eks.due);
    await processes.fireTimers();
  }

  async function apply(event: ScenarioEvent): Promise<void> {
    switch (event.do) {
      case 'submit':
        void callers.submit(event.mutation, event.faults);
        return;
      case 'ensure':
        void callers.ensure(event.desire, event.faults);
        return;
      case 'resubmit':
        void callers.resubmit(event.index, event.faults);
        return;
      case 'reconcile':
        void callers.reconcile(event.faults);
        return;
      case 'expire':
        void callers.expire(event.faults);
        return;
      case 'burst':
        log(() => `${event.setter} sets ${event.count} expiries in ${event.endsInMs / 1000} s`);
        await bursts.set(event);
        return;
      case 'lock setter':
        log(() => `changes of mallory are ${event.isSet ? 'locked' : 'not locked'}`);
        bursts.lock('mallory', event.isSet);
        return;
      case 'erase':
        void callers.erase();
        return;
      case 'scan':
        void callers.scan(event.reads, event.faults);
        return;
      case 'crash':
      case 'freeze':
      case 'resume': {
        const process = await processes[event.do](event.index);
        if (process) log(() => `${process.attempt.name}: ${event.do}`);
        return;
      }
      case 'clock':
        log(() => `clock + ${event.ms / 1000} s`);
        await moveClock(event.ms);
        return;
      case 'skew':
        log(() => `the clock of ${event.clock === 'eks' ? 'EKS' : `the ${event.clock}`} is set ${event.ms} ms ahead`);
        clock.set(event.clock, event.ms);
        return;
      case 'policy':
        log(
          () =>
            `a policy version ${event.allows ? 'permits' : 'denies'} changes, and asks approvers for ${event.asking}; deletes are ${event.deletes ?? 'judged alike'}`,
        );
        versions.publish(event);
        return;
      case 'vote':
        void callers.vote(event, event.faults);
        return;
      case 'voter':
        log(() => `operators: ${event.what} ${event.by}`);
        applyToVoter(environment, event);
        return;
      case 'lock':
        isLocked = event.isSet;
        bursts.lock('all', isLocked);
        recorder.locked(isLocked);
        log(() => `changes are ${isLocked ? 'locked' : 'not locked'}`);
        return;
      case 'others':
        log(() => `others: ${event.what} ${event.through === 'eks' ? 'at EKS' : 'through the gateway'}`);
        if (event.through === 'eks') changeOutside(environment, event.what);
        else await callers.changeThroughGateway(event.what);
    }
  }

  async function scanTwice(): Promise<void> {
    for (let run = 0; run < 2; run += 1) {
      await moveClock(60_000);
      await callers.scan('all', faultless);
    }
  }

  /** Carries out all expiries, also those that were suspended, and closes what is in doubt. */
  async function endAll(): Promise<void> {
    for (let run = 0; run < (bursts.areUsed() ? runsOfBursts : 2); run += 1) {
      await moveClock(pastWaitMs);
      await callers.expire(faultless);
    }
    await moveClock(pastWaitMs);
    await callers.reconcile(faultless);
    if (isLocked) return;
    expiries.atRest(applied);
    bursts.atRest();
  }

  /** Finishes all processes, frozen ones last, and reconciles what is open. */
  async function end(): Promise<void> {
    log(
      () =>
        'end: all processes finish; once nothing is in doubt the reconciler runs, then frozen processes resume, and it runs again',
    );
    await processes.go(Infinity);
    await moveClock(pastDoubtMs);
    void callers.reconcile(faultless);
    await processes.go(Infinity);
    while (await processes.resume(0));
    await processes.go(Infinity);
    processes.runUnscheduled();
    for (let run = 0; run < 2; run += 1) {
      await moveClock(pastWaitMs);
      await callers.reconcile(faultless);
    }
    // The clock of scans is right again, if it was not.
    clock.set('scanner', 0);
    await scanTwice();
    // Scans have repaired what another version of the gateway left in progress.
    if (await callers.settle(moveClock)) await scanTwice();
    if (expiries.areUsed() || bursts.areUsed()) {
      await endAll();
      await scanTwice();
    }
    if (approvals.areLive()) await callers.expire(faultless);
    approvals.ended();
    const { clusterName } = environment;
    model.atRest(eks.associations());
    const target = { ...home, clusterName, ...serviceAccount };
    await observations.atRest(ledger, target, eks.associations());
    const state = await ledger.getAssociationState(target);
    declarations.atRest(state && latestSeen(state), applied, tagged);
    await approvals.atRest(ledger);
    inProgress.atRest(state);
    const others = [observations, approvals, expiries, inProgress].flatMap((one) => one.entries());
    const written = { entries: [...model.written(), ...others], records: model.records() };
    for (const rule of await recorder.atRest(clusterName, ledger, written, eks.associations(), callers.answers()))
      isBroken(rule);
    // Live drift of tags has no reference model.
    if (tagged.length > 0) return;
    for (const rule of await driftViolations(callers.dependencies(), eks.associations(), applied, model.written()))
      isBroken(rule);
  }

  const restore = processes.replaceTimers();
  try {
    log(() => describeBehaviour(behaviour));
    if (isOccupied) await apply({ do: 'others', what: 'create', through: 'eks' });
    for (const { event, turns } of steps) {
      await apply(event);
      await processes.go(turns);
      if (broken.length > 0) return { broken, lines };
    }
    await end();
  } finally {
    restore();
  }
  return { broken, lines };
}

/** Makes a change directly at EKS. */
export function changeOutside({ eks, clusterName }: Environment, what: ChangeKind): void {
  const [existing] = eks.associations();
  const settings = { roleArn: othersRole, targetRoleArn: null, disableSessionTags: false, policy: null };
  if (what === 'create') eks.outsider.create({ ...home, clusterName, ...serviceAccount, ...settings, tags: [] });
  else if (what === 'tag' && existing) eks.outsider.tag(existing.associationId, tagOf('outside'));
  else if (what === 'untag' && existing) eks.outsider.untag(existing.associationId, tagOf('').key);
  else if (what === 'update' && existing) eks.outsider.update(existing.associationId, roleArn('outside'));
  else if (existing) eks.outsider.remove(existing.associationId);
}
