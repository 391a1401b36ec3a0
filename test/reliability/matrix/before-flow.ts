import { defaultApprovalLimits } from '../../../src/operations/terms/dependencies.ts';
import { baseRequest, erase, vote } from './case-run.ts';
import type { CaseRun } from './case-run.ts';
import { afterExpiryMs, expireSettings, lifetimeMs } from './flows.ts';
import type { Flow } from './flows.ts';
import { lockVoter } from './others.ts';
import { stepName } from './steps.ts';

/** Does what requests did before the flow: they made what exists one of a declaration; asked for an approval, which an approver gave, or nobody until it was over; set an expiry; or used the same token. */
export async function runEarlierRequests(run: CaseRun): Promise<void> {
  const { held, earlier, expiry, isLeftInProgress } = run.flow;
  if (run.flow.ensures && run.associationId !== null) await declare(run);
  if (held && held !== 'asked') await ask(run);
  if (held === 'over') run.clock.advance(defaultApprovalLimits.decideMs + afterExpiryMs);
  if (expiry) await setExpiry(run);
  if (earlier !== undefined) await runEarlierRequest(run);
  if (run.flow.voterLocked) await lockVoter(run);
  if (run.flow.erased) await erase(run);
  const { implementation, backend } = run;
  if (isLeftInProgress) await implementation.leaveInProgress?.(backend.addresses.dynamoDb, backend.tables);
}

/** An update of somebody else makes the association one of the declaration of desired states. */
async function declare({ environment, associationId, clock }: CaseRun): Promise<void> {
  const request = { kind: 'update', by: 'pat', associationId, expectedModifiedAt: null, declares: true } as const;
  // A change in the millisecond of the one before would leave `modifiedAt` as it was.
  clock.advance(2);
  await environment.request(await environment.start(null), request);
  clock.advance(2);
}

async function ask(run: CaseRun): Promise<void> {
  const running = await run.environment.start(null);
  await run.environment.request(running, baseRequest(run));
  if (run.flow.held === 'approved') await vote(run, running);
}

/** An update sets an ending with success; then time passes until it is due, unless it is only near. */
async function setExpiry(run: CaseRun): Promise<void> {
  const { environment, clock, associationId, flow } = run;
  const expiresAt = clock.now() + lifetimeMs;
  const request = { kind: 'update', by: 'alice', associationId, expectedModifiedAt: null, expiresAt } as const;
  await environment.request(await environment.start(null), request);
  if (flow.burst) await addBurst(run, flow.burst);
  if (flow.expiry !== 'due') return;
  if (flow.secondClockMs === undefined) clock.advance(lifetimeMs + afterExpiryMs);
  else await runTooEarly(run, expiresAt);
}

/** A run of the second process a moment before the expiry, which its clock may show as over; then time passes until the expiry is due. */
async function runTooEarly({ environment, clock }: CaseRun, expiresAt: number): Promise<void> {
  clock.advance(expiresAt - clock.now() - 1_000);
  await environment.expire(await environment.start(null));
  clock.advance(afterExpiryMs);
}

/** Stores copies of the expiry, of associations that are gone, as many as are a burst without it. */
async function addBurst({ backend }: CaseRun, burst: NonNullable<Flow['burst']>): Promise<void> {
  const items = await backend.items('idempotency');
  const item = items.find(({ idempotencyKey, ending }) => String(idempotencyKey).startsWith('association/') && ending);
  if (!item) throw new Error('The expiry is not stored.');
  const [confirmed, expiry] = [item.confirmed as object, item.ending as { readonly setter: object }];
  const setter = burst === 'own' ? expiry.setter : { ...expiry.setter, principalId: 'mallory' };
  for (let index = 0; index <= expireSettings.burstAbove; index += 1) {
    const associationId = `a-${String(index).padStart(17, '0')}`;
    const copied = { ...expiry, associationId, setter, setBy: `copy ${index}` };
    const idempotencyKey = `${String(item.idempotencyKey)}-${index}`;
    await backend.put('idempotency', {
      ...{ ...item, idempotencyKey, associationId },
      ...{ confirmed: { ...confirmed, associationId }, ending: copied },
    });
  }
}

/** Runs the earlier request with the same token, with its fault. */
async function runEarlierRequest({ flow, changeStep, environment, clock, ...run }: CaseRun): Promise<void> {
  const { earlier, passed } = flow;
  const nothing = () => Promise.resolve();
  const plan = earlier ? { after: 0, step: stepName(changeStep), fault: earlier, meanwhile: nothing } : null;
  await environment.request(await environment.start(plan), baseRequest({ flow, ...run }));
  // Over as the process of the flow sees the times of the earlier one.
  if (passed !== undefined) clock.advance(passed + (flow.secondClockMs ?? 0));
}
