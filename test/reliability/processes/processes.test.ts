import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const main = join(import.meta.dirname, 'main.ts');
const kills = process.env.CI ? 20 : 4;

let group: number | undefined;

afterEach(() => {
  if (group !== undefined && isThere(group)) process.kill(-group, 'SIGKILL');
});

/** Whether any process of a group is still there. */
function isThere(processGroup: number): boolean {
  try {
    process.kill(-processGroup, 0);
    return true;
  } catch {
    return false;
  }
}

/** Runs it as the head of a group of its own, to which all that it starts belongs. */
async function runMain(args: readonly string[], temporary: string) {
  const env = { PATH: process.env.PATH, TMPDIR: temporary };
  const child = spawn(process.execPath, [main, ...args], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  group = child.pid;
  let printed = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (printed += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, printed };
}

test(`gateways that are killed and frozen ${kills} times under load keep every promise, and nothing is left of them`, async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'processes-'));
  const { code, printed } = await runMain(['--kills', String(kills)], temporary);
  // The folder stays where something is broken: the run names what is in it.
  if (code !== 0) throw new Error(printed);
  expect(printed).toContain('Every promise was kept.');
  expect(group && isThere(group)).toBe(false);
  expect(readdirSync(temporary)).toEqual([]);
  rmSync(temporary, { recursive: true });
}, 180_000);

test('interrupted, leaves nothing either', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'processes-'));
  const run = runMain(['--kills', '1000'], temporary);
  for (let tries = 1; tries < 100 && startedIn(temporary) < 2; tries += 1) await sleep(100);
  expect(startedIn(temporary)).toBe(2);
  process.kill(group ?? 0, 'SIGTERM');
  expect((await run).code).toBe(130);
  for (let tries = 1; tries < 50 && isThere(group ?? 0); tries += 1) await sleep(100);
  expect(isThere(group ?? 0)).toBe(false);
  expect(readdirSync(temporary)).toEqual([]);
  rmSync(temporary, { recursive: true });
}, 60_000);

/** How many gateways have been started in a run, as far as their logs tell. */
function startedIn(temporary: string): number {
  const [folder] = readdirSync(temporary);
  return folder === undefined
    ? 0
    : readdirSync(join(temporary, folder)).filter((name) => /^(one|other)\.log$/.test(name)).length;
}

test('says how it is called', async () => {
  expect(await runMain(['--help'], tmpdir())).toMatchObject({
    code: 0,
    printed: expect.stringContaining('--seed N') as string,
  });
  expect(await runMain(['--kills', 'many'], tmpdir())).toEqual({
    code: 2,
    printed: '--kills takes a whole number, not "many".\n',
  });
});
