import { join } from 'node:path';
import { startProcess } from './node-process.ts';
import type { NodeProcess } from './node-process.ts';

/** Settings of the load, passed as one JSON argument. */
export interface LoadSettings {
  /** URLs of the two gateways. */
  readonly urls: readonly [string, string];
  /** Folder of the key that signs the callers' JWTs. */
  readonly keyFolder: string;
  /** File that gets one JSON line, a `CallerAnswer`, per request. */
  readonly answersFile: string;
  /** File that gets one JSON line, a `VoteAnswer`, per vote. */
  readonly votesFile: string;
  readonly seed: number;
  /** How many times as long as by default its associations live that end. */
  readonly lifetimeFactor: number;
}

/** Prefix of the output line per answer; the index of the gateway in `urls` follows. */
export const answeredPrefix = 'answered by ';

/** Starts the load. `onAnswer` is called with the index of the gateway. */
export function startLoad(settings: LoadSettings, onAnswer: (gateway: number) => void): Promise<NodeProcess> {
  const script = join(import.meta.dirname, 'load.ts');
  const [args, logFile] = [[JSON.stringify(settings)], join(settings.keyFolder, 'load.log')];
  const onLine = (line: string) => {
    if (line.startsWith(answeredPrefix)) onAnswer(Number(line.slice(answeredPrefix.length)));
  };
  return startProcess({ script, args, env: {}, readyPrefix: 'The load runs', onLine, logFile });
}

/** Resolves when no request is pending any more. Throws if the load fails. */
export async function endLoad(load: NodeProcess): Promise<void> {
  load.signal('SIGTERM');
  const how = await load.ended;
  if (how !== 'code 0') throw new Error(`The load ended with ${how}.`);
}

/** Throws if the load ends before `signal` aborts. */
export async function failIfEnded(load: NodeProcess, signal: AbortSignal): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<null>();
  signal.addEventListener('abort', () => resolve(null));
  const how = await Promise.race([load.ended, over]);
  if (how !== null) throw new Error(`The load ended with ${how} too early.`);
}
