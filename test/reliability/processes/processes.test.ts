import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLarge } from '../../support/sizes.ts';
import { inconclusiveCode } from './options.ts';

const main = join(import.meta.dirname, 'main.ts');
const kills = isLarge ? 20 : 6;

let group: number | undefined;

afterEach(() => {
  if (group !== undefined && isRunning(group)) process.kill(-group, 'SIGKILL');
});

/** Whether any process of a group still runs. */
function isRunning(processGroup: number): boolean {
  try {
    process.kill(-processGroup, 0);
    return true;
  } catch {
    return false;
  }
}

/** Runs the command as the leader of a new process group, which includes every process that it starts. */
async function runMain(args: readonly string[], temporary: string) {
  const env = { PATH: process.env.PATH, TMPDIR: temporary };
  const child = spawn(process.execPath, [main, ...args], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  group = child.pid;
  let printed = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (printed += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, printed };
}

/** Runs the command up to twice, until it is not inconclusive. */
async function runConclusively(args: readonly string[], temporary: string) {
  const first = await runMain(args, temporary);
  if (first.code !== inconclusiveCode) return first;
  for (const name of readdirSync(temporary)) rmSync(join(temporary, name), { recursive: true });
  return runMain(args, temporary);
}

test(`two gateways keep every guarantee through ${kills} kills under load, and leave no processes or files`, async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'processes-'));
  const { code, printed } = await runConclusively(['--kills', String(kills)], temporary);
  // After a violation the folder stays, and the output names its content.
  if (code !== 0) throw new Error(printed);
  expect(printed).toContain('Every guarantee was kept.');
  expect(group && isRunning(group)).toBe(false);
  expect(readdirSync(temporary)).toEqual([]);
  rmSync(temporary, { recursive: true });
}, 900_000);

test('an interrupted run leaves no processes or files', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'processes-'));
  const run = runMain(['--kills', '1000'], temporary);
  for (let tries = 1; tries < 1_200 && startedIn(temporary) < 2; tries += 1) await sleep(100);
  expect(startedIn(temporary)).toBe(2);
  process.kill(group ?? 0, 'SIGTERM');
  expect((await run).code).toBe(130);
  for (let tries = 1; tries < 600 && isRunning(group ?? 0); tries += 1) await sleep(100);
  expect(isRunning(group ?? 0)).toBe(false);
  expect(readdirSync(temporary)).toEqual([]);
  rmSync(temporary, { recursive: true });
}, 300_000);

/** Number of gateways that a run has started, by their log files. */
function startedIn(temporary: string): number {
  const [folder] = readdirSync(temporary);
  return folder === undefined
    ? 0
    : readdirSync(join(temporary, folder)).filter((name) => /^(one|other)\.log$/.test(name)).length;
}

test('prints its help, and rejects an invalid option', async () => {
  expect(await runMain(['--help'], tmpdir())).toMatchObject({
    code: 0,
    printed: expect.stringContaining('--seed N') as string,
  });
  expect(await runMain(['--kills', 'many'], tmpdir())).toEqual({
    code: 2,
    printed: '--kills takes a whole number, not "many".\n',
  });
});
