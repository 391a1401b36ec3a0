import { durationMs } from '../aws/duration.ts';
import { approvalRequiredCode, interruptedCode, UsageError } from '../aws/errors.ts';
import type { Compound } from '../declaration/compound.ts';
import { printReport, textOf, withSession } from '../declaration/compound.ts';
import { interruptionAnswer, interruptionLines } from '../declaration/interruption.ts';
import { makeChanges } from '../declaration/make-changes.ts';
import type { Made } from '../declaration/make-changes.ts';
import type { Change } from '../declaration/planner.ts';
import type { Session } from '../host.ts';
import { inventoryLines, readNamespaces } from '../inventory-lines.ts';
import type { Progress } from '../progress.ts';
import { checkAll } from './check.ts';
import type { Recorded, Verdict } from './check.ts';
import { missingOf } from './denied-updates.ts';
import { adoptionAnswer, adoptionLines } from './report.ts';
import type { Adoption } from './rows.ts';
import { select } from './select.ts';
import type { Selectors } from './select.ts';
import { makeSend } from './send.ts';

/** `planned` is the code of a dry run with something to adopt and with `--detailed-exitcode`. */
const exitCodes = { done: 0, leftOut: 1, planned: 2, held: approvalRequiredCode } as const;

/**
 * Adopts the associations that others made, as the gateway saw them last. What is adopted is not
 * outside any more, so that a second run does what is left.
 *
 * @throws {@link UsageError} if there is neither `--yes` nor `--plan`, and no terminal to ask at
 */
export async function runAdopt(compound: Compound): Promise<number> {
  const { values, host } = compound;
  const [isPlan, isAgreed] = [values.plan === true, values.yes === true];
  if (!isPlan && !isAgreed && host.prompter === null)
    throw new UsageError('Give --plan to see what would be adopted, or --yes to adopt it.');
  const { adoption, made } = await withSession(compound, async (session, progress) => {
    const planned = await plan(compound, session);
    const sent = sentOf(planned, textOf(values, 'wait') !== null);
    progress.end();
    const isRefused = isPlan || (!isAgreed && sent.length > 0 && !(await agrees(compound, planned, sent.length)));
    if (isRefused) return { adoption: planned, made: null };
    const made = await adopt(sent, compound, session, progress);
    return { adoption: { ...planned, outcomes: made.outcomes }, made };
  });
  const { outcomes = [], underWay = null } = made ?? {};
  // Who answered no has read the report with the question.
  const isDeclined = made === null && !isPlan;
  const lines = isDeclined ? ['Nothing was adopted.'] : adoptionLines(adoption);
  await printReport(compound, [...lines, ...interruptionLines(underWay, outcomes)], () => {
    return { ...adoptionAnswer(adoption), interrupted: interruptionAnswer(underWay, outcomes) };
  });
  const isCut = underWay !== null && outcomes.some(({ kind }) => kind !== 'done');
  return isCut ? interruptedCode : exitCodeOf(adoption, values.detailedExitcode === true);
}

function selectorsOf({ values }: Compound): Selectors {
  const of = (name: string) => textOf(values, name)?.split(',') ?? [];
  return {
    accountId: of('accountId'),
    region: of('clusterRegion'),
    clusterName: of('clusterName'),
    namespace: of('namespace'),
    roleArn: of('roleArn'),
  };
}

function recordedOf({ values }: Compound): Recorded {
  return { reason: textOf(values, 'reason'), onBehalfOf: textOf(values, 'onBehalfOf') };
}

async function plan(compound: Compound, { client, signal }: Session): Promise<Adoption> {
  const options = { signal };
  const selected = await select(client, selectorsOf(compound), options);
  const verdicts = await checkAll(client, selected, recordedOf(compound), options);
  const missing = verdicts.flatMap(missingOf);
  const namespaces = await readNamespaces(
    client,
    missing.map(({ target }) => target),
    options,
  );
  return { selected, verdicts, inventory: inventoryLines(missing, namespaces), outcomes: null };
}

/** Those that need an approval are asked for only by someone who waits for it. */
function sentOf({ verdicts }: Adoption, isWaiting: boolean): readonly Change[] {
  return verdicts.flatMap(({ change }) => {
    if (change === null || change.onlyAsDryRun === true) return [];
    return (change.approvers ?? []).length === 0 || isWaiting ? [change] : [];
  });
}

async function agrees({ host }: Compound, planned: Adoption, count: number): Promise<boolean> {
  host.writeError(
    adoptionLines(planned)
      .map((line) => `${line}\n`)
      .join(''),
  );
  const question = `Adopt ${count} association${count === 1 ? '' : 's'}?`;
  return (await host.prompter?.choose(question, ['no', 'yes'])) === 'yes';
}

function adopt(changes: readonly Change[], compound: Compound, session: Session, progress: Progress): Promise<Made> {
  const wait = textOf(compound.values, 'wait');
  const making = {
    mutate: makeSend(session.client, recordedOf(compound), wait !== null),
    allowPartial: true,
    waitMs: wait === null ? null : durationMs(wait),
    stopped: () => null,
  };
  return makeChanges(changes, making, session, progress);
}

function exitCodeOf({ selected, verdicts, outcomes }: Adoption, isDetailed: boolean): number {
  const isDenied = ({ reasons, change }: Verdict) => reasons.length > 0 || change?.onlyAsDryRun === true;
  if (selected.unknown.length + selected.drifted.length > 0 || verdicts.some(isDenied)) return exitCodes.leftOut;
  const planned = verdicts.filter(({ change }) => change !== null).length;
  if (outcomes === null) return planned > 0 && isDetailed ? exitCodes.planned : exitCodes.done;
  if (outcomes.some(({ kind }) => kind !== 'done' && kind !== 'approvalRequired')) return exitCodes.leftOut;
  const done = outcomes.filter(({ kind }) => kind === 'done').length;
  return done < planned ? exitCodes.held : exitCodes.done;
}
