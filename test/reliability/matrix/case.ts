import type { MutationKind, Facts } from '../facts.ts';
import type { Violation } from '../invariants.ts';
import type { Fault } from './faults.ts';
import type { FollowUp, Flow } from './flows.ts';
import type { Implementation } from './implementation.ts';
import type { Step } from './steps.ts';

/** One case of the matrix. */
export interface Case {
  readonly implementation: Implementation;
  readonly kind: MutationKind;
  readonly flow: Flow;
  /** The change request of the first flow, where earlier processes meet their fault. */
  readonly changeStep: Step;
  /** The injected fault; null for a run that only records the requests. */
  readonly injection: Injection | null;
  readonly followUp: FollowUp;
}

/** A fault, and the request of the flow that it is injected at. */
interface Injection {
  /** How many requests of this name the flow sends before it. A position would not do: it sends some in parallel. */
  readonly after: number;
  readonly step: Step;
  readonly fault: Fault;
}

/** The result of a case. */
export interface CaseResult {
  readonly case: Case;
  /** The requests that the flow sent. */
  readonly steps: readonly Step[];
  /** False if a planned fault was not injected, because the flow sent other requests this time. */
  readonly isInjected: boolean;
  /** Whether the machine was too busy, so that a call timed out without a fault: then violations prove nothing. */
  readonly isStarved: boolean;
  readonly facts: Facts;
  readonly violations: readonly Violation[];
}
