import { join } from 'node:path';
import type { Log } from '../runtime/log.ts';
import { reconcile } from '../operations/reconcile.ts';
import { createHandler } from '../graphql/handler.ts';
import { createAuthenticate, createDependencies } from '../app/compose.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { loadPolicy } from '../policy/load.ts';
import { createAuthorizer } from './http-api/authorizer.ts';
import { startHttpApi } from './http-api/http-api.ts';
import { loadSigningKey } from './keys.ts';
import { credentialsFor, openLedger } from './ledger.ts';
import { audience, issuer } from './principals.ts';
import type { LocalSettings } from './settings.ts';
import { startEksSimulator } from '#eks-simulator';
import type { EksSimulator } from '#eks-simulator';

/** The gateway on this machine: the Lambda handler behind HTTP, with ledger, reconciler and, if wanted, EKS beside it. */
export interface LocalGateway {
  /** E.g. `http://127.0.0.1:4000`, without a path. */
  readonly url: string;
  /** Null where EKS is somewhere else. */
  readonly simulator: EksSimulator | null;
  readonly ledger: Ledger;
  /** Answers the requests under way, then lets go of everything. */
  close(): Promise<void>;
}

/** Starts all of it. Rejects with an Error that says what can't be had: a port, a file, a table, a policy. */
export async function startLocalGateway(settings: LocalSettings, log: Log): Promise<LocalGateway> {
  const { home, times, describeLimits, claims } = settings;
  const policy = loadPolicy(settings.policiesDirectory, (detail) =>
    log('error', 'Policy could not be evaluated.', { detail }),
  );
  const key = await loadSigningKey(settings.folder);
  const ledger = await openLedger(settings);
  const simulator = settings.eksEndpoint === null ? await startSimulator(settings) : null;
  const endpoint = simulator?.url ?? settings.eksEndpoint ?? undefined;
  const eks = { endpoint, ...credentialsFor(settings, endpoint) };
  const deps = createDependencies({ policy, ledger, home, times, describeLimits, log, eks });
  const server = await startHttpApi({
    port: settings.port,
    accountId: home.accountId,
    authorize: createAuthorizer({ issuer, audience, keys: key.publicKeys }),
    handler: createHandler(deps, createAuthenticate(policy, claims)),
  });
  const reconciler = startSettler(
    settings.reconcileIntervalMs,
    (run) => reconcile(deps, `local-reconciler-${run}`, Date.now() + 30_000),
    log,
  );
  const close = async () => {
    await server.close();
    await reconciler.stop();
    await simulator?.close();
    ledger.close();
  };
  return { url: server.url, simulator, ledger, close };
}

function startSimulator({ eksSimulatorPort: port, folder, ledgerFile, times }: LocalSettings): Promise<EksSimulator> {
  // What the ledger remembers across starts, EKS must remember too.
  const state = ledgerFile === ':memory:' ? {} : { stateFile: join(folder, 'eks-simulator.json') };
  return startEksSimulator({ port, signatureWindowMs: times.signatureWindowMs, ...state });
}

/** Runs the reconciler every so often, one run at a time. */
function startSettler(intervalMs: number, run: (count: number) => Promise<unknown>, log: Log) {
  let count = 0;
  let running: Promise<unknown> = Promise.resolve();
  let isRunning = false;
  const tick = () => {
    if (isRunning) return;
    isRunning = true;
    count += 1;
    running = run(count)
      .catch((error: unknown) => log('error', 'The reconciler failed.', { error: String(error) }))
      .finally(() => (isRunning = false));
  };
  const timer = setInterval(tick, intervalMs);
  const stop = async () => {
    clearInterval(timer);
    await running;
  };
  return { stop };
}
