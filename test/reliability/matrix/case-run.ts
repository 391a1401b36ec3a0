import type { ChangeKind } from '../facts.ts';
import { publicIdOf } from '../stored.ts';
import type { Backend } from './backend.ts';
import type { CaseClock } from './case-clock.ts';
import type { CaseRequest } from './case-request.ts';
import type { Case } from './case.ts';
import type { Environment, RunningProcess } from './environment.ts';
import type { DoneByOthers } from './others.ts';

/** A running case. */
export interface CaseRun extends Case {
  readonly clock: CaseClock;
  readonly backend: Backend;
  readonly environment: Environment;
  /** The association to change; null for a create. */
  readonly associationId: string | null;
  /** Milliseconds since the epoch; null if the requests expect none. */
  readonly expectedModifiedAt: number | null;
  readonly others: DoneByOthers;
}

/** The kind of the change that the flow sends to EKS: these faults are only injected there. */
export function changeKindOf({ kind }: CaseRun): ChangeKind {
  if (kind === 'adopt') throw new Error('An adoption sent a change to EKS.');
  return kind;
}

/** Runs the flow of a case in a process. */
export function runFlowIn(run: CaseRun, running: RunningProcess): Promise<void> {
  const { environment, flow } = run;
  const { by, other, invalid } = flow;
  if (by === 'scanner') return environment.scan(running);
  if (by === 'expireRun') return environment.expire(running);
  if (by === 'reconciler') return environment.reconcile(running);
  if (by === 'eraser') return environment.erase(running);
  if (by === 'approver') return vote(run, running);
  return environment.request(running, {
    ...baseRequest(run),
    ...(by === 'bob' && { by }),
    ...(other && { other }),
    ...(invalid && { invalid }),
  });
}

/** Does what the flow does again, in another process; the request of a flow that the reconciler or an operator runs. */
export async function repeat(run: CaseRun): Promise<void> {
  const { environment, flow } = run;
  if (flow.by === 'scanner' || flow.by === 'expireRun' || flow.by === 'approver') {
    await runFlowIn(run, await environment.start(null));
  } else await repeatRequest(run);
}

/** Goes on after a fault: repeats the flow; after a scan, sends the request. */
export function continueWith(run: CaseRun): Promise<void> {
  return run.flow.by === 'scanner' ? repeatRequest(run) : repeat(run);
}

/** Sends the same request again to another process. */
export async function repeatRequest(run: CaseRun): Promise<void> {
  const { environment, flow } = run;
  await environment.request(await environment.start(null), {
    ...baseRequest(run),
    ...(flow.by === 'bob' && { by: 'bob' }),
  });
}

/** Runs the reconciler in another process. */
export async function reconcile({ environment }: CaseRun): Promise<void> {
  await environment.reconcile(await environment.start(null));
}

/** An operator has personal data erased, by another process. */
export async function erase({ environment }: CaseRun): Promise<void> {
  await environment.erase(await environment.start(null));
}

/** An approver votes for what the request of the case asks for, if it does. */
export async function vote({ backend, environment }: CaseRun, running: RunningProcess): Promise<void> {
  const items = await backend.items('idempotency');
  const [publicId] = items.flatMap(({ approval }) => (typeof approval === 'string' ? [publicIdOf(approval)] : []));
  if (publicId !== undefined) await environment.vote(running, publicId);
}

/** The expiry that requests set: the same in repetitions, and later than every case. Milliseconds since the epoch. */
const endsAt = Date.now() + 30 * 86_400_000;

/** The request of a case. */
export function baseRequest({
  kind,
  associationId,
  expectedModifiedAt,
  flow: { adopts, by, held, sets, ensures, takesOver },
}: Pick<CaseRun, 'kind' | 'associationId' | 'expectedModifiedAt' | 'flow'>): CaseRequest {
  // Only platform administrators adopt.
  const isAdmin = kind === 'adopt' || by === 'pat';
  const request = { kind, associationId, by: isAdmin ? 'pat' : 'alice', expectedModifiedAt } as const;
  const variant = { ...(adopts && { adopts }), ...(ensures && { ensures }), ...(held && { held: true as const }) };
  return { ...request, ...variant, ...(takesOver && { takesOver }), ...(sets && { expiresAt: endsAt }) };
}
