import { violations } from '../invariants.ts';
import { runEarlierRequests } from './before-flow.ts';
import { changeKindOf, continueWith, erase, reconcile, repeat, repeatRequest, runFlowIn, vote } from './case-run.ts';
import type { CaseRun } from './case-run.ts';
import type { Case, CaseResult } from './case.ts';
import { openCaseClock } from './case-clock.ts';
import { collectFacts } from './collect-facts.ts';
import { untruePastAnswers } from './past-answers.ts';
import type { Plan } from './wire-proxy.ts';
import { afterHoldMs, inDoubtMs, leaseMs, scanLeaseMs, showsMs } from './flows.ts';
import { openEnvironment } from './environment.ts';
import { stepName } from './steps.ts';
import type { Step } from './steps.ts';
import { actBeforeFlow, changeDirectly, lockAtTakeOver } from './others.ts';
import type { DoneByOthers } from './others.ts';
import { createExisting, delayReads, refuseRole } from './target.ts';
import type { BackendPool } from './backend.ts';

/** Runs a case with its own backend and clock. */
export function runCase(one: Case, backends: BackendPool): Promise<CaseResult> {
  const clock = openCaseClock();
  return clock.run(async () => {
    const backend = await backends.open(clock);
    const environment = openEnvironment(one.implementation, backend, clock, one.flow.secondClockMs ?? 0);
    const existing = one.kind === 'create' ? null : createExisting(backend, one.flow.held !== undefined);
    const associationId = existing?.associationId ?? null;
    const expectedModifiedAt = one.flow.expects ? (existing?.modifiedAt ?? null) : null;
    const others: DoneByOthers = { outside: existing ? [existing] : [], locks: [], voterLocks: [], created: new Map() };
    const run: CaseRun = { ...one, clock, backend, environment, associationId, expectedModifiedAt, others };
    try {
      const steps = await runRequests(run);
      const { answers, votes, personal, aheadOf } = environment;
      const reconciled = one.followUp !== 'nothing';
      const isRepeated = reconciled && one.followUp !== 'only the reconciler';
      const endedAt = one.flow.expiry && isRepeated ? clock.now() : null;
      const seen = { answers, reconciled, ...(isRepeated && { isRepeated }), votes, personal, endedAt, aheadOf };
      const collected = await collectFacts(backend, one, others, seen);
      const facts = { ...collected, sentLate: environment.sentLate(), untruePast: await untruePastAnswers(run) };
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
    if (run.flow.role) refuseRole(run.backend.simulator, changeKindOf(run), run.flow.role);
    await runEarlierRequests(run);
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
    after: injection.after,
    step: stepName(injection.step),
    fault: injection.fault,
    meanwhile,
  };
  const running = await environment.startFlow(plan, lockAtTakeOver(run));
  const { proxy } = running;
  const flowEnd = runFlowIn(run, running);
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

/** Delay of a deferred effect: late, but while EKS still accepts the signature. */
const laterMs = 90_000;

/** Runs the follow-up, then the reconciler and a final request with the token; after a scan, two more that are complete. */
async function runFollowUp(run: CaseRun, leftover: Leftover): Promise<void> {
  await continueFlow(run, leftover);
  if (run.flow.held) await approveAndSend(run);
  if (run.flow.burst === 'own') await endAfterHold(run);
  if (run.flow.by === 'eraser') await erase(run);
  if (run.flow.by !== 'scanner') return;
  for (let scans = 0; scans < 2; scans += 1) {
    run.clock.advance(scanLeaseMs);
    await repeat(run);
  }
}

/** What is still not approved is, and the request is sent once more, where requests follow the flow. */
async function approveAndSend(run: CaseRun): Promise<void> {
  if (run.followUp === 'nothing' || run.followUp === 'only the reconciler') return;
  await vote(run, await run.environment.start(null));
  await repeatRequest(run);
}

/** Another run, once the hold is over. */
async function endAfterHold(run: CaseRun): Promise<void> {
  if (run.followUp === 'nothing' || run.followUp === 'only the reconciler') return;
  run.clock.advance(afterHoldMs);
  await repeat(run);
}

async function continueFlow(run: CaseRun, { later, frozen, second }: Leftover): Promise<void> {
  const { followUp, clock } = run;
  await second;
  if (followUp === 'same token immediately') await continueWith(run);
  if (followUp === 'same token after the lease') await afterLease(run, continueWith);
  if (followUp === 'only the reconciler') await afterLease(run, reconcile);
  if (later) {
    clock.advance(laterMs);
    await later();
  }
  if (followUp === 'same token after inDoubtUntil') await afterDoubt(run, continueWith);
  if (followUp === 'only the reconciler') await afterDoubt(run, reconcile);
  if (frozen) await afterDoubt(run, frozen);
  if (followUp === 'nothing') return;
  await afterDoubt(run, reconcile);
  // What others undid counts as a read that lags, until it can't.
  if (run.flow.ensures && run.flow.others) clock.advance(showsMs);
  if (followUp !== 'only the reconciler') await continueWith(run);
}

/** After the lease, as the process that acts then sees it; below likewise. */
async function afterLease(run: CaseRun, work: (run: CaseRun) => Promise<void>): Promise<void> {
  run.clock.advance(leaseMs - secondClockMs(run));
  await work(run);
}

async function afterDoubt(run: CaseRun, work: (run: CaseRun) => Promise<void>): Promise<void> {
  run.clock.advance(inDoubtMs - secondClockMs(run));
  await work(run);
}

function secondClockMs({ flow }: CaseRun): number {
  return flow.secondClockMs ?? 0;
}
