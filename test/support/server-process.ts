import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { closeAtEnd } from './left-open.ts';
import { compileCache } from './compile-cache.ts';

const root = join(import.meta.dirname, '..', '..');
const main = join(root, 'packages/local-gateway/src/start.ts');
const shortLeaseMain = join(root, 'test', 'support', 'short-lease-server.ts');

export type ServerProcess = Awaited<ReturnType<typeof startServerProcess>>;

/**
 * `npm start` in a child process, on free ports. Resolves once it listens. A `LEASE_MS` in `env` may be shorter than a
 * request, which `npm start` itself refuses.
 */
export async function startServerProcess(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['LEASE_MS' in env ? shortLeaseMain : main], {
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
