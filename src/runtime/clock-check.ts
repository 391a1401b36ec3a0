import type { DeserializeMiddleware, Pluggable } from '@smithy/types';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** Whether the clock of this process is right, as far as is known by the answers of AWS. */
export interface ClockCheck {
  /** Whether the last judgement was that it is wrong by more than the clock error. */
  isWrong(): boolean;
  /**
   * Notes that a call is sent. The result judges the clock by the `Date` of the answer, if it has
   * one.
   */
  sent(): (date: string | undefined) => void;
}

/** What a clock is judged by. */
export interface ClockCheckSettings {
  /** The clock. Milliseconds since the epoch. */
  readonly clock: Clock;
  /** How far it may be wrong, in milliseconds. */
  readonly clockErrorMs: number;
  readonly log: Log;
}

/** The header has whole seconds, cut off. */
const resolutionMs = 1_000;

/** The least time between two lines about a clock that stays wrong. Milliseconds. */
const ringMs = 60_000;

/**
 * Judges a clock by answers: their `Date` must be between when the call was sent and when its
 * answer was received, both by this clock, give or take its error. Both ends are needed: a process
 * that Lambda stopped in between reads an old answer. While the clock is wrong, a line is logged
 * once a minute. Only a call that was sent afterwards shows that it is right again.
 */
export function makeClockCheck({ clock, clockErrorMs, log }: ClockCheckSettings): ClockCheck {
  let calls = 0;
  /** How many calls had been sent when it was found wrong last; null while it is right. */
  let wrongAfter: number | null = null;
  let rungAt = -Infinity;
  return {
    isWrong: () => wrongAfter !== null,
    sent: () => {
      calls += 1;
      const call = calls;
      const sentAt = clock();
      return (header) => {
        const date = Date.parse(header ?? '');
        if (Number.isNaN(date)) return;
        const receivedAt = clock();
        const behindMs = date - receivedAt;
        const aheadMs = sentAt - resolutionMs - date;
        if (Math.max(behindMs, aheadMs) <= clockErrorMs) {
          if (wrongAfter === null || call <= wrongAfter) return;
          wrongAfter = null;
          rungAt = -Infinity;
          log('info', 'The clock is right again.', {});
          return;
        }
        wrongAfter = calls;
        if (Math.abs(receivedAt - rungAt) < ringMs) return;
        rungAt = receivedAt;
        const clockOffsetMs = behindMs > aheadMs ? -behindMs : aheadMs;
        log('error', 'The clock is wrong: nothing is written.', { clockOffsetMs, wrongClocks: 1 });
      };
    },
  };
}

/**
 * A plugin for the `middlewareStack` of an SDK client: each answer judges the clock, also that of a
 * failed attempt.
 */
export function clockCheckPlugin<Input extends object, Output extends object>(
  check: ClockCheck,
): Pluggable<Input, Output> {
  const judge: DeserializeMiddleware<Input, Output> = (next) => async (args) => {
    const judgeBy = check.sent();
    const result = await next(args);
    judgeBy((result.response as { readonly headers?: Record<string, string> }).headers?.date);
    return result;
  };
  return {
    // Innermost, so that it sees the response of each attempt as it came.
    applyToStack: (stack) =>
      stack.add(judge, { step: 'deserialize', priority: 'low', name: 'clockCheck', override: true }),
  };
}
