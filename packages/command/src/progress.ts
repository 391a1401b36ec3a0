import type { Host } from './host.ts';

/** Shortest time between two updates of the line, in milliseconds. */
const intervalMs = 200;

/** Control sequence that clears the rest of a terminal's line. */
const clearRest = '\u001b[K';

/** A line on standard error that shows how far a command is. */
export interface Progress {
  /** Shows a line in place of the last one, unless that is too recent. */
  readonly show: (line: string) => void;
  /** Writes a line for good, above the one that shows the progress. */
  readonly say: (line: string) => void;
  /** Removes the line. */
  readonly end: () => void;
}

/**
 * Makes the line that shows progress, which there is on a terminal only: elsewhere, `show` does
 * nothing.
 *
 * @param clock milliseconds of a monotonic clock
 */
export function makeProgress(
  { writeError, isErrorTerminal = false }: Pick<Host, 'writeError' | 'isErrorTerminal'>,
  clock: () => number = () => performance.now(),
): Progress {
  let [shownAt, isShown] = [-Infinity, false];
  const end = () => {
    if (isShown) writeError(`\r${clearRest}`);
    isShown = false;
  };
  return {
    show: (line) => {
      if (!isErrorTerminal || clock() - shownAt < intervalMs) return;
      shownAt = clock();
      isShown = true;
      writeError(`\r${line}${clearRest}`);
    },
    say: (line) => {
      end();
      writeError(`${line}\n`);
    },
    end,
  };
}

/** A number as people read it: 10,000. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
