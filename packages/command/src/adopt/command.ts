import { durationMs } from '../aws/duration.ts';
import { approvalRequiredCode, UsageError } from '../aws/errors.ts';
import { runChanges } from '../declaration/apply.ts';
import type { Outcome } from '../declaration/apply.ts';
import type { Compound } from '../declaration/compound.ts';
import { printReport, textOf, withSession } from '../declaration/compound.ts';
import { makePace } from '../declaration/pacing.ts';
import type { Change } from '../declaration/planner.ts';
import { nameOf } from '../declaration/print.ts';
import { makeReadAgain } from '../declaration/replays.ts';
import { approvalTeller } from '../gateway/approvals.ts';
import type { Session } from '../host.ts';
import type { MutationOptions } from '../../../client/src/client/approval.ts';
import { inventoryLines, readNamespaces } from '../inventory-lines.ts';
import { sleep } from '../sleep.ts';
import { adoptionInput, checkAll } from './check.ts';
import type { Recorded, Verdict } from './check.ts';
import { adoptionAnswer, adoptionLines } from './report.ts';
import { missingOf } from './denied-updates.ts';
import type { Adoption } from './rows.ts';
import { select } from './select.ts';
import type { Selectors } from './select.ts';

/** How many adoptions are under way at once. */
const concurrency = 8;

/** With `--detailed-exitcode`, a dry run with something to adopt ends with 2, as that of `plan`. */
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
  const adoption = await withSession(compound, async (session) => {
    const planned = await plan(compound, session);
    const sent = sentOf(planned, textOf(values, 'wait') !== null);
    if (isPlan) return planned;
    if (!isAgreed && sent.length > 0 && !(await agrees(compound, planned, sent.length))) return planned;
    return { ...planned, outcomes: await adopt(sent, compound, session) };
  });
  await printReport(compound, adoptionLines(adoption), () => adoptionAnswer(adoption));
  return exitCodeOf(adoption, values.detailedExitcode === true);
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

async function adopt(
  changes: readonly Change[],
  compound: Compound,
  { client, signal }: Session,
): Promise<readonly Outcome[]> {
  const { values, host } = compound;
  const [recorded, wait] = [recordedOf(compound), textOf(values, 'wait')];
  const pace = makePace(
    () => performance.now(),
    (ms) => sleep(ms, signal),
  );
  const options = { signal, onRetry: pace.onRetry };
  const send = (change: Change, more: MutationOptions) => {
    // It follows from what is adopted: a second run, or another at the same time, has no effect.
    const clientRequestToken = `adopt-${change.associationId}-${change.expectedModifiedAt}`;
    return client.adoptPodIdentityAssociation({ ...adoptionInput(change, recorded), clientRequestToken }, more);
  };
  const sendAndWait = (change: Change) => {
    const onApproval = approvalTeller((line) => host.writeError(`${nameOf(change.target)}: ${line}\n`));
    const maxElapsedMs = durationMs(wait ?? '0');
    return send(change, { ...options, waitForApproval: { maxElapsedMs, onApproval } });
  };
  return runChanges(changes, {
    concurrency,
    allowPartial: true,
    stopped: () => (signal?.aborted === true ? 'The command was interrupted.' : null),
    send: async (change) => {
      await pace.turn();
      return send(change, options);
    },
    sendAndWait: wait === null ? undefined : sendAndWait,
    readAgain: makeReadAgain(client, changes, { signal }, Date.now),
    onOutcome: () => undefined,
  });
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
