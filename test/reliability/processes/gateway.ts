import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from './node-process.ts';
import type { NodeProcess } from './node-process.ts';
import type { Random } from './random.ts';
import { intervalMs, times } from './times.ts';

const main = join(import.meta.dirname, '..', '..', 'support', 'timed-server.ts');

/** Paths and addresses of a run. */
export interface RunPaths {
  readonly folder: string;
  readonly ledgerFile: string;
  readonly eksUrl: string;
  /** Folder of the policies. */
  readonly policies: string;
}

/** A gateway at a fixed address, which it keeps after each kill. */
export interface Gateway {
  readonly name: string;
  readonly url: string;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Sends SIGKILL; resolves when the process has ended. */
  readonly kill: () => Promise<void>;
  /** Restarts the gateway after a kill. */
  readonly restart: () => Promise<void>;
  /** Sends SIGTERM and waits until pending requests are answered. Throws if the process does not exit with 0. */
  readonly end: () => Promise<void>;
}

/** Starts a gateway on a free port. */
export async function startGateway(paths: RunPaths, name: string, random: Random): Promise<Gateway> {
  const { port, first } = await startOnFreePort(paths, name, random);
  let child = first;
  const signal = (signalName: NodeJS.Signals) => child.signal(signalName);
  return {
    name,
    url: `http://127.0.0.1:${port}/graphql`,
    signal,
    kill: async () => {
      signal('SIGKILL');
      await child.ended;
    },
    restart: async () => {
      child = await startUnlessLocked(() => start(paths, name, port));
    },
    end: async () => {
      signal('SIGTERM');
      const how = await Promise.race([child.ended, sleep(endMs, 'no exit in time', { ref: false })]);
      if (how !== 'code 0') throw new Error(`After SIGTERM, gateway ${name} ended with ${how}.`);
    },
  };
}

/** A pending request may take as long as its limit. */
const endMs = times.requestMs + 10_000;

/**
 * A process that is stopped within a transaction keeps the ledger locked, and no gateway can start until it continues.
 */
async function startUnlessLocked(startOnce: () => Promise<NodeProcess>): Promise<NodeProcess> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce();
    } catch (error) {
      if (tries === 5 || !String(error).includes('database is locked')) throw error;
    }
  }
}

/** Below the range of ephemeral ports, so that no outgoing connection takes the port of a killed gateway. */
const ports = { least: 18_000, maxTries: 30_000 };

async function startOnFreePort(paths: RunPaths, name: string, random: Random) {
  for (let tries = 1; ; tries += 1) {
    const port = random.between(ports.least, ports.maxTries);
    try {
      return { port, first: await start(paths, name, port) };
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

async function start(
  { folder, ledgerFile, eksUrl, policies }: RunPaths,
  name: string,
  port: number,
): Promise<NodeProcess> {
  const settings = {
    PORT: String(port),
    LOCAL_FOLDER: folder,
    LEDGER_FILE: ledgerFile,
    AWS_ENDPOINT_URL_EKS: eksUrl,
    // Speeds up each start two to three times.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
    // The workers are few principals, and the simulated EKS has no quota of reads.
    PRINCIPAL_REQUESTS_PER_SECOND: '0',
    DESCRIBES_PER_SECOND: '1000',
    POLICIES_DIRECTORY: policies,
    // Many associations end at about the same time, in one cluster.
    EXPIRE_BURST_ABOVE: '1000',
    EXPIRE_MAX_PER_SETTER: '1000',
    APPROVALS_PENDING_PER_PRINCIPAL: '100',
    RECONCILE_INTERVAL_MS: String(intervalMs),
    EXPIRE_INTERVAL_MS: String(intervalMs),
  };
  const logFile = join(folder, `${name}.log`);
  const child = await startProcess({
    script: main,
    args: [JSON.stringify(times)],
    env: settings,
    readyPrefix: 'A request:',
    logFile,
  });
  // The process handles signals only after it has printed that it is ready; an answer proves that it does.
  await fetch(`http://127.0.0.1:${port}`);
  return child;
}
