import { flushCompileCache } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeAuthorizer } from '../../../packages/local-gateway/src/http-api/authorizer.ts';
import { startHttpApi } from '../../../packages/local-gateway/src/http-api/http-api.ts';
import { loadSigningKey } from '../../../packages/local-gateway/src/keys.ts';
import { audience, issuer } from '../../../packages/local-gateway/src/principals.ts';
import { loadBuild } from './builds.ts';
import type { OpenBuild } from './builds.ts';
import { readyPrefix, roundDone } from './gateway-process.ts';
import type { GatewaySettings } from './gateway-process.ts';
import { roundIntervalMs, stormTimes } from './times.ts';

// A gateway of a storm: one build behind an HTTP API, and its scheduled functions by turns.

/** Runs until it is killed, or until the process that started it is gone. */
async function main(settings: GatewaySettings): Promise<never> {
  const { build, policies, dynamoDb, eks, tables, keyFolder, slowness } = settings;
  const open = await loadBuild(build);
  const times = stormTimes(slowness);
  const gateway = open({ dynamoDb, eks, tables, policies, times, clock: Date.now });
  const key = await loadSigningKey(keyFolder);
  const api = await startHttpApi({
    port: 0,
    accountId: '111122223333',
    authorize: makeAuthorizer({ issuer, audience, keys: key.publicKeys }),
    handler: gateway.handle,
  });
  process.stdout.write(`${readyPrefix}${api.url}\n`);
  // For the next start: a process that is killed writes nothing at its end.
  flushCompileCache();
  for (const parent = process.ppid; process.ppid === parent;) {
    const startedAt = performance.now();
    if (await hasRound(gateway)) process.stdout.write(`${roundDone}\n`);
    // Requests get most of the time also where a round takes long.
    await sleep(Math.max(roundIntervalMs, 2 * (performance.now() - startedAt)));
  }
  process.exit(1);
}

/** Runs each scheduled function once. False if one failed: what a fault prevents is done by a later round. */
async function hasRound({ reconcile, scan, expire }: OpenBuild): Promise<boolean> {
  let isComplete = true;
  for (const run of [reconcile, scan, expire]) await run().catch(() => (isComplete = false));
  return isComplete;
}

await main(JSON.parse(process.argv[2] ?? '') as GatewaySettings);
