import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const main = join(import.meta.dirname, '..', '..', 'src', 'local', 'start.ts');

export type ServerProcess = Awaited<ReturnType<typeof startServerProcess>>;

/** `npm start` in a process of its own, on free ports. Resolves once it listens. */
export async function startServerProcess(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, PORT: '0', EKS_SIMULATOR_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const printed: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    printed.push(line);
    if (line.startsWith('A request:')) break;
  }
  const addressOf = (label: string) => {
    const url = printed.find((line) => line.startsWith(label))?.match(/http:\S+/)?.[0];
    if (!url) throw new Error(`The server did not start: ${printed.join('\n')}${errors}`);
    return url;
  };
  return {
    url: addressOf('GraphQL'),
    eksUrl: addressOf('EKS'),
    signal: (name: NodeJS.Signals) => child.kill(name),
    /** Ends it, and tells with which code and by which signal. */
    stop: async (name: NodeJS.Signals = 'SIGTERM') => {
      child.kill(name);
      return (await exited) as [number | null, NodeJS.Signals | null];
    },
  };
}
