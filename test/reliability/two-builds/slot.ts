import type { TableNames } from '../../../src/ledger/dynamodb/tables.ts';
import type { BuildName } from './builds.ts';
import { startGatewayProcess } from './gateway-process.ts';
import type { Journal } from './journal.ts';
import type { KillPoint } from './kill-points.ts';
import { openLine } from './line.ts';
import type { Message } from './line.ts';

/** Where the gateways of a storm work. */
export interface Ground {
  /** Endpoints of DynamoDB and of EKS. */
  readonly dynamoDb: string;
  readonly eks: string;
  readonly tables: TableNames;
  readonly policies: Readonly<Record<BuildName, string>>;
  readonly keyFolder: string;
  /** How slow the machine is: 1 or more. */
  readonly slowness: number;
  readonly journal: Journal;
}

/** A gateway in a process of its own, all of whose calls are seen. */
interface WatchedGateway {
  readonly url: string;
  readonly build: BuildName;
  /** Rounds of its scheduled functions that it has completed. */
  readonly rounds: () => number;
  /** Holds its next message at a point, for ever. The result says whether there was one. */
  readonly holdAt: (point: KillPoint) => () => boolean;
  /** Sends SIGKILL, and resolves once the process has ended. */
  readonly kill: () => Promise<void>;
}

/** An address behind which gateways run, one after the other. */
export interface Slot {
  readonly url: string;
  /** Throws if none runs. */
  readonly running: () => WatchedGateway;
  /** Starts a gateway; kills the one before, if it runs. */
  readonly start: (build: BuildName) => Promise<void>;
  readonly kill: () => Promise<void>;
  /** Kills what runs, and closes the address. */
  readonly end: () => Promise<void>;
}

/** Opens an address behind which nothing runs yet. */
export async function openSlot(ground: Ground): Promise<Slot> {
  let running: WatchedGateway | null = null;
  const front = await openLine(() => running?.url ?? null);
  const kill = async () => {
    const killed = running;
    running = null;
    await killed?.kill();
  };
  return {
    url: `${front.endpoint}/graphql`,
    running: () => {
      if (running === null) throw new Error('No gateway runs.');
      return running;
    },
    start: async (build) => {
      await kill();
      running = await startWatched(ground, build);
    },
    kill,
    end: async () => {
      await kill();
      await front.close();
    },
  };
}

async function startWatched(ground: Ground, build: BuildName): Promise<WatchedGateway> {
  let held: { readonly point: KillPoint; isReached: boolean } | null = null;
  const watch = (message: Message) => {
    ground.journal.note(build, message);
    if (held === null || held.isReached || !held.point.isAt(message)) return true;
    held.isReached = true;
    return false;
  };
  const dynamoDb = await openLine(() => ground.dynamoDb, watch);
  const eks = await openLine(() => ground.eks, watch);
  const { tables, keyFolder, policies, slowness } = ground;
  const endpoints = { dynamoDb: dynamoDb.endpoint, eks: eks.endpoint };
  const settings = { ...endpoints, build, tables, keyFolder, policies: policies[build], slowness };
  let rounds = 0;
  const { url, signal, ended } = await startGatewayProcess(settings, () => (rounds += 1));
  return {
    url,
    build,
    rounds: () => rounds,
    holdAt: (point) => {
      const own = (held = { point, isReached: false });
      return () => own.isReached;
    },
    kill: async () => {
      signal('SIGKILL');
      await ended;
      // What has reached DynamoDB or EKS may still take effect.
      await Promise.all([dynamoDb, eks].map(({ close }) => close()));
    },
  };
}
