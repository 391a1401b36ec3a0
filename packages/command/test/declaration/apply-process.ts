import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeAtEnd } from '../../../../test/support/left-open.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

const executable = join(import.meta.dirname, '../../src/main.ts');

/** What a process wrote, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Applies a plan as alice in a process of its own. */
export async function startApply({ gateway }: ScannedGateway, plan: string) {
  const env = {
    ...process.env,
    POD_IDENTITY_ENDPOINT_URL: gateway.url,
    POD_IDENTITY_TOKEN: await gateway.tokenOf('alice'),
  };
  const child = spawn(process.execPath, ['--no-warnings', executable, 'apply', plan], { env, stdio: 'pipe' });
  const stop = closeAtEnd(async () => child.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const ended = once(child, 'close').then(async (closed): Promise<Ended> => {
    await stop();
    const [code, signal] = closed as [number | null, string | null];
    return { code, signal, stdout, stderr };
  });
  const closeStderr = () => child.stderr.destroy();
  return { ended, closeStderr, kill: (signal: 'SIGINT' | 'SIGKILL') => child.kill(signal), stderr: () => stderr };
}

/** Waits until a condition holds, which is asked every few milliseconds. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5);
}
