/** Where progress is shown: standard error. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How often the line is written anew at most, in milliseconds. */
const intervalMs = 200;

/** Deletes the rest of a terminal's line. */
const clearRest = '\u001b[K';

/**
 * A line that tells how far an export has come; none where nobody looks.
 *
 * @param clock milliseconds, of a clock that never goes back
 */
export function createProgress(screen: Screen, clock: () => number) {
  const startedAt = clock();
  let shownAt = -Infinity;
  let line = '';
  const show = () => {
    shownAt = clock();
    screen.write(`\r${line}${clearRest}`);
  };
  return {
    /** @param reached RFC 3339: the instant of the oldest entry so far */
    report(count: number, reached: string): void {
      const seconds = Math.max((clock() - startedAt) / 1_000, 0.001);
      line = `${grouped(count)} entries, ${grouped(Math.round(count / seconds))}/s, back to ${reached}`;
      if (screen.isTTY === true && clock() - shownAt >= intervalMs) show();
    },
    /** Shows the last line, and leaves it. */
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
