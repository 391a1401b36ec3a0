import { durationMs } from '../aws/duration.ts';
import { approvalRequiredCode, GeneralError, interruptedCode } from '../aws/errors.ts';
import type { ApprovalWait } from '../../../client/src/client/approval.ts';
import { sleep } from '../../../client/src/client/retry.ts';
import type { Retry } from '../../../client/src/client/retry.ts';
import { approvalTeller } from '../gateway/approvals.ts';
import type { Session } from '../host.ts';
import type { Progress } from '../progress.ts';
import { runChanges } from './apply.ts';
import type { Outcome } from './apply.ts';
import { judged } from './check.ts';
import type { Compound } from './compound.ts';
import { printReport, readText, textOf, withSession, writeText } from './compound.ts';
import { deletionsOf } from './deletions.ts';
import { interruptionAnswer, interruptionLines, watchInterruption } from './interruption.ts';
import type { UnderWay } from './interruption.ts';
import { inverseDeclaration } from './inverse.ts';
import { makePace } from './pacing.ts';
import { check } from './plan-command.ts';
import { isTooOld, PlanError, planRefusal, readPlan, remainingMs } from './plan-file.ts';
import type { Plan } from './plan-file.ts';
import type { Change } from './planner.ts';
import { nameOf, outcomeLines, outcomesAnswer } from './print.ts';
import { makeReadAgain } from './replays.ts';
import { outcomeTeller, retryTeller, sendChange } from './sending.ts';

/** How many changes are under way at once. */
const concurrency = 8;

/** What a run did, and what was under way when it was interrupted. */
interface Applied {
  readonly outcomes: readonly Outcome[];
  readonly underWay: UnderWay;
}

/**
 * Makes the changes of a saved plan, and nothing else. Once it is interrupted, it finishes those
 * that are under way, and reports.
 */
export async function runApply(compound: Compound): Promise<number> {
  const { values } = compound;
  const path = textOf(values, 'plan') ?? '';
  const wait = textOf(values, 'wait');
  const waitMs = wait === null ? null : durationMs(wait);
  const plan = planOf(path);
  const inversePath = textOf(values, 'inverseFile') ?? `${path.replace(/\.json$/, '')}.inverse.yaml`;
  const { outcomes, underWay } = await withSession(compound, async (session, progress) => {
    await mayApply(plan, compound, session);
    writeText(inversePath, inverseDeclaration(plan));
    progress.say(`The state before is in ${inversePath}.`);
    return apply(plan, waitMs, compound, session, progress);
  });
  const lines = [...outcomeLines(outcomes), ...interruptionLines(underWay, outcomes)];
  await printReport(compound, lines, () => {
    const interrupted = interruptionAnswer(underWay, outcomes);
    return { ...outcomesAnswer(plan.planId, outcomes), interrupted };
  });
  return exitCodeOf(plan, { outcomes, underWay });
}

function exitCodeOf({ denied }: Plan, { outcomes, underWay }: Applied): number {
  const others = outcomes.filter(({ kind }) => kind !== 'done');
  if (underWay !== null && others.length > 0) return interruptedCode;
  if (denied.length > 0 || others.some(({ kind }) => kind !== 'approvalRequired')) return 1;
  return others.length > 0 ? approvalRequiredCode : 0;
}

function planOf(path: string): Plan {
  try {
    return readPlan(readText(path));
  } catch (error) {
    if (error instanceof PlanError) throw new GeneralError(`${path}: ${error.message}`);
    throw error;
  }
}

/**
 * Checks before the first change that the plan is the caller's and recent, that its deletes are
 * confirmed, and that policy still permits all of it.
 *
 * @throws {@link GeneralError}
 */
async function mayApply(plan: Plan, { values }: Compound, { client, url, signal }: Session): Promise<void> {
  const { id: principalId } = await client.viewer({ signal });
  const refusal = planRefusal(plan, { gateway: url, principalId, now: Date.now() });
  if (refusal !== null) throw new GeneralError(refusal);
  const { count, reasons } = deletionsOf(plan.changes, plan.clusterSizes);
  if (reasons.length > 0 && values.confirmDeletions !== count) {
    throw new GeneralError(`${reasons.join(' ')} Confirm them with --confirm-deletions ${count}. Nothing was changed.`);
  }
  if (values.allowPartial === true) return;
  const checks = await check(client, plan, plan.changes, { signal });
  // Of a run that was interrupted, some changes are made already: only a decision of policy counts
  // here.
  const decisions = checks.map((one) =>
    one.onlyAsDryRun ? { ...one, onlyAsDryRun: false } : { ...one, refusal: null },
  );
  const denied = [...plan.denied, ...judged(plan.changes, decisions).denied];
  if (denied.length === 0) return;
  const lines = denied.map(({ target, reasons: why }) => `- ${nameOf(target)}: ${why.join(' ')}`);
  throw new GeneralError(
    [`${denied.length} changes are denied. Nothing was changed; --allow-partial makes the others.`, ...lines].join(
      '\n',
    ),
  );
}

async function apply(
  plan: Plan,
  waitMs: number | null,
  { values }: Compound,
  { client, signal, secondSignal }: Session,
  progress: Progress,
): Promise<Applied> {
  const isStopped = () => signal?.aborted === true;
  const pace = makePace(
    () => performance.now(),
    (ms) => sleep(ms, secondSignal, signal),
    isStopped,
  );
  const interruption = watchInterruption(signal, progress);
  const tellRetry = retryTeller(plan.changes);
  const sending = (change: Change, onWait: (reason: string) => void, waitForApproval?: ApprovalWait) => {
    const onRetry = (one: Change, retry: Retry) => {
      pace.onRetry(retry);
      onWait(retry.reason);
      progress.say(tellRetry(one, retry));
    };
    const how = { client, plan, onRetry, signal: secondSignal, finish: signal, waitForApproval };
    return interruption.during(change, () => sendChange(how, change));
  };
  // The plan may not become too old meanwhile.
  const maxElapsedMs = Math.min(waitMs ?? 0, remainingMs(plan, Date.now()));
  const sendAndWait = (change: Change) => {
    const onApproval = approvalTeller((line) => progress.say(`${nameOf(change.target)}: ${line}`));
    return sending(change, () => undefined, { maxElapsedMs, onApproval });
  };
  const outcomes = await runChanges(plan.changes, {
    concurrency,
    allowPartial: values.allowPartial === true,
    turn: pace.turn,
    stopped: () => {
      if (isStopped()) return 'The command was interrupted.';
      return isTooOld(plan, Date.now()) ? 'The plan is older than 24 hours.' : null;
    },
    send: sending,
    ...(waitMs !== null && { sendAndWait }),
    readAgain: makeReadAgain(client, plan.changes, { signal: secondSignal }, Date.now),
    onOutcome: outcomeTeller(plan.changes.length, progress),
  });
  return { outcomes, underWay: interruption.underWay() };
}
