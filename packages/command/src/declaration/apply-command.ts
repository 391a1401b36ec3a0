import { durationMs } from '../aws/duration.ts';
import { approvalRequiredCode, GeneralError, interruptedCode } from '../aws/errors.ts';
import type { MutationOptions } from '../../../client/src/client/approval.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { MutationResult } from '../../../client/src/client/result.ts';
import type { Session } from '../host.ts';
import { judged } from './check.ts';
import type { Compound } from './compound.ts';
import { printReport, readText, textOf, withSession, writeText } from './compound.ts';
import { keyOf } from './declaration.ts';
import { deletionsOf } from './deletions.ts';
import { inputOf } from './inputs.ts';
import { interruptionAnswer, interruptionLines } from './interruption.ts';
import { inverseDeclaration } from './inverse.ts';
import { makeChanges } from './make-changes.ts';
import type { Made } from './make-changes.ts';
import { check } from './plan-command.ts';
import { isTooOld, PlanError, planRefusal, readPlan, remainingMs, tokenOf } from './plan-file.ts';
import type { Plan } from './plan-file.ts';
import type { Change } from './planner.ts';
import { outcomeLines, outcomesAnswer } from './print.ts';
import { rowsOf } from './rows.ts';
import { checkOutput, fileId } from './sources.ts';

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
  checkOutput('--inverse-file', inversePath, new Set([fileId(path)]));
  const { outcomes, underWay } = await withSession(compound, async (session, progress) => {
    const denials = await mayApply(plan, compound, session);
    writeText(inversePath, inverseDeclaration(plan));
    progress.say(`The state before is in ${inversePath}.`);
    // The plan may not become too old meanwhile.
    const restMs = waitMs === null ? null : Math.min(waitMs, remainingMs(plan, Date.now()));
    const making = {
      mutate: (change: Change, options: MutationOptions) => mutate(session.client, plan, change, options),
      allowPartial: compound.values.allowPartial === true,
      waitMs: restMs,
      denialOf: (change: Change) => denials.get(keyOf(change.target)) ?? null,
      stopped: () => (isTooOld(plan, Date.now()) ? 'The plan is older than 24 hours.' : null),
    };
    return makeChanges(plan.changes, making, session, progress);
  });
  const lines = [...outcomeLines(outcomes), ...interruptionLines(underWay, outcomes)];
  await printReport(compound, lines, () => {
    const interrupted = interruptionAnswer(underWay, outcomes);
    return { ...outcomesAnswer(plan.planId, outcomes), interrupted };
  });
  return exitCodeOf(plan, { outcomes, underWay });
}

function exitCodeOf({ denied }: Plan, { outcomes, underWay }: Made): number {
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
 * confirmed, and that policy still permits all of it. With --allow-partial, what it denies of
 * service accounts with several changes, of which none is made then: the reasons by their keys.
 *
 * @throws {@link GeneralError}
 */
async function mayApply(
  plan: Plan,
  { values }: Compound,
  { client, url, signal }: Session,
): Promise<ReadonlyMap<string, string>> {
  const { id: principalId } = await client.viewer({ signal });
  const refusal = planRefusal(plan, { gateway: url, principalId, now: Date.now() });
  if (refusal !== null) throw new GeneralError(refusal);
  const { count, reasons } = deletionsOf(plan.changes, plan.clusterSizes);
  if (reasons.length > 0 && values.confirmDeletions !== count) {
    throw new GeneralError(`${reasons.join(' ')} Confirm them with --confirm-deletions ${count}. Nothing was changed.`);
  }
  const isPartial = values.allowPartial === true;
  const checked = isPartial
    ? rowsOf(plan.changes)
        .filter(({ length }) => length > 1)
        .flat()
    : plan.changes;
  const checks = await check(client, plan, checked, { signal });
  // Of a run that was interrupted, some changes are made already: only a decision of policy counts
  // here.
  const decisions = checks.map((one) =>
    one.onlyAsDryRun ? { ...one, onlyAsDryRun: false } : { ...one, refusal: null },
  );
  const deniedNow = judged(checked, decisions).denied;
  if (isPartial) return new Map(deniedNow.map(({ target, reasons: why }) => [keyOf(target), why.join(' ')]));
  const denied = [...plan.denied, ...deniedNow];
  if (denied.length === 0) return new Map();
  const lines = denied.map(({ target, reasons: why }) => `- ${keyOf(target)}: ${why.join(' ')}`);
  throw new GeneralError(
    [`${denied.length} changes are denied. Nothing was changed; --allow-partial makes the others.`, ...lines].join(
      '\n',
    ),
  );
}

function mutate(client: GatewayClient, plan: Plan, change: Change, options: MutationOptions): Promise<MutationResult> {
  const clientRequestToken = tokenOf(plan, change);
  const input = inputOf(plan, change);
  if ('create' in input) return client.createPodIdentityAssociation({ ...input.create, clientRequestToken }, options);
  if ('update' in input) return client.updatePodIdentityAssociation({ ...input.update, clientRequestToken }, options);
  if ('adopt' in input) return client.adoptPodIdentityAssociation({ ...input.adopt, clientRequestToken }, options);
  if ('tag' in input) return client.tagPodIdentityAssociation({ ...input.tag, clientRequestToken }, options);
  if ('untag' in input) return client.untagPodIdentityAssociation({ ...input.untag, clientRequestToken }, options);
  return client.deletePodIdentityAssociation({ ...input.delete, clientRequestToken }, options);
}
