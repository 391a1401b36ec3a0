import type { ChangeKind } from '../facts.ts';
import { violations } from '../invariants.ts';
import type { CaseRequest } from './case-request.ts';
import type { Case, CaseResult } from './case.ts';
import { openCaseClock } from './case-clock.ts';
import type { CaseClock } from './case-clock.ts';
import { collectFacts } from './collect-facts.ts';
import type { Plan } from './wire-proxy.ts';
import { leaseMs, inDoubtMs, scanLeaseMs } from './flows.ts';
import { openEnvironment } from './environment.ts';
import type { RunningProcess, Environment } from './environment.ts';
import { stepName } from './steps.ts';
import type { Step } from './steps.ts';
import { actBeforeFlow, changeDirectly, lockAtTakeOver } from './others.ts';
import type { DoneByOthers } from './others.ts';
import { createExisting, delayReads } from './target.ts';
import type { Backend, BackendPool } from './backend.ts';

/** A running case. */
interface CaseRun extends Case {
  readonly clock: CaseClock;
  readonly backend: Backend;
  readonly environment: Environment;
  /** The association to change; null for a create. */
  readonly associationId: string | null;
  /** Milliseconds since the epoch; null if the requests expect none. */
  readonly expectedModifiedAt: number | null;
  readonly others: DoneByOthers;
}

/** Runs a case with its own backend and clock. */
export function runCase(one: Case, backends: BackendPool): Promise<CaseResult> {
  const clock = openCaseClock();
  return clock.run(async () => {
    const backend = await backends.open(clock);
    const environment = openEnvironment(one.implementation, backend, clock);
    const existing = one.kind === 'create' ? null : createExisting(backend.simulator);
    const associationId = existing?.associationId ?? null;
    const expectedModifiedAt = one.flow.expects ? (existing?.modifiedAt ?? null) : null;
    const others: DoneByOthers = { outside: existing ? [existing] : [], locks: [], created: new Map() };
    const run: CaseRun = { ...one, clock, backend, environment, associationId, expectedModifiedAt, others };
    try {
      const steps = await runRequests(run);
      const { answers } = environment;
      const reconciled = one.followUp !== 'nothing';
      const facts = await collectFacts(backend, one, others, { answers, reconciled });
      const [isInjected, isStarved] = [environment.allInjected(), environment.isStarved()];
      return { case: one, steps, isInjected, isStarved, facts, violations: violations(facts) };
    } finally {
      await backend.close();
    }
  });
}

/** Runs all requests of a case and returns those of its flow. When it returns, no request is under way. */
async function runRequests(run: CaseRun): Promise<readonly Step[]> {
  try {
    await runEarlierRequest(run);
    // A change in the millisecond of the one before would leave `modifiedAt` as it was.
    run.clock.advance(2);
    await actBeforeFlow(run);
    const { steps, leftover } = await runFlow(run);
    await runFollowUp(run, leftover);
    return steps;
  } finally {
    await run.environment.close();
  }
}

/** Runs the earlier request with the same token, with its fault. */
async function runEarlierRequest(run: CaseRun): Promise<void> {
  const { flow, changeAt, changeStep, environment, clock } = run;
  const { earlier, passed } = flow;
  if (earlier === undefined) return;
  const nothing = () => Promise.resolve();
  const plan = earlier && { at: changeAt, step: stepName(changeStep), fault: earlier, meanwhile: nothing };
  await environment.request(await environment.start(plan), baseRequest(run));
  clock.advance(passed ?? 0);
}

/** What is left to do after the flow: a deferred effect, a frozen process, a second process. */
interface Leftover {
  readonly later: (() => Promise<void>) | null;
  readonly frozen: (() => Promise<void>) | null;
  readonly second: Promise<undefined>;
}

/** Runs the flow with its fault. */
async function runFlow(run: CaseRun): Promise<{ steps: readonly Step[]; leftover: Leftover }> {
  const { clock, injection, followUp, environment, flow } = run;
  const second = Promise.withResolvers<undefined>();
  const meanwhile = () =>
    clock.run(async () => {
      if (injection?.fault.delaysReads) delayReads(run.backend.simulator, changeKindOf(run));
      if (injection?.fault.outsider) changeDirectly(run, changeKindOf(run));
      if (followUp === 'second process concurrently') second.resolve(repeat(run).then(() => undefined));
      if (!injection?.fault.superseded) return;
      clock.advance(flow.by === 'scanner' ? scanLeaseMs : leaseMs);
      await repeat(run);
    });
  const plan: Plan | null = injection && {
    at: injection.at,
    step: stepName(injection.step),
    fault: injection.fault,
    meanwhile,
  };
  const running = await environment.start(plan, lockAtTakeOver(run));
  const { proxy } = running;
  const flowEnd = startFlow(run, running);
  const effect = injection?.fault.effect;
  await (effect === 'frozen' ? Promise.race([proxy.faultReached, flowEnd]) : flowEnd);
  // A client that retries can finish before the fault is over. Without an injected fault no second process was started.
  if (proxy.wasInjected()) await proxy.faultReached;
  else second.resolve(undefined);
  const unfreeze = async () => {
    await proxy.resume();
    await flowEnd;
  };
  const leftover = {
    later: effect === 'later' ? proxy.resume : null,
    frozen: effect === 'frozen' ? unfreeze : null,
    second: followUp === 'second process concurrently' ? second.promise : Promise.resolve(undefined),
  };
  return { steps: proxy.steps, leftover };
}

/** The kind of the change that the flow sends to EKS: these faults are only injected there. */
function changeKindOf({ kind }: CaseRun): ChangeKind {
  if (kind === 'adopt') throw new Error('An adoption sent a change to EKS.');
  return kind;
}

function startFlow(run: CaseRun, running: RunningProcess): Promise<void> {
  const { by, other, invalid } = run.flow;
  if (by === 'scanner') return run.environment.scan(running);
  if (by === 'reconciler') return run.environment.reconcile(running);
  return run.environment.request(running, {
    ...baseRequest(run),
    ...(by === 'bob' && { by }),
    ...(other && { other }),
    ...(invalid && { invalid }),
  });
}

/** Delay of a deferred effect: late, but while EKS still accepts the signature. */
const laterMs = 90_000;

/** Runs the follow-up, then the reconciler and a final request with the token; after a scan, two more that are complete. */
async function runFollowUp(run: CaseRun, leftover: Leftover): Promise<void> {
  await continueFlow(run, leftover);
  if (run.flow.by !== 'scanner') return;
  for (let scans = 0; scans < 2; scans += 1) {
    run.clock.advance(scanLeaseMs);
    await scan(run);
  }
}

async function continueFlow(run: CaseRun, { later, frozen, second }: Leftover): Promise<void> {
  const { followUp, clock } = run;
  await second;
  if (followUp === 'same token immediately') await repeatRequest(run);
  if (followUp === 'same token after the lease') await afterLease(run, repeatRequest);
  if (followUp === 'only the reconciler') await afterLease(run, reconcile);
  if (later) {
    clock.advance(laterMs);
    await later();
  }
  if (followUp === 'same token after inDoubtUntil') await afterDoubt(run, repeatRequest);
  if (followUp === 'only the reconciler') await afterDoubt(run, reconcile);
  if (frozen) await afterDoubt(run, frozen);
  if (followUp === 'nothing') return;
  await afterDoubt(run, reconcile);
  if (followUp !== 'only the reconciler') await repeatRequest(run);
}

async function afterLease(run: CaseRun, work: (run: CaseRun) => Promise<void>): Promise<void> {
  run.clock.advance(leaseMs);
  await work(run);
}

async function afterDoubt(run: CaseRun, work: (run: CaseRun) => Promise<void>): Promise<void> {
  run.clock.advance(inDoubtMs);
  await work(run);
}

/** Sends the same request again to another process. */
async function repeatRequest(run: CaseRun): Promise<void> {
  const { environment, flow: selected } = run;
  await environment.request(await environment.start(null), {
    ...baseRequest(run),
    ...(selected.by === 'bob' && { by: 'bob' }),
  });
}

/** Does what the flow does again, in another process. */
function repeat(run: CaseRun): Promise<void> {
  return run.flow.by === 'scanner' ? scan(run) : repeatRequest(run);
}

async function scan({ environment }: CaseRun): Promise<void> {
  await environment.scan(await environment.start(null));
}

async function reconcile({ environment }: CaseRun): Promise<void> {
  await environment.reconcile(await environment.start(null));
}

function baseRequest({
  kind,
  associationId,
  expectedModifiedAt,
  flow: { adopts, by },
}: Pick<CaseRun, 'kind' | 'associationId' | 'expectedModifiedAt' | 'flow'>): CaseRequest {
  // Only platform administrators adopt.
  const isAdmin = kind === 'adopt' || by === 'pat';
  const request = { kind, associationId, by: isAdmin ? 'pat' : 'alice', expectedModifiedAt } as const;
  return adopts ? { ...request, adopts } : request;
}
