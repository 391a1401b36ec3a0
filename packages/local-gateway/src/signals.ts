import { constants } from 'node:os';

const signals = ['SIGTERM', 'SIGINT'] as const;

/** What a signal does; null: the process ends at once. */
let stop: (() => void) | null = null;

/**
 * Ends the process at SIGTERM and SIGINT, with the exit code of shells, until {@link stopWith}. Called before anything is loaded: the first
 * process of a container ignores signals that it does not handle.
 */
export function handleSignals(): void {
  for (const signal of signals) {
    process.once(signal, () => (stop === null ? process.exit(128 + constants.signals[signal]) : stop()));
  }
}

/** Does something else at the first SIGTERM or SIGINT. */
export function stopWith(action: () => void): void {
  stop = action;
}
