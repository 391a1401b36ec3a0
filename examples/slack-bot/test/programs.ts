import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { installPackages } from '../../../test/support/installed-package.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';

const example = join(import.meta.dirname, '..');

/** A copy of the example, in which the client is installed from its tarball, as people install it. */
export async function installExample() {
  const consumer = await installPackages(join(example, '../../.cache/slack-bot'), ['pod-identity-client']);
  const folder = join(consumer.folder, 'bot');
  for (const entry of ['src', 'test/local']) cpSync(join(example, entry), join(folder, entry), { recursive: true });
  return { folder, remove: consumer.remove };
}

export type Variables = Readonly<Record<string, string>>;

/** Starts a program of the example, and waits for a line on its standard output. */
export async function run(folder: string, program: readonly string[], env: Variables, ready: RegExp) {
  const child = spawn(process.execPath, ['--no-warnings', ...program], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = closeAtEnd(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const match = ready.exec(line);
    if (match === null) continue;
    child.stdout.resume();
    return { stop, match };
  }
  throw new Error(`${program[0]} did not start.`);
}
