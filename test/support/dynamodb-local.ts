import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

/**
 * The npm package that contains DynamoDB Local of AWS (`DynamoDBLocal.jar`). Its licence differs from this project's, so it
 * is downloaded into an ignored folder and never committed.
 */
const npmPackage = {
  name: 'amplify-dynamodb-simulator',
  version: '2.9.30',
  sha512: 'xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==',
};

/** Time limit for the start, in milliseconds. It takes about a second, and much longer on a busy machine. */
const startTimeoutMs = 180_000;

/** A running DynamoDB Local. */
export interface DynamoDbLocal {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * Starts DynamoDB Local in memory on a free local port, and waits until it responds. The first start downloads it (56 MB).
 * Requires `java` 17 or later. Throws an Error with the reason if it does not start.
 *
 * @param cache folder for the download
 */
export async function startDynamoDbLocal(cache: string): Promise<DynamoDbLocal> {
  const folder = await ensureDownloaded(cache);
  const port = await freePort();
  const java = spawn('java', [...javaFlags, '-port', `${port}`], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  // Also stops it when the tests end without a teardown.
  const kill = () => java.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.removeListener('exit', kill);
    if (java.pid === undefined || java.exitCode !== null || java.signalCode !== null) return;
    kill();
    await once(java, 'exit');
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await waitUntilResponding(endpoint, exitReasonOf(java));
    return { endpoint, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const javaFlags = [
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-Xmx128m',
  '-Djava.library.path=./DynamoDBLocal_lib',
  ...['-jar', 'DynamoDBLocal.jar', '-inMemory', '-disableTelemetry'],
];

/** The folder of the jar. Downloads it if it is missing. */
async function ensureDownloaded(cache: string): Promise<string> {
  const home = join(cache, `dynamodb-local-${npmPackage.version}`);
  const folder = join(home, 'package', 'emulator');
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  // Downloaded into a temporary folder and then renamed, because other test runs may download it at the same time.
  const temporary = await mkdtemp(join(cache, 'download-'));
  try {
    const { name, version } = npmPackage;
    await run('npm', ['pack', `${name}@${version}`, '--pack-destination', temporary, '--silent'], { cwd: temporary });
    const archive = join(temporary, `${name}-${version}.tgz`);
    const sha512 = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (sha512 !== npmPackage.sha512)
      throw new Error(`${archive} has the checksum sha512-${sha512}, expected sha512-${npmPackage.sha512}`);
    await run('tar', ['-xzf', archive, '-C', temporary]);
    await rm(archive);
    await rename(temporary, home).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function waitUntilResponding(endpoint: string, exitReason: () => string | null): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (!(await isResponding(endpoint))) {
    const reason = exitReason();
    if (reason !== null) throw new Error(reason);
    if (Date.now() > deadline) throw new Error(`DynamoDB Local did not respond within ${startTimeoutMs} ms`);
    await sleep(25);
  }
}

/** Whether the endpoint responds, even with an error. */
function isResponding(endpoint: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request(endpoint, { timeout: 1_000 }, (response) => {
      response.resume();
      resolve(true);
    });
    probe.on('timeout', () => probe.destroy(new Error('no response')));
    probe.on('error', () => resolve(false));
    probe.end();
  });
}

/** Why the process exited; null while it runs. */
function exitReasonOf(java: ChildProcess): () => string | null {
  let reason: string | null = null;
  let errors = '';
  java.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  java.once('error', ({ message }) => (reason = message));
  java.once('close', () => (reason ??= `java exited with: ${errors.split('\n')[0]}`));
  return () => reason;
}
