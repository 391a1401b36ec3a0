// No quick test: it starts processes that hold locks.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { lock } from '../src/login/lock.ts';
import { thisProcess } from '../src/login/process-identity.ts';
import { shellQuoted } from '../src/login/shell.ts';

const linux = process.platform === 'linux' ? test : test.skip;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "login lock's-"));
  file = join(folder, 'logins.json.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The ID of a process that is gone. */
const gonePid = () => spawnSync('true').pid;
const left = (change: object) =>
  writeFileSync(file, JSON.stringify({ ...thisProcess(), nonce: 'abcdefghijkl', ...change }));
const soon = { waitMs: 100 };
const refused = expect.stringMatching(/did not end in time\. If it is not running any more, run: rm '/);

linux('the lock of a process that is gone is taken over at once', async () => {
  left({ pid: gonePid(), startedAt: '1' });
  const unlock = await lock(file, { waitMs: 0 });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
  unlock();
  expect(readdirSync(folder)).toEqual([]);
});

linux('the lock of another process that had the same ID is taken over', async () => {
  left({ startedAt: '1' });
  (await lock(file, { waitMs: 0 }))();
});

test.each<readonly [string, () => object]>([
  ['is still there', () => ({})],
  ['ran on another host', () => ({ pid: gonePid(), host: 'other' })],
  ['ran on a clone of this host, or before its last boot', () => ({ pid: gonePid(), boot: 'other' })],
  ['is of a system that tells no boot', () => ({ pid: gonePid(), boot: null })],
])('the lock of a process that %s is not taken over', async (_name, change) => {
  left(change());
  const before = readFileSync(file, 'utf8');
  await expect(lock(file, soon)).rejects.toMatchObject({ message: refused });
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test.each(['', '1\n', '{"pid":1}', 'null'])('a lock with the content %j is not taken over', async (content) => {
  writeFileSync(file, content);
  await expect(lock(file, soon)).rejects.toMatchObject({ message: refused });
});

linux('of many that wait for a dead lock, one at a time holds it', async () => {
  left({ pid: gonePid(), startedAt: '1' });
  let holders = 0;
  const hold = async () => {
    const unlock = await lock(file);
    holders += 1;
    expect(holders).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 2));
    holders -= 1;
    unlock();
  };
  await Promise.all(Array.from({ length: 20 }, hold));
  expect(readdirSync(folder)).toEqual([]);
});

linux('a takeover that was killed is taken over too', async () => {
  left({ pid: gonePid(), startedAt: '1' });
  const dead = { ...thisProcess(), pid: gonePid(), startedAt: '1', nonce: 'bbbbbbbbbbbb' };
  writeFileSync(`${file}.abcdefghijkl`, JSON.stringify(dead));
  (await lock(file, { waitMs: 0 }))();
  expect(readdirSync(folder)).toEqual([]);
});

linux('processes that take over the same dead lock never hold it together', async () => {
  left({ pid: gonePid(), startedAt: '1' });
  const script = `
    const { lock } = await import(${JSON.stringify(join(import.meta.dirname, '../src/login/lock.ts'))});
    const { writeFileSync, rmSync } = await import('node:fs');
    for (let i = 0; i < 5; i += 1) {
      const unlock = await lock(${JSON.stringify(file)});
      writeFileSync(${JSON.stringify(join(folder, 'held'))}, '', { flag: 'wx' });
      rmSync(${JSON.stringify(join(folder, 'held'))});
      unlock();
    }`;
  const codes = [1, 2, 3].map(() => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    closeAtEnd(async () => child.kill('SIGKILL'));
    return new Promise((resolve) => child.on('exit', resolve));
  });
  expect(await Promise.all(codes)).toEqual([0, 0, 0]);
  expect(existsSync(file)).toBe(false);
});

test('unlocking removes no lock of another holder', async () => {
  const unlock = await lock(file);
  left({ nonce: 'zzzzzzzzzzzz' });
  unlock();
  expect(existsSync(file)).toBe(true);
});

test('waiting for a lock ends with the signal', async () => {
  left({});
  const controller = new AbortController();
  const waiting = lock(file, { signal: controller.signal });
  controller.abort(new Error('Interrupted.'));
  await expect(waiting).rejects.toThrow('Interrupted.');
});

test.each(['/home/a b/x', "/tmp/it's", '/tmp/$(touch x)', '/tmp/`id`', '-rf', '/tmp/a;b', '/plain/path'])(
  'a shell takes the printed word for %j as that text',
  (text) => {
    const { stdout } = spawnSync('sh', ['-c', `printf %s ${shellQuoted(text)}`], { encoding: 'utf8' });
    expect(stdout).toBe(text);
  },
);
