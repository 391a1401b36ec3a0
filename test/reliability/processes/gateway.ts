import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from './node-process.ts';
import type { NodeProcess } from './node-process.ts';
import type { Random } from './random.ts';
import { times } from './times.ts';

const main = join(import.meta.dirname, '..', '..', '..', 'src', 'local', 'start.ts');

/** Where a run keeps its things. */
export interface Place {
  readonly folder: string;
  readonly ledgerFile: string;
  readonly eksUrl: string;
}

/** A gateway at a fixed address, which comes back there after each kill. */
export interface Gateway {
  readonly name: string;
  readonly url: string;
  readonly signal: (name: NodeJS.Signals) => void;
  /** `kill -9`; resolves when the process is gone. */
  readonly kill: () => Promise<void>;
  /** Starts it again after a kill. */
  readonly restart: () => Promise<void>;
  /** Tells it to end, which answers the requests under way first. Throws where it does not. */
  readonly end: () => Promise<void>;
}

/** Starts a gateway on a free port. */
export async function startGateway(place: Place, name: string, random: Random): Promise<Gateway> {
  const { port, first } = await startSomewhere(place, name, random);
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
      child = await startUnlessLocked(() => start(place, name, port));
    },
    end: async () => {
      signal('SIGTERM');
      const how = await Promise.race([child.ended, sleep(endMs, 'not at all', { ref: false })]);
      if (how !== 'code 0') throw new Error(`Told to end, ${name} ended with ${how}.`);
    },
  };
}

/** A request and its answer may be under way for REQUEST_MS. */
const endMs = times.REQUEST_MS + 10_000;

/** A process that was stopped in the middle of a transaction keeps the ledger's lock, and nobody can start until it goes on. */
async function startUnlessLocked(startOnce: () => Promise<NodeProcess>): Promise<NodeProcess> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce();
    } catch (error) {
      if (tries === 5 || !String(error).includes('database is locked')) throw error;
    }
  }
}

/** Below those that a system gives to outgoing connections, so that none of them takes the port of a killed gateway. */
const ports = { least: 18_000, most: 30_000 };

async function startSomewhere(place: Place, name: string, random: Random) {
  for (let tries = 1; ; tries += 1) {
    const port = random.between(ports.least, ports.most);
    try {
      return { port, first: await start(place, name, port) };
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

async function start({ folder, ledgerFile, eksUrl }: Place, name: string, port: number): Promise<NodeProcess> {
  const settings = {
    PORT: String(port),
    LOCAL_FOLDER: folder,
    LEDGER_FILE: ledgerFile,
    AWS_ENDPOINT_URL_EKS: eksUrl,
    // Makes a start two to three times as fast.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
    ...Object.fromEntries(Object.entries(times).map(([variable, ms]) => [variable, String(ms)])),
  };
  const logFile = join(folder, `${name}.log`);
  const child = await startProcess({ script: main, env: settings, readyPrefix: 'A request:', logFile });
  // It hears signals only after the line by which it says that it is ready: an answer shows that it does.
  await fetch(`http://127.0.0.1:${port}`);
  return child;
}
