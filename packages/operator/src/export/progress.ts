/** Where progress is shown: standard error. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shortest time between two updates of the line, in milliseconds. */
const intervalMs = 200;

/** Control sequence that clears the rest of a terminal's line. */
const clearRest = '\u001b[K';

/**
 * A line with the progress of an export; nothing where standard error is not a terminal.
 *
 * @param clock milliseconds of a monotonic clock
 */
export function makeProgress(screen: Screen, clock: () => number) {
  const startedAt = clock();
  let shownAt = -Infinity;
  let line = '';
  const show = () => {
    shownAt = clock();
    screen.write(`\r${line}${clearRest}`);
  };
  return {
    /** @param reached RFC 3339: time of the oldest entry so far */
    report(count: number, reached: string): void {
      const seconds = Math.max((clock() - startedAt) / 1_000, 0.001);
      line = `${grouped(count)} entries, ${grouped(Math.round(count / seconds))}/s, back to ${reached}`;
      if (screen.isTTY === true && clock() - shownAt >= intervalMs) show();
    },
    /** Shows the last line, and ends it. */
    end(): void {
      if (screen.isTTY !== true || line === '') return;
      show();
      screen.write('\n');
    },
  };
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
