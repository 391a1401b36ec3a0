import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEksSimulator } from '../src/simulator.ts';
import { lockStateFile } from '../src/state-lock.ts';
import { clientOf, simulate } from './simulation.ts';

let folder: string;
let stateFile: string;
let lockFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eks-simulator-'));
  stateFile = join(folder, 'eks.json');
  lockFile = `${stateFile}.lock`;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const onLinux = process.platform === 'linux' ? test : test.skip;

test('a second simulator on the same state file is rejected and names the process that holds it', async () => {
  const first = await simulate({ stateFile });
  await expect(startEksSimulator({ stateFile })).rejects.toMatchObject({
    ...{ name: 'StartError', option: 'stateFile', inUse: true },
    message:
      `The state file ${stateFile} is in use by process ${process.pid} (this one), see ${lockFile}. ` +
      'Stop that simulator, or choose another state file',
  });
  await clientOf(first).create();
  expect(readdirSync(folder).sort()).toEqual(['eks.json', 'eks.json.lock']);
});

test('close releases the lock', async () => {
  const first = await startEksSimulator({ stateFile });
  await clientOf(first).create();
  await first.close();
  expect(readdirSync(folder)).toEqual(['eks.json']);
  expect((await simulate({ stateFile })).control.associations()).toHaveLength(1);
});

test('a start that fails releases the lock', async () => {
  const port = Number(new URL((await simulate()).url).port);
  await expect(startEksSimulator({ stateFile, port })).rejects.toThrow('already in use');
  writeFileSync(stateFile, '{');
  await expect(startEksSimulator({ stateFile })).rejects.toThrow('is not JSON');
  expect(readdirSync(folder)).toEqual(['eks.json']);
});

test('the lock of a process that has ended is taken over', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(lockFile, JSON.stringify({ pid, started: null }));
  await simulate({ stateFile });
  expect(JSON.parse(readFileSync(lockFile, 'utf8'))).toMatchObject({ pid: process.pid });
  expect(readdirSync(folder)).toEqual(['eks.json.lock']);
});

onLinux('the lock of an ended process is taken over when a later process has its pid', async () => {
  writeFileSync(lockFile, JSON.stringify({ pid: process.pid, started: '1' }));
  await simulate({ stateFile });
  expect(readFileSync(lockFile, 'utf8')).not.toContain('"started":"1"');
});

test('a lock of a running process holds where the start time of processes is unknown', () => {
  writeFileSync(lockFile, JSON.stringify({ pid: process.ppid, started: null }));
  expect(() => lockStateFile(stateFile)).toThrow(`is in use by process ${process.ppid}, see ${lockFile}`);
});

test.each(['', '{"pid":"one"}'])('a lock file that holds %j is an error that says what to do', (content) => {
  writeFileSync(lockFile, content);
  const words = `The lock file ${lockFile} does not say who holds it. Delete it if no simulator uses the state file`;
  expect(() => lockStateFile(stateFile)).toThrow(words);
});

test('release leaves the lock of another process alone', () => {
  const release = lockStateFile(stateFile);
  writeFileSync(lockFile, JSON.stringify({ pid: process.ppid, started: null }));
  release();
  expect(existsSync(lockFile)).toBe(true);
});
