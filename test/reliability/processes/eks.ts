import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accounts } from './accounts.ts';
import { startProcess } from './node-process.ts';
import { times } from './times.ts';

const main = join(import.meta.dirname, 'watched-eks.ts');

/** Prefix of the line that its process prints when its event loop stood still; milliseconds follow. */
export const stallPrefix = 'stood still for ';

/** The simulated EKS, in a process that outlives the gateways. */
export interface EksProcess {
  readonly url: string;
  /**
   * Calls its control API, e.g. `POST faults`; path and body are documented in docs/eks-simulator.md. Throws for an
   * error response.
   */
  readonly control: (request: string, body?: object) => Promise<unknown>;
  /** The longest time that its event loop stood still so far, in milliseconds. */
  readonly longestStallMs: () => number;
  readonly end: () => Promise<void>;
}

/** Starts the simulator on a free port, with the gateways' signature window and its own world. */
export async function startEks(folder: string): Promise<EksProcess> {
  const worldFile = join(folder, 'world.json');
  writeFileSync(worldFile, JSON.stringify(world()));
  const env = {
    EKS_SIMULATOR_PORT: '0',
    EKS_SIMULATOR_WORLD: worldFile,
    EKS_SIMULATOR_STATE: join(folder, 'eks.json'),
    EKS_SIMULATOR_SIGNATURE_WINDOW_MS: String(times.signatureWindowMs),
  };
  const logFile = join(folder, 'eks.log');
  let longestStallMs = 0;
  const onLine = (line: string) => {
    if (line.startsWith(stallPrefix)) longestStallMs = Math.max(longestStallMs, Number(line.slice(stallPrefix.length)));
  };
  const child = await startProcess({ script: main, env, readyPrefix: 'The EKS simulator listens on', onLine, logFile });
  const [url = ''] = /http:[^;]+/.exec(child.readyLine) ?? [];
  const control = async (request: string, body?: object): Promise<unknown> => {
    const [method = '', path] = request.split(' ');
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${url}/_simulator/${path}`, { method, ...sent });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`The EKS simulator answered ${request}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const end = async () => {
    child.signal('SIGTERM');
    await child.ended;
  };
  return { url, control, longestStallMs: () => longestStallMs, end };
}

function world() {
  const trusted = { Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' } };
  const trustPolicy = {
    Version: '2012-10-17',
    Statement: [{ ...trusted, Action: ['sts:AssumeRole', 'sts:TagSession'] }],
  };
  return {
    defaultAccountId: '111122223333',
    accessKeys: {},
    clusters: [{ accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' }],
    roles: accounts.flatMap(({ roles }) => roles.map((arn) => ({ arn, trustPolicy }))),
  };
}
