import { constants } from 'node:os';

const signals = ['SIGTERM', 'SIGINT'] as const;

/** What the first signal does; null: signals are not handled yet. */
let stop: ((signal: (typeof signals)[number]) => void) | null = null;

/**
 * Ends the process at SIGTERM and SIGINT, with the exit code of shells, until {@link stopWith}.
 * Called before anything is loaded: the first process of a container ignores signals that it does
 * not handle.
 */
export function handleSignals(): void {
  stopWith((signal) => process.exit(128 + constants.signals[signal]));
}

/** Handles SIGTERM and SIGINT in this way from now on, once. */
export function stopWith(action: NonNullable<typeof stop>): void {
  if (stop === null) for (const signal of signals) process.once(signal, () => stop?.(signal));
  stop = action;
}
