import type { ChangeKind, LockedTime, OutsideChange } from '../facts.ts';
import type { Backend } from './backend.ts';
import type { CaseClock } from './case-clock.ts';
import type { CaseRequest } from './case-request.ts';
import type { Case } from './case.ts';
import type { Environment } from './environment.ts';
import { approverId } from './request.ts';
import { changeOutside } from './target.ts';
import type { OnStep } from './wire-proxy.ts';

/** What others have done in a case. */
export interface DoneByOthers {
  readonly outside: OutsideChange[];
  readonly locks: LockedTime[];
  /** When the approver was locked. */
  readonly voterLocks: number[];
  /** Ids of associations by the operation that created them, of those that may be deleted since. */
  readonly created: Map<string, string>;
}

/** The parts of a running case that others act on. */
interface Run extends Pick<Case, 'implementation' | 'kind' | 'flow'> {
  readonly backend: Backend;
  readonly clock: CaseClock;
  readonly environment: Environment;
  readonly others: DoneByOthers;
  /** The association to change; null for a create. */
  readonly associationId: string | null;
}

/** Changes the association of a case directly at EKS, if it is possible. */
export function changeDirectly({ backend, associationId, others, flow }: Run, kind: ChangeKind): void {
  const isDesired = flow.ensures !== undefined && flow.others !== undefined;
  const [made] = isDesired ? backend.simulator.control.associations() : [];
  const change = changeOutside(backend, kind, associationId ?? made?.associationId ?? null, {
    isAsRequested: flow.adopts ?? false,
    isHeld: flow.held !== undefined,
    hasOtherRole: isDesired,
  });
  if (change) others.outside.push(change);
}

/** Does what others do before the flow of a case. */
export async function actBeforeFlow(run: Run): Promise<void> {
  const { flow, backend, environment, others } = run;
  if (flow.locked === 'before') await setLock(run);
  if (!flow.others) return;
  const { what: kind, through } = flow.others;
  if (through === 'eks') {
    changeDirectly(run, kind);
    return;
  }
  const [existing] = backend.simulator.control.associations();
  const operationId = existing?.tags['pod-identity-gateway/operation'];
  if (!existing) throw new Error(`No association exists that others could ${kind}.`);
  if (operationId !== undefined) others.created.set(operationId, existing.associationId);
  const request: CaseRequest = {
    ...{ kind, associationId: existing.associationId, by: 'pat', expectedModifiedAt: null },
    ...(flow.desiredByOthers && { ensures: true }),
    ...(flow.desiredByOthers === 'of another' && { declaredBy: 'another', takesOver: true }),
  };
  await environment.request(await environment.start(null), request);
}

/** Locks the approver of a case, and lifts the lock. */
export async function lockVoter({ implementation, backend, clock, others }: Run): Promise<void> {
  others.voterLocks.push(clock.now());
  await implementation.lockForAMoment?.(backend.addresses.dynamoDb, backend.tables, approverId);
}

/** Locks changes when the flow of a case takes its operation over; undefined if the flow has no lock. */
export function lockAtTakeOver(run: Run): OnStep | undefined {
  if (run.flow.locked !== 'at take-over') return undefined;
  return async ({ events }) => {
    if (events.includes('TAKEN_OVER') && run.others.locks.length === 0) await setLock(run);
  };
}

async function setLock({ implementation, backend, clock, others }: Run): Promise<void> {
  await implementation.lock?.(backend.addresses.dynamoDb, backend.tables);
  others.locks.push({ from: clock.now(), until: Infinity });
}
