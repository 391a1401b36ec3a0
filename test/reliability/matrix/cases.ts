import type { MutationKind } from '../facts.ts';
import type { Implementation } from './implementation.ts';
import { faultsAt } from './faults.ts';
import { firstFlow, followUps, flows } from './flows.ts';
import type { FollowUp, Flow } from './flows.ts';
import { runCase } from './run-case.ts';
import type { Case } from './case.ts';
import type { Step } from './steps.ts';
import type { BackendPool } from './backend.ts';

/** All kinds of mutations. */
export const mutationKinds: readonly MutationKind[] = ['create', 'update', 'delete', 'adopt'];

/** A position in a flow: request index `at`, and index `nth` of the fault among those that can occur there. */
export interface FaultLocation {
  readonly kind: MutationKind;
  readonly flow: Flow;
  readonly at: number;
  readonly nth: number;
}

/** The follow-ups to run after a fault, by `--size`. Empty if the fault is skipped. */
export const sizes: Readonly<Record<string, (location: FaultLocation) => readonly FollowUp[]>> = {
  full: () => followUps,
  // First flows: all follow-ups. Other flows: one follow-up per fault.
  table: (location) => (location.flow === firstFlow ? followUps : oneOf(location)),
  // One follow-up per fault, in rotation. Of the flows other than the first, those of create, and those for some kinds only. Of those with approvals
  // and endings, every seventh fault.
  ci: (location) => {
    const { flow, kind, at, nth } = location;
    if (flow.held || flow.ending) return (at + nth) % 7 === 0 ? oneOf(location) : [];
    return kind === 'create' || flow === firstFlow || flow.kinds ? oneOf(location) : [];
  },
  quick: (location) => (location.kind === 'create' && location.flow === firstFlow ? oneOf(location) : []),
};

function oneOf({ at, nth }: FaultLocation): FollowUp[] {
  return followUps.filter((_, index) => index === (at + nth) % followUps.length);
}

/** The part of the matrix to run. */
export interface Selection {
  readonly kinds: readonly MutationKind[];
  readonly followUpsOf: (location: FaultLocation) => readonly FollowUp[];
  /** Text that the name of the flow must contain, and text that the name of the case must contain. */
  readonly flow: string;
  readonly name: string;
}

/**
 * Lists all cases of an implementation. Each flow first runs once without a fault to record its requests. Each recorded
 * request is an injection point, so a request that is added to the gateway is covered automatically.
 */
export async function casesOf(
  implementation: Implementation,
  backends: BackendPool,
  { kinds, followUpsOf, flow: text }: Selection,
): Promise<Case[]> {
  const ofKinds = await Promise.all(
    kinds
      .filter((kind) => kind !== 'adopt' || implementation.adopts)
      .map(async (kind) => {
        const base = { implementation, kind, ...(await changeOf({ implementation, kind }, backends)) };
        const isSelected = (flow: Flow) =>
          flow.name.includes(text) && followUpsOf({ kind, flow, at: 0, nth: 0 }).length > 0;
        const selected = flows.filter(
          (flow) =>
            isSelected(flow) &&
            isFor(flow, kind) &&
            (flow.by !== 'reconciler' || implementation.hasReconciler) &&
            (flow.secondClockMs === undefined || implementation.hasReconciler) &&
            (flow.by !== 'scanner' || implementation.observed !== null) &&
            (!flow.held || implementation.approvals !== null) &&
            (!flow.ending || implementation.hasEndings) &&
            (!flow.locked || implementation.lock !== null) &&
            (!flow.adopts || implementation.adopts),
        );
        const ofFlows = selected.map(async (flow) =>
          casesOfFlow(base, flow, await trace(base, flow, backends), followUpsOf),
        );
        return (await Promise.all(ofFlows)).flat();
      }),
  );
  return ofKinds.flat();
}

/** An adoption is recorded at once: no earlier request can have left one open. */
function isFor({ kinds, earlier }: Flow, kind: MutationKind): boolean {
  return kinds?.includes(kind) ?? (kind !== 'adopt' || !earlier);
}

type CaseBase = Pick<Case, 'implementation' | 'kind' | 'changeAt' | 'changeStep'>;

/** Finds the change request to EKS within the first flow; the request that records an adoption. */
async function changeOf(base: Pick<CaseBase, 'implementation' | 'kind'>, backends: BackendPool) {
  const unknown = { changeAt: -1, changeStep: { operation: '', events: [], kind: 'eks-change' } } as const;
  const steps = await trace({ ...base, ...unknown }, firstFlow, backends);
  const changeAt = steps.findIndex(
    ({ kind, events }) => kind === 'eks-change' || (base.kind === 'adopt' && events.length > 0),
  );
  const changeStep = steps[changeAt];
  if (!changeStep) throw new Error(`${base.implementation.name} sends no ${base.kind} to EKS.`);
  return { changeAt, changeStep };
}

async function trace(base: CaseBase, flow: Flow, backends: BackendPool): Promise<readonly Step[]> {
  const { steps } = await runCase({ ...base, flow, injection: null, followUp: 'nothing' }, backends);
  return steps;
}

function casesOfFlow(
  base: CaseBase,
  flow: Flow,
  steps: readonly Step[],
  followUpsOf: Selection['followUpsOf'],
): Case[] {
  return steps.flatMap((step, at) =>
    (isParallelRead(steps, at) ? [] : faultsAt(step)).flatMap((fault, nth) =>
      followUpsOf({ kind: base.kind, flow, at, nth }).map((followUp) => ({
        ...base,
        flow,
        injection: { at, step, fault },
        followUp,
      })),
    ),
  );
}

/** Whether a request is a repeated parallel read, such as a query per index shard. The first of them stands for all. */
function isParallelRead(steps: readonly Step[], at: number): boolean {
  const before = steps[at - 1];
  return before?.kind === 'ledger-read' && before.operation === steps[at]?.operation;
}
