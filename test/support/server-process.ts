import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Times } from '../../src/idempotency/times.ts';
import { closeAtEnd } from './left-open.ts';
import { compileCache } from './compile-cache.ts';

const root = join(import.meta.dirname, '..', '..');
const main = join(root, 'packages/local-gateway/src/start.ts');
const timedMain = join(root, 'test', 'support', 'timed-server.ts');

export type ServerProcess = Awaited<ReturnType<typeof startServerProcess>>;

/**
 * `npm start` in a child process, on free ports. Resolves once it listens.
 *
 * @param times in place of those of the protocol, which `npm start` itself does not read
 */
export async function startServerProcess(env: Readonly<Record<string, string>>, times: Partial<Times> | null = null) {
  const program = times === null ? [main] : [timedMain, JSON.stringify(times)];
  const child = spawn(process.execPath, program, {
    env: { PATH: process.env.PATH, PORT: '0', EKS_SIMULATOR_PORT: '0', ...compileCache, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const stop = async (name: NodeJS.Signals = 'SIGTERM') => {
    child.kill(name);
    return (await exited) as [number | null, NodeJS.Signals | null];
  };
  closeAtEnd(() => stop('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const printed: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    printed.push(line);
    if (line.trimStart().startsWith("-H 'content-type")) break;
  }
  const addressOf = (label: string) => {
    const url = printed.find((line) => line.startsWith(label))?.match(/http:\S+/)?.[0];
    if (!url) throw new Error(`The server did not start: ${printed.join('\n')}${errors}`);
    return url;
  };
  return {
    url: addressOf('GraphQL'),
    eksUrl: addressOf('EKS'),
    /** What it printed, line by line. */
    printed,
    signal: (name: NodeJS.Signals) => child.kill(name),
    /** Sends it a signal; resolves with its exit code and the signal that ended it. */
    stop,
  };
}
