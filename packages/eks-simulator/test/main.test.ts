import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientOf, simulate, some } from './simulation.ts';

const main = join(import.meta.dirname, '../src/main.ts');
let running: ChildProcess | undefined;
afterEach(() => running?.kill('SIGKILL'));

/** Starts the command and gives what it has said by the first full line, or by its end. */
async function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, [main], { env: { PATH: process.env.PATH, ...environment } });
  running = child;
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  return { child, said: () => said };
}

test.each(['SIGTERM', 'SIGINT'] as const)('listens, says where, keeps its state, and stops by %s', async (signal) => {
  const folder = mkdtempSync(join(tmpdir(), 'eks-simulator-'));
  const stateFile = join(folder, 'eks.json');
  const { child, said } = await start({ EKS_SIMULATOR_PORT: '0', EKS_SIMULATOR_STATE: stateFile });
  const url = some(/http:\/\/127\.0\.0\.1:\d+/.exec(said()))[0];
  expect(said()).toContain(`associations are kept in ${stateFile}`);
  await clientOf({ ...(await simulate()), url }).create();

  child.kill(signal);
  expect(await once(child, 'close')).toEqual([0, null]);
  expect((await simulate({ stateFile })).control.associations()).toHaveLength(1);
  rmSync(folder, { recursive: true });
});

test.each([
  ['EKS_SIMULATOR_PORT', 'http', "EKS_SIMULATOR_PORT must be a whole number from 0 to 65535, but is 'http'"],
  ['EKS_SIMULATOR_PORT', '65536', 'EKS_SIMULATOR_PORT must be a whole number from 0 to 65535'],
  ['EKS_SIMULATOR_SIGNATURE_WINDOW_MS', '5m', 'EKS_SIMULATOR_SIGNATURE_WINDOW_MS must be a whole number'],
  ['EKS_SIMULATOR_WORLD', '/nowhere/world.json', "The world file /nowhere/world.json can't be read"],
])('does not start with %s=%s, and says why', async (name, value, words) => {
  const { child, said } = await start({ [name]: value });
  if (child.exitCode === null) await once(child, 'close');
  expect(child.exitCode).toBe(1);
  expect(said()).toContain(words);
});

test('does not start on a port that is taken, and says so', async () => {
  const { port } = new URL((await simulate()).url);
  const { child, said } = await start({ EKS_SIMULATOR_PORT: port });
  if (child.exitCode === null) await once(child, 'close');
  expect(child.exitCode).toBe(1);
  expect(said()).toContain(`Port ${port} of 127.0.0.1 can't be had`);
});
