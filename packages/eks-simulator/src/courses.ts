import type { FaultKind } from './faults.ts';
import type { Refusal, Reply } from './reply.ts';

/** The steps out of which a request's course is made. Each is noted in the request log. */
export interface Steps {
  /** Checks every rule and, if all hold, has the effect. */
  readonly effect: (lagMs?: number) => Reply;
  /** Notes that the fault kept the operation from being done. */
  readonly notDone: () => void;
  readonly answer: (reply: Reply) => void;
  readonly cut: () => void;
  /** Waits the fault's `delayMs`. */
  readonly wait: () => Promise<void>;
  readonly delayMs: number;
  /** Ready answers for this request. */
  readonly refusals: Readonly<Record<'serverError' | 'throttled' | 'accessDenied', Refusal>>;
}

type Course = (steps: Steps) => void | Promise<void>;

/** What happens to a request, by the fault that it meets. */
export const courses: Readonly<Record<FaultKind | 'none', Course>> = {
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
