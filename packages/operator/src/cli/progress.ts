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
 * A line with the progress of a command; nothing where standard error is not a terminal.
 *
 * @param clock milliseconds of a monotonic clock
 */
export function makeProgress(screen: Screen, clock: () => number = () => performance.now()) {
  const startedAt = clock();
  let [shownAt, line, isShown] = [-Infinity, '', false];
  const write = (text: string) => {
    if (screen.isTTY === true) screen.write(text);
  };
  const draw = () => {
    [shownAt, isShown] = [clock(), true];
    write(`\r${line}${clearRest}`);
  };
  const show = (text: string) => {
    line = text;
    if (clock() - shownAt >= intervalMs) draw();
  };
  return {
    /** Shows a line in place of the last one, unless that is too recent. */
    show,
    /** Shows how many of something are read, and how many a second. */
    report(count: number, what: string, reached?: string): void {
      const seconds = Math.max((clock() - startedAt) / 1_000, 0.001);
      const rate = `${grouped(count)} ${what}, ${grouped(Math.round(count / seconds))}/s`;
      show(reached === undefined ? rate : `${rate}, ${reached}`);
    },
    /** Removes the line, before other output and at the end. */
    clear(): void {
      if (isShown) write(`\r${clearRest}`);
      isShown = false;
    },
    /** Shows the last line, and leaves it. */
    end(): void {
      if (line === '') return;
      draw();
      write('\n');
    },
  };
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
