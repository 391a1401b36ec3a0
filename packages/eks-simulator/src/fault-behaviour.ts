import type { FaultKind } from './faults.ts';
import type { Refusal, Reply } from './reply.ts';

/** The steps of serving a request. Each is recorded in the request log. */
export interface Steps {
  /**
   * Runs the operation: checks its rules and applies its effect. `lagMs`: how long reads return the
   * state before it.
   */
  readonly effect: (lagMs?: number) => Reply;
  /** Records that the fault prevented the operation. */
  readonly notDone: () => void;
  readonly answer: (reply: Reply) => void;
  readonly cut: () => void;
  /** Waits for the fault's `delayMs`. */
  readonly wait: () => Promise<void>;
  readonly delayMs: number;
  /** Error answers for this request. */
  readonly refusals: Readonly<Record<'serverError' | 'throttled' | 'accessDenied', Refusal>>;
}

type FaultBehaviour = (steps: Steps) => void | Promise<void>;

/** The order of steps for each kind of fault, and for no fault. */
export const faultBehaviours: Readonly<Record<FaultKind | 'none', FaultBehaviour>> = {
  none: ({ effect, answer }) => answer(effect()),
  lag: ({ effect, answer, delayMs }) => answer(effect(delayMs)),

  'error-before': ({ notDone, answer, refusals }) => {
    notDone();
    answer(refusals.serverError);
  },
  'error-after': ({ effect, answer, refusals }) => {
    effect();
    answer(refusals.serverError);
  },
  throttle: ({ notDone, answer, refusals }) => {
    notDone();
    answer(refusals.throttled);
  },
  'access-denied': ({ notDone, answer, refusals }) => {
    notDone();
    answer(refusals.accessDenied);
  },

  'cut-before': ({ notDone, cut }) => {
    notDone();
    cut();
  },
  'cut-after': ({ effect, cut }) => {
    effect();
    cut();
  },
  'late-effect': async ({ effect, cut, wait }) => {
    cut();
    await wait();
    effect();
  },

  delay: async ({ effect, answer, wait }) => {
    const reply = effect();
    await wait();
    answer(reply);
  },
  'delay-before': async ({ effect, answer, wait }) => {
    await wait();
    answer(effect());
  },
  hang: ({ notDone }) => notDone(),
  'hang-after': ({ effect }) => {
    effect();
  },
};
