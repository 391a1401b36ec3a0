import { noFilters } from '../../../src/ledger/ledger.ts';
import type { AuditPartition, IdempotencyRecord } from '../../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import { makeBursts } from './bursts.ts';
import { makeCallers } from './callers.ts';
import { makeEks } from './eks.ts';
import { makeModel } from './model.ts';
import type { Model } from './model.ts';
import { makeApprovalModel } from './model-approvals.ts';
import { makeDeclarationModel } from './model-declarations.ts';
import { makeEnsureModel } from './model-ensure.ts';
import { makeExpiryModel } from './model-expiries.ts';
import { makeErasureModel } from './model-erasures.ts';
import { makeInProgressModel } from './model-in-progress.ts';
import { makeLeaseModel } from './model-leases.ts';
import { historyOf, makeObservationModel } from './model-observations.ts';
import { changeOutside } from './run-scenario.ts';
import { makeProcesses } from './processes.ts';
import type { Process } from './processes.ts';
import { makeRecorder } from './recorder.ts';
import { makePolicyVersions } from './policy-versions.ts';
import { makeScenarioClock } from './scenario-clock.ts';
import { faultless, schedulerOf } from './scenario.ts';
import type { ScenarioEvent, Scenario } from './scenario.ts';
import { home } from './home.ts';
import { serviceAccount, ulids } from './environment.ts';
import type { Environment } from './environment.ts';
import type { ScenarioStore } from './store.ts';
import { applyToVoter, makeVoterLocks } from './voters.ts';

/** What a ledger returned and stored in a scenario. Two ledgers with the same contract give equal transcripts. */
export interface Transcript {
  /** All answers, in order. */
  readonly answers: readonly unknown[];
  /** The final contents, by each way to read them. */
  readonly contents: Readonly<Record<string, unknown>>;
  /** The violated rules. */
  readonly broken: readonly string[];
}

/** Longer than an operation is in doubt, and than the reconciler waits between two attempts. Milliseconds. */
const pastWaitMs = 3_700_000;

/** Small, so that an audit trail has several pages. */
const pageSize = 10;

/**
 * Runs a scenario with one request at a time, each to its end, so that it runs the same way on every ledger, however
 * fast. A `crash` or a `freeze` stops the next process at its port call number `index`; a frozen process never resumes.
 */
export async function runSequentially(scenario: Scenario, ledger: ScenarioStore, series: number): Promise<Transcript> {
  const endTimers = watchTimers();
  try {
    return await runAll(scenario, ledger, series);
  } finally {
    endTimers();
  }
}

/** Tracks new timers. Returns a function that clears those left over, which belong to stopped processes. */
function watchTimers(): () => void {
  const { setTimeout } = globalThis;
  const timers: NodeJS.Timeout[] = [];
  const set = (run: () => void, ms?: number) => {
    const timer = setTimeout(run, ms);
    timers.push(timer);
    return timer;
  };
  Object.assign(globalThis, { setTimeout: set });
  return () => {
    Object.assign(globalThis, { setTimeout });
    for (const timer of timers) clearTimeout(timer);
  };
}

async function runAll(scenario: Scenario, ledger: ScenarioStore, series: number): Promise<Transcript> {
  const answers: unknown[] = [];
  const broken: string[] = [];
  const clock = makeScenarioClock(scenario.behaviour.skewMs);
  const versions = makePolicyVersions(clock.gateway);
  let isLocked = false;
  let stopsAt = Infinity;
  /** What the reconciler finds, if it was read already: a read costs 16 DynamoDB requests. */
  let toReconcile: IdempotencyRecord[] | null = null;
  let onStop: () => void = () => undefined;
  const isBroken = (rule: string) => broken.push(rule);
  const observations = makeObservationModel(clock, () => model.written(), isBroken);
  const voterLocks = makeVoterLocks();
  const approvals = makeApprovalModel(clock, (id) => model.operationOf(id), voterLocks, isBroken);
  const model = makeModel(clock, observations.changes, approvals.entries, isBroken);
  const declarations = makeDeclarationModel(model, clock.wereApart, isBroken);
  const inProgress = makeInProgressModel(model, isBroken);
  const [erasures, leases] = [makeErasureModel(model, isBroken), makeLeaseModel(clock, isBroken)];
  const expiries = makeExpiryModel(clock, model, observations.world, inProgress, isBroken);
  const ensured = makeEnsureModel(model, clock, () => true, isBroken);
  const bursts = makeBursts(clock, ledger, `c${series}`, isBroken);
  const eks = makeEks(clock, scenario.behaviour, (change) => {
    model.applied(change);
    ensured.applied(change);
    approvals.applied(change);
    observations.applied(change);
  });
  const port = async <T>(process: Process, effect: () => Promise<T>): Promise<T> => {
    if (stopsAt-- > 0) return effect();
    process.state = 'crashed';
    onStop();
    return new Promise(() => undefined);
  };
  const environment: Environment = {
    ...{
      eks,
      observations,
      approvals,
      declarations,
      expiries,
      bursts,
      ensured,
      inProgress,
      erasures,
      leases,
      isBroken,
      clock,
      series,
      clusterName: `c${series}`,
      ulid: ulids(series),
      versions,
      voterLocks,
      scenario,
      log: () => undefined,
    },
    ledger: {
      ...ledger,
      expiredLeases: async () => toReconcile ?? (await expiredLeasesOf(model, ledger, clock.gateway())).slice(0, 1),
    },
    model: {
      ...model,
      answered(by, answer) {
        answers.push(answer);
        model.answered(by, answer);
      },
      failed(by, error) {
        answers.push(String(error));
        model.failed(by, error);
      },
    },
    recorder: makeRecorder(clock, scenario.behaviour.lagMs),
    processes: { ...makeProcesses(schedulerOf(scenario), clock.now), port },
    isLocked: () => isLocked,
    lockMemory: { mayBeSet: false },
  };
  const callers = makeCallers(environment);

  async function runAlone(work: () => Promise<void>): Promise<void> {
    // Created before the work starts, because its first call may be stopped.
    const isStopped = new Promise<void>((resolve) => (onStop = resolve));
    await Promise.race([work(), isStopped]);
    stopsAt = Infinity;
  }

  async function apply(event: ScenarioEvent): Promise<void> {
    switch (event.do) {
      case 'submit':
        return runAlone(() => callers.submit(event.mutation, event.faults));
      case 'ensure':
        return runAlone(() => callers.ensure(event.desire, event.faults));
      case 'resubmit':
        return runAlone(() => callers.resubmit(event.index, event.faults));
      case 'reconcile':
        toReconcile = model.records().some(({ state }) => state === 'IN_PROGRESS') ? null : [];
        return runAlone(() => callers.reconcile(event.faults));
      case 'expire':
        return runAlone(() => callers.expire(event.faults));
      case 'burst':
        return bursts.set(event);
      case 'lock setter':
        bursts.lock('mallory', event.isSet);
        return;
      case 'erase':
        return runAlone(() => callers.erase());
      case 'scan':
        return runAlone(() => callers.scan(event.reads, event.faults));
      case 'crash':
      case 'freeze':
        stopsAt = event.index;
        return;
      case 'resume':
        return;
      case 'voter':
        applyToVoter(environment, event);
        return;
      case 'clock':
        clock.advance(event.ms, eks.due);
        return;
      case 'skew':
        clock.set(event.clock, event.ms);
        return;
      case 'policy':
        versions.publish(event);
        return;
      case 'vote':
        return runAlone(() => callers.vote(event, event.faults));
      case 'lock':
        isLocked = event.isSet;
        bursts.lock('all', isLocked);
        return;
      case 'others':
        if (event.through === 'eks') changeOutside(environment, event.what);
        else return runAlone(() => callers.changeThroughGateway(event.what));
    }
  }

  if (scenario.isOccupied) await apply({ do: 'others', what: 'create', through: 'eks' });
  for (const { event } of scenario.steps) await apply(event);
  stopsAt = Infinity;
  clock.advance(pastWaitMs, eks.due);
  // Without open operations there should be no expired lease. This is checked less often, because it is the most
  // expensive query of DynamoDB.
  const isOpen = model.records().some(({ state }) => state === 'IN_PROGRESS');
  const expired = isOpen || series % 4 === 0 ? await expiredLeasesOf(model, ledger, clock.gateway()) : [];
  // One at a time, so that all reconciler runs are alike.
  for (const record of expired) {
    toReconcile = [record];
    await callers.reconcile(faultless);
  }
  model.atRest(eks.associations());
  await approvals.atRest(ledger);
  return { answers, broken, contents: { expired, ...(await contentsOf(model, ledger, environment.clusterName)) } };
}

const maxLeases = 100;

/**
 * Records of this scenario with an expired lease, in a fixed order: records that expire at the same time may be listed
 * in any order.
 */
async function expiredLeasesOf(model: Model, ledger: ScenarioStore, now: number): Promise<IdempotencyRecord[]> {
  const keys = model.records().map(({ idempotencyKey }) => idempotencyKey);
  if (keys.length === 0) return [];
  const expired = (await ledger.expiredLeases(now, maxLeases)).filter(({ idempotencyKey }) =>
    keys.includes(idempotencyKey),
  );
  return expired.sort(
    (one, other) => one.leaseUntil - other.leaseUntil || (one.idempotencyKey < other.idempotencyKey ? -1 : 1),
  );
}

async function contentsOf(model: Model, ledger: ScenarioStore, clusterName: string) {
  const operations = [...new Set(model.written().map(({ operationId }) => operationId))];
  const [associationArn] = model.written().flatMap((entry) => entry.associationArn ?? []);
  const target = { ...home, clusterName, ...serviceAccount };
  return {
    state: await ledger.getAssociationState(target),
    history: await historyOf(ledger, target),
    records: await Promise.all(model.records().map(({ idempotencyKey }) => ledger.getRecord(idempotencyKey))),
    entries: await Promise.all(operations.map((id) => ledger.operationEntries(id))),
    cluster: await wholeTrail(ledger, { kind: 'cluster', ...home, clusterName }),
    association: associationArn === undefined ? [] : await wholeTrail(ledger, { kind: 'association', associationArn }),
  };
}

/** Reads a partition of the audit trail page by page. */
async function wholeTrail(ledger: ScenarioStore, partition: AuditPartition): Promise<AuditEntry[]> {
  const query = { partition, ...noFilters, limit: pageSize };
  const entries: AuditEntry[] = [];
  for (let before: string | null = null; ;) {
    const page = await ledger.readTrail({ ...query, before });
    entries.push(...page.entries);
    if (page.next === null) return entries;
    before = page.next;
  }
}
