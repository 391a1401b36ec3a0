import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program of Node.js in a process of its own. */
export interface NodeProcess {
  /** The line by which it said that it is ready. */
  readonly readyLine: string;
  readonly signal: (name: NodeJS.Signals) => void;
  /** With which code, or by which signal, it ended. */
  readonly ended: Promise<string>;
}

/** What to start. */
export interface Program {
  readonly script: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What the line on its standard output begins with by which it says that it is ready. */
  readonly readyPrefix: string;
  /** Gets each line of its standard output. */
  readonly onLine?: (line: string) => void;
  /** File to which its standard error is added. */
  readonly logFile: string;
}

/** How long a start may take on a busy machine. */
const startMs = 20_000;

const running = new Set<(name: NodeJS.Signals) => void>();
process.on('exit', () => {
  // A stopped process dies of this as well; of SIGTERM it would not.
  for (const signal of running) signal('SIGKILL');
});

/** Starts a program, and resolves once it is ready. It does not outlive this process, unless that is killed itself. */
export async function startProcess(program: Program): Promise<NodeProcess> {
  const { script, args = [], env, readyPrefix, onLine = () => undefined, logFile } = program;
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  const signal = (name: NodeJS.Signals) => void child.kill(name);
  running.add(signal);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, name) => {
      running.delete(signal);
      resolve(name ?? `code ${code}`);
    });
  });
  const ready = lineOf(child.stdout, readyPrefix, onLine);
  const timeOver = new AbortController();
  const late = sleep(startMs, undefined, { signal: timeOver.signal }).then(
    () => null,
    () => null,
  );
  const readyLine = await Promise.race([ready, ended.then(() => null), late]);
  timeOver.abort();
  if (readyLine !== null) return { readyLine, signal, ended };
  signal('SIGKILL');
  throw new Error(`${script} did not start: ${readFileSync(logFile, 'utf8').slice(-2_000)}`);
}

/** The first line that begins so. `onLine` gets all of them, also those that come later. */
function lineOf(output: Readable | null, prefix: string, onLine: (line: string) => void): Promise<string> {
  if (!output) throw new Error('A process has no standard output.');
  return new Promise((resolve) => {
    createInterface({ input: output }).on('line', (line) => {
      onLine(line);
      if (line.startsWith(prefix)) resolve(line);
    });
  });
}
