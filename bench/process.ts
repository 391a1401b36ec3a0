import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/**
 * A command line that runs on one core; unchanged where that is null. Requires taskset
 * (util-linux).
 */
export function onCore(core: number | null, command: readonly [string, ...string[]]): [string, ...string[]] {
  return core === null ? [...command] : ['taskset', '--cpu-list', String(core), ...command];
}

/** What a process did. */
export interface FinishedProcess {
  /** Milliseconds from its start to its end. */
  readonly totalMs: number;
  /** When it was started, on the clock of `harness.cjs`. */
  readonly startedAt: number;
  /** What it wrote to file descriptor 3. */
  readonly report: string;
}

/** Milliseconds of the machine's monotonic clock, which all processes share. */
const preciseNow = () => Number(process.hrtime.bigint()) / 1e6;

/** Runs a process to its end. Throws an Error with what it wrote to standard error if it fails. */
export async function runProcess(
  [program, ...args]: readonly [string, ...string[]],
  env: Record<string, string>,
): Promise<FinishedProcess> {
  const startedAt = preciseNow();
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const [, , stderr, report] = child.stdio;
  const output = stderr === null ? '' : text(stderr);
  const reported = report === null || report === undefined ? '' : text(report as NonNullable<typeof stderr>);
  const [code] = (await once(child, 'exit')) as [number | null];
  const totalMs = preciseNow() - startedAt;
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${await output}`);
  return { totalMs, startedAt, report: await reported };
}
