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
 * A line with the progress through the trail; nothing where standard error is not a terminal.
 *
 * @param clock milliseconds of a monotonic clock
 * @param toward whether the newest entries are read first
 */
export function makeProgress(screen: Screen, clock: () => number, toward: 'back to' | 'up to' = 'back to') {
  const startedAt = clock();
  let shownAt = -Infinity;
  let line = '';
  const show = () => {
    shownAt = clock();
    screen.write(`\r${line}${clearRest}`);
  };
  return {
    /** @param reached RFC 3339: the time reached */
    report(count: number, reached: string): void {
      const seconds = Math.max((clock() - startedAt) / 1_000, 0.001);
      line = `${grouped(count)} entries, ${grouped(Math.round(count / seconds))}/s, ${toward} ${reached}`;
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
