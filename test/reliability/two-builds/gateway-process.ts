import { join } from 'node:path';
import type { TableNames } from '../../../src/ledger/dynamodb/tables.ts';
import { startProcess } from '../processes/node-process.ts';
import type { NodeProcess } from '../processes/node-process.ts';
import type { BuildName } from './builds.ts';

/** Settings of a gateway, passed as one JSON argument. */
export interface GatewaySettings {
  readonly build: BuildName;
  /** Folder of its policies. */
  readonly policies: string;
  /** Endpoints of DynamoDB and of EKS. */
  readonly dynamoDb: string;
  readonly eks: string;
  readonly tables: TableNames;
  /** Folder of the key that signs the callers' JWTs, and of the log. */
  readonly keyFolder: string;
  /** How slow the machine is: 1 or more. */
  readonly slowness: number;
}

/** Prefix of the output line that reports readiness; the URL follows. */
export const readyPrefix = 'The gateway listens on ';

/** The output line after each round of the scheduled functions in which none failed. */
export const roundDone = 'round';

/** A running gateway of a storm. */
export interface GatewayProcess extends NodeProcess {
  readonly url: string;
}

/** Starts a gateway. `onRound` is called after each round of its scheduled functions. */
export async function startGatewayProcess(settings: GatewaySettings, onRound: () => void): Promise<GatewayProcess> {
  const { keyFolder, build } = settings;
  const started = await startProcess({
    script: join(import.meta.dirname, 'gateway.ts'),
    args: [JSON.stringify(settings)],
    // Speeds up each start two to three times.
    env: { NODE_COMPILE_CACHE: join(keyFolder, 'compiled') },
    readyPrefix,
    onLine: (line) => {
      if (line === roundDone) onRound();
    },
    logFile: join(keyFolder, `${build}.log`),
  });
  return { ...started, url: started.readyLine.slice(readyPrefix.length) };
}
