import type { MutationKind } from '../facts.ts';
import type { Implementation } from './implementation.ts';
import { faultsAt } from './faults.ts';
import { firstFlow, followUps, flows } from './flows.ts';
import type { FollowUp, Flow } from './flows.ts';
import { runAll } from './run-all.ts';
import { runCase } from './run-case.ts';
import { pairwise } from './sample.ts';
import { caseName } from './table.ts';
import type { Case, CaseResult } from './case.ts';
import { stepName } from './steps.ts';
import type { Step } from './steps.ts';
import type { BackendPool } from './backend.ts';

/** All kinds of mutations. */
const mutationKinds: readonly MutationKind[] = ['create', 'update', 'delete', 'adopt', 'tag', 'untag'];

/** What requests of a case name: the change, or the desired state that it leads to. */
interface RequestKinds {
  readonly kinds: readonly MutationKind[];
  readonly ensures: boolean;
}

/** The operations of the API, by `--operation`. */
export const operations: Readonly<Record<string, RequestKinds>> = {
  ...Object.fromEntries(mutationKinds.map((kind) => [kind, { kinds: [kind], ensures: false }])),
  ensure: { kinds: ['create', 'update'], ensures: true },
  ensureNo: { kinds: ['delete'], ensures: true },
};

/** A position in a flow: request index `at`, and index `nth` of the fault among those that can occur there. */
interface FaultLocation {
  readonly kind: MutationKind;
  readonly flow: Flow;
  readonly at: number;
  readonly nth: number;
}

/** A part of the matrix. */
interface Size {
  /** The follow-ups to run after a fault. Empty if the fault is skipped. */
  readonly followUpsOf: (location: FaultLocation) => readonly FollowUp[];
  /** Which of these cases to run. */
  readonly sample: (cases: readonly Case[]) => readonly Case[];
}

const every = (cases: readonly Case[]) => cases;

/** The parts of the matrix, by `--size`. */
export const sizes: Readonly<Record<string, Size>> = {
  full: { followUpsOf: () => followUps, sample: every },
  table: { followUpsOf: ofTable, sample: every },
  // Of those cases, a part with every flow, every call of it, and every fault of every operation.
  pairs: { followUpsOf: ofTable, sample: pairwise },
  quick: {
    followUpsOf: (location) => (location.kind === 'create' && location.flow === firstFlow ? oneOf(location) : []),
    sample: every,
  },
};

/** First flows: all follow-ups. Other flows: one follow-up per fault, in rotation. */
function ofTable(location: FaultLocation): readonly FollowUp[] {
  return location.flow === firstFlow ? followUps : oneOf(location);
}

function oneOf({ at, nth }: FaultLocation): FollowUp[] {
  return followUps.filter((_, index) => index === (at + nth) % followUps.length);
}

/** The part of the matrix to run. */
export interface Selection {
  readonly operations: readonly RequestKinds[];
  readonly size: Size;
  /** Text that the name of the flow must contain, and text that the name of the case must contain. */
  readonly flow: string;
  readonly name: string;
  /** Number of concurrent cases. */
  readonly width: number;
}

/**
 * Lists all cases of an implementation. Each flow first runs once without a fault to record its requests. Each recorded
 * request is an injection point, so a request that is added to the gateway is covered automatically.
 */
export async function casesOf(
  implementation: Implementation,
  backends: BackendPool,
  { operations: chosen, size: { followUpsOf }, flow: text, width }: Selection,
): Promise<Case[]> {
  const traces: Case[] = [];
  const requested = chosen.flatMap(({ kinds, ensures }) => kinds.map((kind) => ({ kind, ensures })));
  for (const { kind, ensures } of requested.filter((one) => isKindOf(implementation, one.kind))) {
    const isSelected = (flow: Flow) =>
      (flow.ensures ?? false) === ensures &&
      flow.name.includes(text) &&
      followUpsOf({ kind, flow, at: 0, nth: 0 }).length > 0;
    const selected = flows.filter((flow) => isSelected(flow) && isFor(flow, kind) && isPossible(implementation, flow));
    if (selected.length === 0) continue;
    const base = { implementation, kind, ...(await changeOf({ implementation, kind }, backends)) };
    traces.push(...selected.map((flow) => traceOf(base, flow)));
  }
  const steps = await traceAll(traces, backends, width);
  return traces.flatMap((one, index) => casesOfFlow(one, steps[index] ?? [], followUpsOf));
}

/** Whether an implementation has a kind of mutation. */
function isKindOf({ adopts, changesTags }: Implementation, kind: MutationKind): boolean {
  if (kind === 'adopt') return adopts;
  return kind === 'tag' || kind === 'untag' ? changesTags : true;
}

function isPossible(implementation: Implementation, flow: Flow): boolean {
  return (
    (flow.by !== 'reconciler' || implementation.hasReconciler) &&
    (flow.secondClockMs === undefined || implementation.hasReconciler) &&
    (flow.by !== 'scanner' || implementation.observed !== null) &&
    (!flow.held || implementation.approvals !== null) &&
    (!flow.expiry || implementation.hasExpiries) &&
    ((!flow.erased && flow.by !== 'eraser') || implementation.erasures !== null) &&
    (!flow.locked || implementation.lock !== null) &&
    (!flow.ensures || implementation.hasDesiredStates) &&
    (!flow.adopts || implementation.adopts)
  );
}

/** An adoption is recorded at once: no earlier request can have left one open. */
function isFor({ kinds, earlier }: Flow, kind: MutationKind): boolean {
  return kinds?.includes(kind) ?? (kind !== 'adopt' || !earlier);
}

type CaseBase = Pick<Case, 'implementation' | 'kind' | 'changeStep'>;

/** Finds the change request to EKS within the first flow; the request that records an adoption. */
async function changeOf(base: Pick<CaseBase, 'implementation' | 'kind'>, backends: BackendPool) {
  const unknown = { changeStep: { operation: '', events: [], kind: 'eks-change' } } as const;
  const [steps = []] = await traceAll([traceOf({ ...base, ...unknown }, firstFlow)], backends, 1);
  const changeStep = steps.find(
    ({ kind, events }) => kind === 'eks-change' || (base.kind === 'adopt' && events.length > 0),
  );
  if (!changeStep) throw new Error(`${base.implementation.name} sends no ${base.kind} to EKS.`);
  return { changeStep };
}

/** The case that records the requests of a flow. */
function traceOf(base: CaseBase, flow: Flow): Case {
  return { ...base, flow, injection: null, followUp: 'nothing' };
}

/** The requests of each flow. On a busy machine it may take another way: then it is recorded again. Rejects if it can't be. */
async function traceAll(traces: readonly Case[], backends: BackendPool, width: number): Promise<(readonly Step[])[]> {
  const results: (readonly Step[])[] = [];
  await runAll<Case, CaseResult>(traces, {
    ...{ width, run: (one) => runCase(one, backends), isConclusive: ({ isStarved }) => !isStarved },
    failed: (one, cause) => {
      throw new Error(`Could not record the requests of ${caseName({ case: one })}`, { cause });
    },
    finish: (index, { steps }) => (results[index] = steps),
  });
  return results;
}

function casesOfFlow(base: Case, steps: readonly Step[], followUpsOf: Size['followUpsOf']): Case[] {
  const { kind, flow } = base;
  return steps.flatMap((step, at) =>
    (isParallelRead(steps, at) ? [] : faultsAt(step)).flatMap((fault, nth) =>
      followUpsOf({ kind, flow, at, nth }).map((followUp) => ({
        ...base,
        injection: { after: sameBefore(steps.slice(0, at), step), step, fault },
        followUp,
      })),
    ),
  );
}

/** How many requests that come before one have its name. */
function sameBefore(before: readonly Step[], step: Step): number {
  return before.filter((one) => stepName(one) === stepName(step)).length;
}

/** Whether a request is a repeated parallel read, such as a query per index shard. The first of them stands for all. */
function isParallelRead(steps: readonly Step[], at: number): boolean {
  const before = steps[at - 1];
  return before?.kind === 'ledger-read' && before.operation === steps[at]?.operation;
}
