import { defaultApprovalLimits } from '../../../src/operations/dependencies.ts';
import { baseRequest, vote } from './case-run.ts';
import type { CaseRun } from './case-run.ts';
import { afterEndingMs, lifetimeMs } from './flows.ts';
import { lockVoter } from './others.ts';
import { stepName } from './steps.ts';

/** Does what requests did before the flow: they asked for an approval, which an approver gave, or nobody until it was over; set an ending; or used the same token. */
export async function runEarlierRequests(run: CaseRun): Promise<void> {
  const { held, earlier, ending, isLeftInProgress } = run.flow;
  if (held && held !== 'asked') await ask(run);
  if (held === 'over') run.clock.advance(defaultApprovalLimits.decideMs + afterEndingMs);
  if (ending) await setEnding(run);
  if (earlier !== undefined) await runEarlierRequest(run);
  if (run.flow.voterLocked) await lockVoter(run);
  const { implementation, backend } = run;
  if (isLeftInProgress) await implementation.leaveInProgress?.(backend.addresses.dynamoDb, backend.tables);
}

async function ask(run: CaseRun): Promise<void> {
  const running = await run.environment.start(null);
  await run.environment.request(running, baseRequest(run));
  if (run.flow.held === 'approved') await vote(run, running);
}

/** An update sets an ending with success; then time passes until it is due, unless it is only near. */
async function setEnding({ environment, clock, associationId, flow }: CaseRun): Promise<void> {
  const expiresAt = clock.now() + lifetimeMs;
  const request = { kind: 'update', by: 'alice', associationId, expectedModifiedAt: null, expiresAt } as const;
  await environment.request(await environment.start(null), request);
  if (flow.ending === 'due') clock.advance(lifetimeMs + afterEndingMs);
}

/** Runs the earlier request with the same token, with its fault. */
async function runEarlierRequest({ flow, changeAt, changeStep, environment, clock, ...run }: CaseRun): Promise<void> {
  const { earlier, passed } = flow;
  const nothing = () => Promise.resolve();
  // An approval is read before.
  const at = flow.held ? null : changeAt;
  const plan = earlier ? { at, step: stepName(changeStep), fault: earlier, meanwhile: nothing } : null;
  await environment.request(await environment.start(plan), baseRequest({ flow, ...run }));
  clock.advance(passed ?? 0);
}
