import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The npm package that carries AWS's DynamoDB Local (`DynamoDBLocal.jar`). It has a licence of its own, so it is fetched
 * into an ignored folder and never committed.
 */
const carrier = {
  name: 'amplify-dynamodb-simulator',
  version: '2.9.30',
  sha512: 'xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==',
};

/** How long a start may take, in milliseconds; it takes about one second. */
const startTimeoutMs = 20_000;

export interface DynamoDbLocal {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * Starts DynamoDB Local in memory on a free port of this machine, and waits until it answers. The first start fetches it
 * (56 MB). Needs `java` 17 or later. Throws what keeps it from running.
 *
 * @param cache folder to keep it in
 */
export async function startDynamoDbLocal(cache: string): Promise<DynamoDbLocal> {
  const folder = await unpacked(cache);
  const port = await freePort();
  const java = spawn('java', [...javaFlags, '-port', `${port}`], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  // Also where the tests end in a way that skips the teardown.
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
    await answering(endpoint, endOf(java));
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

/** The folder of the jar, fetched when it isn't there. */
async function unpacked(cache: string): Promise<string> {
  const home = join(cache, `dynamodb-local-${carrier.version}`);
  const folder = join(home, 'package', 'emulator');
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  // Aside first, then moved: other test runs may fetch it at the same time.
  const aside = await mkdtemp(join(cache, 'fetching-'));
  try {
    const { name, version } = carrier;
    await run('npm', ['pack', `${name}@${version}`, '--pack-destination', aside, '--silent'], { cwd: aside });
    const archive = join(aside, `${name}-${version}.tgz`);
    const sha512 = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (sha512 !== carrier.sha512) throw new Error(`${archive} is not the package that is expected: sha512-${sha512}`);
    await run('tar', ['-xzf', archive, '-C', aside]);
    await rm(archive);
    await rename(aside, home).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No free port was given.');
  server.close();
  await once(server, 'close');
  return address.port;
}

async function answering(endpoint: string, end: () => string | null): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answers(endpoint))) {
    const reason = end();
    if (reason !== null) throw new Error(reason);
    if (Date.now() > deadline) throw new Error(`DynamoDB Local did not answer within ${startTimeoutMs} ms`);
    await sleep(25);
  }
}

/** Whether anything answers, be it with an error. */
function answers(endpoint: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request(endpoint, { timeout: 1_000 }, (response) => {
      response.resume();
      resolve(true);
    });
    probe.on('timeout', () => probe.destroy(new Error('no answer yet')));
    probe.on('error', () => resolve(false));
    probe.end();
  });
}

/** Why the process is not running; null while it is. */
function endOf(java: ChildProcess): () => string | null {
  let reason: string | null = null;
  let errors = '';
  java.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  java.once('error', ({ message }) => (reason = message));
  java.once('close', () => (reason ??= `java ended with: ${errors.split('\n')[0]}`));
  return () => reason;
}
