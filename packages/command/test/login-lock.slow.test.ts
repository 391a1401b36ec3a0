// No quick test: it starts processes that hold locks.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { lock } from '../src/login/lock.ts';
import { thisProcess } from '../src/login/process-identity.ts';
import { shellQuoted } from '../src/login/shell.ts';
import { changeLogin } from '../src/login/store.ts';
import type { Login } from '../src/login/store.ts';

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
/** Makes the lock look as if it had been made seconds ago. */
const age = (seconds: number) => utimesSync(file, Date.now() / 1_000 - seconds, Date.now() / 1_000 - seconds);
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
  ['ran on another host', () => ({ pid: gonePid(), host: 'other', machine: 'other' })],
  ['ran on another host of the same name', () => ({ pid: gonePid(), machine: 'other' })],
  ['ran on a clone of this host, which shares its files, a moment ago', () => ({ pid: gonePid(), boot: 'other' })],
  ['is of a system that tells no boot', () => ({ pid: gonePid(), boot: null })],
])('the lock of a process that %s is not taken over', async (_name, change) => {
  left(change());
  const before = readFileSync(file, 'utf8');
  await expect(lock(file, soon)).rejects.toMatchObject({ message: refused });
  expect(readFileSync(file, 'utf8')).toBe(before);
});

linux.each<readonly [string, object]>([
  ['was made before the last boot', { boot: 'other' }],
  ['was made before the last boot, under another name of the host', { boot: 'other', host: 'other' }],
])('a lock that %s is taken over at once when it is older than any change', async (_name, change) => {
  left(change);
  age(61);
  (await lock(file, { waitMs: 0 }))();
  expect(readdirSync(folder)).toEqual([]);
});

linux('a lock from before the last boot is taken over by who waits for it', async () => {
  left({ boot: 'other' });
  age(59.7);
  await expect(lock(file, { waitMs: 0 })).rejects.toMatchObject({ message: refused });
  (await lock(file, { waitMs: 5_000 }))();
});

linux('a clock that was set back keeps no lock from before the last boot', async () => {
  left({ boot: 'other' });
  age(-3_600);
  (await lock(file, { waitMs: 0 }))();
});

test.each([{ boot: null }, { boot: 'other', machine: 'other' }, {}])(
  'an old lock with %j is not taken over: nothing proves that its process is gone',
  async (change) => {
    left(change);
    age(3_600);
    await expect(lock(file, soon)).rejects.toMatchObject({ message: refused });
  },
);

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

test('a command whose lock was taken over stores nothing over the logins of the other one', async () => {
  const logins = join(folder, 'logins.json');
  const texts = { issuer: 'https://login.example', clientId: 'x', accessToken: 'x', expiresAt: '2026-01-01T00:00:00Z' };
  const login: Login = { ...texts, scope: null, audience: null, resource: null, refreshToken: null };
  chmodSync(folder, 0o700);
  const late = changeLogin(logins, 'https://late.example', async () => {
    rmSync(file);
    await changeLogin(logins, 'https://other.example', () => login);
    return login;
  });
  await expect(late).rejects.toThrow("The login can't be kept");
  expect(JSON.parse(readFileSync(logins, 'utf8'))).toEqual({ logins: { 'https://other.example': login } });
  expect(readdirSync(folder)).toEqual(['logins.json']);
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
