import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running Node.js program. */
export interface NodeProcess {
  /** The output line that reports readiness. */
  readonly readyLine: string;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Resolves with the exit code or the signal, e.g. `code 0`. */
  readonly ended: Promise<string>;
}

/** A Node.js program to start. */
export interface Program {
  readonly script: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Prefix of the output line that reports readiness. */
  readonly readyPrefix: string;
  /** Receives each line of its standard output. */
  readonly onLine?: (line: string) => void;
  /** File that its standard error is appended to. */
  readonly logFile: string;
}

/** Start timeout on a busy machine, in milliseconds. */
const startMs = 90_000;

const running = new Set<(name: NodeJS.Signals) => void>();
process.on('exit', () => {
  // SIGKILL also ends a stopped process; SIGTERM would not.
  for (const signal of running) signal('SIGKILL');
});

/**
 * Starts a program and resolves once it is ready. It ends with this process, unless this process itself gets SIGKILL.
 * Throws with the end of its log if it does not get ready.
 */
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
  const waiting = new AbortController();
  const timeout = sleep(startMs, undefined, { signal: waiting.signal }).then(
    () => null,
    () => null,
  );
  const readyLine = await Promise.race([ready, ended.then(() => null), timeout]);
  waiting.abort();
  if (readyLine !== null) return { readyLine, signal, ended };
  signal('SIGKILL');
  throw new Error(`${script} did not start: ${readFileSync(logFile, 'utf8').slice(-2_000)}`);
}

/** The first line with this prefix. `onLine` receives every line, also later ones. */
function lineOf(output: Readable | null, prefix: string, onLine: (line: string) => void): Promise<string> {
  if (!output) throw new Error('A process has no standard output.');
  return new Promise((resolve) => {
    createInterface({ input: output }).on('line', (line) => {
      onLine(line);
      if (line.startsWith(prefix)) resolve(line);
    });
  });
}
