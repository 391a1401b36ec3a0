import type { Log } from '../../../src/runtime/log.ts';

/**
 * Runs a task at an interval, one run at a time, and in `run()`, after the run in progress. Logs
 * `failure` where one fails.
 */
export function startTimer(failure: string, intervalMs: number, run: (count: number) => Promise<unknown>, log: Log) {
  let count = 0;
  let running: Promise<unknown> = Promise.resolve();
  let isRunning = false;
  const tick = () => {
    if (isRunning) return;
    isRunning = true;
    count += 1;
    running = run(count)
      .catch((error: unknown) => log('error', failure, { error: String(error) }))
      .finally(() => (isRunning = false));
  };
  const timer = setInterval(tick, intervalMs);
  const stop = async () => {
    clearInterval(timer);
    await running;
  };
  const runNow = async () => {
    // Another tick may have begun a run meanwhile.
    while (isRunning) await running;
    tick();
    await running;
  };
  return { stop, run: runNow };
}
