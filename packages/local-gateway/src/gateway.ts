import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDependencies, makeLiveDependencies } from '../../../src/app/compose.ts';
import type { Composition } from '../../../src/app/compose.ts';
import { checkpoint } from '../../../src/checkpoints/checkpoint.ts';
import { makeGatewayHandler } from '../../../src/app/gateway-handler.ts';
import { explainFailure, readingPolicies } from '../../../tools/explain.ts';
import type { GraphqlHandler } from '../../../src/graphql/handler.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Log } from '../../../src/runtime/log.ts';
import { expire } from '../../../src/operations/expiry/run.ts';
import { reconcile } from '../../../src/operations/flow/reconcile.ts';
import type { CurrentDependencies, Dependencies } from '../../../src/operations/terms/dependencies.ts';
import { scan } from '../../../src/observations/scan.ts';
import type { Inventory } from '../../../src/policy/inventory/inventory.ts';
import type { OnFailure } from '../../../src/policy/decide/authorize.ts';
import { makePolicyTexts } from '../../../src/policy-versions/policy-texts.ts';
import { loadPolicy, policyOf, readPolicies, readPolicySet } from '../../../src/policy/load.ts';
import type { LoadedPolicy } from '../../../src/policy/load.ts';
import { makeEngine } from '../../../src/policy/decide/engine.ts';
import { identitiesOf, loadSecretAccessKey } from './aws-identities.ts';
import { localEventSource, startHttpApi } from './http-api/http-api.ts';
import { localCheckpoints } from './checkpoints/local-checkpoints.ts';
import { makeIamAuthorizer } from './http-api/iam-authorizer.ts';
import { deliverNext, isOrdered } from './delivery.ts';
import { authorizeAny, readIssuers } from './issuers.ts';
import { loadSigningKey } from './keys.ts';
import { createPolicyTable, openLedger } from './ledger.ts';
import { credentialsFor, openPolicyStore } from '../../../tools/ledger/open-ledger.ts';
import { makeLocalPage } from './page.ts';
import { mintToken, principals } from './principals.ts';
import type { LocalSettings } from './settings.ts';
import { readWorld, startEksSimulator } from '../../eks-simulator/src/index.ts';
import type { EksSimulator, World } from '../../eks-simulator/src/index.ts';
import { simulatedWorld } from './world/simulated.ts';
import { proxiedAws } from './proxies.ts';
import { startTimer } from './timer.ts';
import { makeWorld } from './world/world.ts';
import type { MadeWorld } from './world/world.ts';

/**
 * The gateway on this machine: the Lambda handler behind HTTP, with its ledger, its reconciler and
 * optionally a simulated EKS.
 */
export interface LocalGateway {
  /** E.g. `http://127.0.0.1:4000`, without a path. */
  readonly url: string;
  /** Whether `GET /` answers with the page. */
  readonly hasPage: boolean;
  /** Null where another EKS endpoint is set. */
  readonly simulator: EksSimulator | null;
  readonly ledger: Ledger;
  /** Null: that of the examples. */
  readonly world: MadeWorld | null;
  /** Account and region of requests that name none. */
  readonly home: LocalSettings['home'];
  /** Of the policies of the folder or the world. */
  readonly inventory: Inventory;
  /** Runs the reconciler, and then the service of expiries, once. */
  runServices(): Promise<void>;
  /** Answers the requests in progress, then releases ports, files and timers. */
  close(): Promise<void>;
}

/** Longest time of one run of the reconciler, in milliseconds. */
const reconcileMs = 30_000;

/** How often new entries are looked for, in milliseconds. */
const deliverMs = 250;

/** The cursor of the webhook. */
const cursorName = 'webhook';

/** After this time, a run of the checkpoints begins no further batch. Milliseconds. */
const checkpointMs = 30_000;

/** Longest time of one run of the scan, in milliseconds. */
const scanMs = 60_000;

/** Between two checkpoints of the trail. Milliseconds. */
const checkpointIntervalMs = 10_000;

/** Lifetime of the tokens of the page, which asks for a new one before it ends. Seconds. */
const pageTokenSeconds = 3_600;

/**
 * Starts all of it. Rejects with an Error that names the setting to fix when a port, a file, a
 * table or a policy can't be used; everything that was started before is closed by then.
 *
 * @param clock of gateway, services and simulated EKS; tokens are of real time
 */
export async function startLocalGateway(
  settings: LocalSettings,
  log: Log,
  clock: Clock = Date.now,
): Promise<LocalGateway> {
  const started: Closer[] = [];
  try {
    return await startAll(settings, log, clock, started);
  } catch (error) {
    await closeAll(started);
    throw error;
  }
}

type Closer = () => Promise<void> | void;

/** Closes in the reverse order of starting. */
async function closeAll(started: Closer[]): Promise<void> {
  for (const close of started.splice(0).reverse()) await close();
}

async function startAll(settings: LocalSettings, log: Log, clock: Clock, started: Closer[]): Promise<LocalGateway> {
  const { tokens, policiesDirectory, port } = settings;
  const world = settings.world && makeWorld(settings.world.name, settings.world.text, settings.home);
  const home = world?.home ?? settings.home;
  const advice = 'Set POLICIES_DIRECTORY to a folder with *.cedar files, schema.cedarschema and inventory.json.';
  const onFailure = (detail: string) => log('error', 'Policy could not be evaluated.', { detail });
  const policy = readingPolicies(policiesDirectory, advice, () => readPolicy(policiesDirectory, world, onFailure));
  const key = await loadSigningKey(settings.folder);
  const issuers = await readIssuers(key, settings.issuer);
  const secretAccessKey = await loadSecretAccessKey(settings.folder);
  const ledger = await openLedger(settings);
  started.push(() => ledger.close());
  const simulator =
    settings.eksEndpoint === null
      ? await startSimulator(
          settings,
          world?.simulated ?? simulatedWorld(policy.inventory, home, readWorld().roles),
          clock,
        )
      : null;
  if (simulator !== null) started.push(() => simulator.close());
  const endpoint = simulator?.url ?? settings.eksEndpoint ?? undefined;
  const eks = {
    endpoint,
    stsEndpoint: simulator?.url,
    ...(simulator === null ? proxiedAws(settings.proxies) : {}),
    ...credentialsFor(settings, endpoint),
  };
  // Who may change a real EKS signs in at an issuer.
  const hasPage = simulator !== null || settings.pageSignIn !== null;
  const { deps, current } = await compose(
    {
      ...settings,
      deployed: { ...settings.deployed, pageUrl: pageUrlOf(settings, hasPage) },
      home,
      policy,
      ledger,
      associations: ledger,
      approvals: ledger,
      policyTexts: makePolicyTexts,
      log,
      eks,
      clock,
    },
    settings,
    onFailure,
    started,
  );
  const reconciler = startTimer(
    'The reconciler failed.',
    settings.reconcileIntervalMs,
    async (run) =>
      reconcile({ ...(await current()), observations: ledger }, `local-reconciler-${run}`, clock() + reconcileMs),
    log,
  );
  started.push(() => reconciler.stop());
  const scanner = startTimer(
    'The scan failed.',
    settings.scan.intervalMs,
    async () => scan({ ...(await current()), observations: ledger }, settings.scan, clock() + scanMs),
    log,
  );
  started.push(() => scanner.stop());
  // A ledger in memory ends with this process, and the log in the folder would not.
  if (settings.ledgerFile !== ':memory:') {
    const checkpoints = localCheckpoints(ledger, settings.folder);
    const run = () => checkpoint(checkpoints, Date.now() + checkpointMs);
    const checkpointer = startTimer('The checkpoint failed.', checkpointIntervalMs, run, log);
    started.push(() => checkpointer.stop());
  }
  if (settings.webhook !== null && isOrdered(ledger)) {
    // Loaded only where it is needed: the AWS clients take a tenth of a second.
    const { webhookTarget } = await import('../../../src/app/event-target.ts');
    const target = webhookTarget(settings.webhook, home.region);
    const deps = { ledger, target, denialShare: settings.denialShare, log, sentAhead: new Set<string>() };
    await ledger.startCursor(cursorName);
    const deliverer = startTimer('Events could not be sent.', deliverMs, () => deliverNext(deps, cursorName), log);
    started.push(() => deliverer.stop());
  }
  const expireService = startTimer(
    'The run of expiries failed.',
    settings.expireIntervalMs,
    async (run) => {
      const deps = { ...(await current()), observations: ledger, approvals: ledger };
      return expire(deps, settings.expire, `local-expire-${run}`, clock() + reconcileMs);
    },
    log,
  );
  started.push(() => expireService.stop());
  const page = makeLocalPage({
    issuer: settings.pageSignIn,
    principals: world?.principals ?? principals,
    expiresInSeconds: pageTokenSeconds,
    mint: (principal) => mintToken(key, principal, { expiresInSeconds: pageTokenSeconds }),
  });
  const server = await explainFailure(`PORT is ${port}`, 'Set PORT to a free port, or to 0 for any free port.', () =>
    startHttpApi({
      host: settings.host,
      port,
      accountId: home.accountId,
      corsOrigins: settings.corsOrigins,
      allowedHosts: settings.allowedHosts,
      authorize: authorizeAny(issuers),
      authorizeIam: makeIamAuthorizer({
        identities: identitiesOf({ home, world }, secretAccessKey),
        region: home.region,
        accountId: home.accountId,
      }),
      ...(hasPage ? { page } : {}),
      handler: withSlowRefusals(
        makeGatewayHandler(
          deps,
          {
            tokens,
            issuers: issuers.map(({ audience, ...each }) => ({ ...each, audiences: [audience] })),
            eventSource: localEventSource(home.accountId),
          },
          current,
        ),
      ),
    }),
  );
  started.push(() => server.close());
  return {
    url: server.url,
    hasPage,
    simulator,
    ledger,
    world,
    home,
    inventory: policy.inventory,
    runServices: async () => {
      await reconciler.run();
      await expireService.run();
    },
    close: () => closeAll(started),
  };
}

/** Address of the page; null without one, and while the port is not known. */
function pageUrlOf({ deployed, port }: Pick<LocalSettings, 'deployed' | 'port'>, hasPage: boolean): string | null {
  if (deployed.pageUrl !== null || !hasPage || port === 0) return deployed.pageUrl;
  return `http://localhost:${port}/`;
}

/** The policies of the folder, with the inventory of the world or that of the folder. */
function readPolicy(policiesDirectory: string, world: MadeWorld | null, onFailure: OnFailure): LoadedPolicy {
  if (world === null) return loadPolicy(policiesDirectory, onFailure);
  const policies = readPolicies(policiesDirectory);
  const engine = makeEngine(readPolicySet(policiesDirectory));
  return policyOf({ engine, inventory: world.inventory, texts: () => policies }, { onFailure });
}

/** Composes the gateway with the policies of the folder, or with the policy versions of a table. */
async function compose(
  composition: Composition,
  settings: LocalSettings,
  onFailure: OnFailure,
  started: Closer[],
): Promise<{ readonly deps: Dependencies; readonly current: CurrentDependencies }> {
  if (settings.livePolicies === null) {
    const deps = makeDependencies(composition);
    return { deps, current: () => Promise.resolve(deps) };
  }
  await createPolicyTable(settings);
  const store = openPolicyStore(settings);
  started.push(() => store.close());
  return makeLiveDependencies(composition, { store, settings: settings.livePolicies, onFailure });
}

/** How late a request over the limit of its principal is refused. Milliseconds. */
const refusalDelayMs = 200;

/**
 * In AWS each request in progress has a process of its own. Here all share one, in which a caller
 * that ignores refusals would take the time of the others.
 */
function withSlowRefusals(handler: GraphqlHandler): GraphqlHandler {
  return async (event, context) => {
    const answer = await handler(event, context);
    if (answer.statusCode === 429) await sleep(refusalDelayMs);
    return answer;
  };
}

/**
 * Starts the simulator, which holds the lock on its state file: a second server on one folder is
 * refused here. Signing key and ledger may be shared by several servers, so without the simulator
 * the folder needs no lock.
 */
async function startSimulator(settings: LocalSettings, world: World, clock: Clock): Promise<EksSimulator> {
  const { eksSimulatorPort: port, folder, ledgerFile, times } = settings;
  const { signatureWindowMs } = times;
  const { allowedHosts, host } = settings;
  // What the ledger keeps across starts, the simulated EKS must keep too.
  const state = ledgerFile === ':memory:' ? {} : { stateFile: join(folder, 'eks-simulator.json') };
  return explainFailure(
    `The EKS simulator (EKS_SIMULATOR_PORT is ${port}, LOCAL_FOLDER is ${folder})`,
    'Set EKS_SIMULATOR_PORT to a free port or to 0 for any free port; give each running server its own LOCAL_FOLDER.',
    () =>
      startEksSimulator({
        host,
        port,
        signatureWindowMs,
        allowedHosts,
        world,
        clock,
        acceptsRealTime: true,
        ...state,
      }),
  );
}
