import { setTimeout as sleep } from 'node:timers/promises';
import { startHttpApi } from '../../../packages/local-gateway/src/http-api/http-api.ts';
import { makeAuthorizer } from '../../../packages/local-gateway/src/http-api/authorizer.ts';
import type { SigningKey } from '../../../packages/local-gateway/src/keys.ts';
import { audience, issuer } from '../../../packages/local-gateway/src/principals.ts';
import { defaultTimes } from '../../../src/idempotency/times.ts';
import type { TableNames } from '../../../src/ledger/dynamodb/tables.ts';
import type { OpenVersion, Version } from '../../upgrade/versions.ts';
import { inDoubtMs, times } from '../processes/times.ts';
import { openLine } from './line.ts';

/** Where the gateways of a storm work. */
export interface Ground {
  readonly dynamoDb: string;
  readonly eks: string;
  readonly tables: TableNames;
  readonly key: SigningKey;
}

/** An address behind which one version of the gateway runs after the other. */
export interface Slot {
  readonly url: string;
  /** Kills what runs, in the middle of what it does, and starts a version. */
  readonly start: (version: Version) => Promise<void>;
  /** Kills what runs, and closes the address. */
  readonly end: () => Promise<void>;
}

/** Two gateways, EKS and the load share this process, which stands still for up to a second while a version starts. Milliseconds. */
const standstillMs = 1_500;

/** The times of the process test, with an allowance for that. */
const protocolTimes = {
  ...defaultTimes,
  leaseMs: times.LEASE_MS,
  requestMs: times.REQUEST_MS,
  signatureWindowMs: times.SIGNATURE_WINDOW_MS,
  eksProcessingMs: times.EKS_PROCESSING_MS + standstillMs,
  listLagMs: times.LIST_LAG_MS,
  clockErrorMs: times.CLOCK_ERROR_MS,
  roleRetryMs: times.ROLE_RETRY_MS,
  leastLifetimeMs: times.LEAST_LIFETIME_MS,
};

/** How long an operation of a storm stays in doubt. Milliseconds. */
export const stormInDoubtMs = inDoubtMs + standstillMs;

/** Starts a version whose connections can be cut. Its scheduled functions run by turns until then. */
async function startVersion(version: Version, { dynamoDb, eks, tables }: Ground) {
  const lines = [await openLine(dynamoDb), await openLine(eks)] as const;
  const opened = version.open({
    ...{ dynamoDb: lines[0].endpoint, eks: lines[1].endpoint },
    ...{ tables, times: protocolTimes, clock: Date.now },
  });
  let isKilled = false;
  const schedule = async () => {
    while (!isKilled) {
      // What fails because of a fault, or a kill, is done by a later run.
      for (const run of [opened.reconcile, opened.scan, opened.expire]) await run().catch(() => undefined);
      await sleep(times.RECONCILE_INTERVAL_MS);
    }
  };
  const scheduled = schedule();
  const kill = async () => {
    isKilled = true;
    await Promise.all(lines.map(({ cut }) => cut()));
    opened.close();
    await scheduled;
  };
  return { opened, kill };
}

/** Opens an address on which no version runs yet. */
export async function openSlot(ground: Ground): Promise<Slot> {
  let running: { readonly opened: OpenVersion; readonly kill: () => Promise<void> } | null = null;
  const killed: Promise<void>[] = [];
  const api = await startHttpApi({
    port: 0,
    accountId: '111122223333',
    authorize: makeAuthorizer({ issuer, audience, keys: ground.key.publicKeys }),
    handler: (event) => (running ? running.opened.handle(event) : Promise.reject(new Error('Nothing runs.'))),
    graceMs: 0,
  });
  const kill = () => {
    if (running) killed.push(running.kill());
    running = null;
  };
  return {
    url: `${api.url}/graphql`,
    start: async (version) => {
      kill();
      running = await startVersion(version, ground);
    },
    end: async () => {
      kill();
      await Promise.all(killed);
      await api.close();
    },
  };
}
