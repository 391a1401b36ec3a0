import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEksSimulator } from '#eks-simulator';
import { coverageOf, observedAssociations } from '../packages/operator/src/observed-associations.ts';
import { runOnGateway } from '../packages/command/test/run-on-gateway.ts';
import { simulatedWorld } from '../packages/local-gateway/src/world/simulated.ts';
import { defaultScanSettings, scan } from '../src/observations/scan.ts';
import { parseInventory } from '../src/policy/inventory/inventory.ts';
import { openGateway, withoutRateLimit } from '../test/support/gateway.ts';
import { makeClock } from '../test/support/test-clock.ts';
import { added, nothingSpent, openMeteredStore } from './fleet-store.ts';
import type { FleetStore, Spent } from './fleet-store.ts';
import { startWatch } from './metered-items.ts';
import type { Stopped } from './metered-items.ts';
import { accounts, clusters, home, makeFleetPolicies, namespaces, perCluster } from './fleet-world.ts';

/** A store; `spent` absent: nothing is counted. */
interface OpenedStore {
  readonly store: FleetStore;
  readonly spent?: () => Spent;
}

export type FleetGateway = Awaited<ReturnType<typeof openFleetGateway>>;

/** How long after a scan the next one begins. Milliseconds. */
const intervalMs = 60_000;

/** How often a scan is repeated: a call that takes too long on a busy machine fails it. */
const maxRuns = 4;

/** The role of all associations of a declaration in a namespace. */
export const declaredRole = 'declared';

/** The role of one association in each cluster, that of Terraform. */
export const formerRole = 'role-0';

const operator = join(import.meta.dirname, '../packages/operator/src/main.ts');

/**
 * Opens a gateway over HTTP, with a simulated EKS of 200 clusters in 20 accounts, in which
 * Terraform made an association for each of 50 service accounts of a cluster; half of them have a
 * role of the convention of their namespace.
 *
 * @param makeStore gets a file for it; by default, a ledger in it counts the units of DynamoDB
 * @param served how many of the clusters have associations
 */
export async function openFleetGateway(
  makeStore: (file: string) => OpenedStore = openMeteredStore,
  served = clusters.length,
) {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  const policies = makeFleetPolicies();
  const clock = makeClock();
  const inventory = parseInventory(readFileSync(join(policies, 'inventory.json'), 'utf8'));
  const roles = accounts.flatMap((accountId) => [
    ...namespaces.map((namespace) => ({ arn: `arn:aws:iam::${accountId}:role/pods/${namespace}/${declaredRole}` })),
    ...Array.from({ length: perCluster }, (_, index) => ({ arn: terraformAssociation(accountId, index).roleArn })),
  ]);
  const world = simulatedWorld(inventory, { accountId: home }, roles);
  const simulator = await startEksSimulator({ world, clock: clock.now });
  // Roles of other accounts are assumed at the simulator.
  process.env.AWS_ENDPOINT_URL_STS = simulator.url;
  const file = join(folder, 'ledger.sqlite');
  const { store: ledger, spent = () => nothingSpent } = makeStore(file);
  const open = (folderOfPolicies: string) =>
    openGateway({ ledger, simulator, policies: folderOfPolicies, clock, change: withoutRateLimit });
  let gateway = await open(policies);
  for (const cluster of clusters.slice(0, served)) {
    for (let index = 0; index < perCluster; index += 1) {
      simulator.control.createAssociation({ ...cluster, ...terraformAssociation(cluster.accountId, index) });
    }
  }

  /** Scans all clusters a minute later, also if some can't be read. */
  const scanOnce = (maxAgeMs = defaultScanSettings.maxAgeMs) => {
    // Ten minutes for each scan would be longer than the credentials of other accounts are valid.
    clock.skip(intervalMs);
    const settings = { intervalMs, maxAgeMs, readsPerSecond: 1_000_000 };
    return scan({ ...gateway.deps, observations: ledger }, settings, clock.now() + 600_000);
  };

  /**
   * Scans all clusters a minute later, without waiting for the limit of reads per second; those that
   * can't be read are scanned again, as by later runs. Throws an Error if one stays so.
   *
   * @param maxAgeMs after which time associations are read again although nothing tells that they
   *   changed
   * @param expected how many clusters there are
   */
  const scanAll = async (maxAgeMs = defaultScanSettings.maxAgeMs, expected = clusters.length) => {
    const first = await scanOnce(maxAgeMs);
    let result = first;
    for (let run = 1; result.complete !== expected; run += 1) {
      if (run > maxRuns) {
        const failures = (await ledger.getClusterScans(clusters)).flatMap((one) => one?.failure?.exception ?? []);
        throw new Error(`Not all clusters were scanned: ${JSON.stringify({ ...result, failures })}`);
      }
      result = await scanOnce(maxAgeMs);
    }
    const driftFound = result === first ? first.driftFound : first.driftFound + result.driftFound;
    return { ...result, observed: Math.max(first.observed, result.observed), driftFound };
  };

  let commands = 0;
  let readAgain = { ms: 0, cpuMs: 0 };

  /** Reads what commands of operators read in a process of their own, since units are counted in this one. */
  const readForUnits = async () => {
    const [stop, before] = [startWatch(), spent().meter];
    for await (const page of observedAssociations(ledger, clusters)) if (page.length === 0) continue;
    await coverageOf(ledger, clusters);
    const [whole, after] = [stop(), spent().meter];
    // The meter counts its own time.
    const rest = (of: keyof Stopped) => readAgain[of] + whole[of] - (after[of] - before[of]);
    readAgain = { ms: rest('ms'), cpuMs: rest('cpuMs') };
  };

  /**
   * Runs a command line of `pod-identity-operator` that reads all observed associations of the
   * ledger. Gives its standard output. Throws an Error if its exit code is not the expected one.
   *
   * @param onStart gets the id of its process
   */
  const operate = async (args: readonly string[], expected = 0, onStart: (pid?: number) => void = () => undefined) => {
    const env = { ...process.env, LEDGER_FILE: file };
    const child = spawn(process.execPath, ['--no-warnings', operator, ...args], { env, stdio: 'pipe' });
    onStart(child.pid);
    let [output, problems] = ['', ''];
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (problems += String(chunk)));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== expected) throw new Error(`${args.join(' ')} ended with ${code}: ${problems}`);
    commands += 1;
    await readForUnits();
    return output;
  };

  /**
   * Runs a command line of `pod-identity`, as a platform administrator. Throws an Error if its exit
   * code is not one of `codes`.
   */
  const run = async (args: readonly string[], codes: readonly number[] = [0]) => {
    const environment = { POD_IDENTITY_ENDPOINT_URL: gateway.url, POD_IDENTITY_TOKEN: await gateway.tokenOf('pat') };
    const outcome = await runOnGateway(args, { environment });
    commands += 1;
    if (!codes.includes(outcome.code))
      throw new Error(`${args.join(' ')} ended with ${outcome.code}: ${outcome.stderr}`);
    return outcome;
  };

  /** Puts the gateway in another's place that has these policies, as a new version in force does. */
  const deploy = async (folderOfPolicies: string) => {
    const former = gateway;
    gateway = await open(folderOfPolicies);
    await former.close();
  };

  const close = async () => {
    await gateway.close();
    await simulator.close();
    ledger.close();
    for (const one of [folder, policies]) rmSync(one, { recursive: true });
  };
  /** How many command lines were run. */
  const typed = () => commands;

  return {
    get gateway() {
      return gateway;
    },
    simulator,
    ledger,
    clock,
    policies,
    folder,
    typed,
    spent: () => added(spent(), { meter: readAgain }),
    scan: scanOnce,
    scanAll,
    run,
    operate,
    deploy,
    close,
  };
}

/**
 * An association that Terraform made: every second one has a role outside the path of its
 * namespace.
 */
function terraformAssociation(accountId: string, index: number) {
  const namespace = namespaces[index % namespaces.length] ?? '';
  const path = index % 2 === 0 ? `pods/${namespace}` : 'terraform';
  return {
    namespace,
    serviceAccount: `service-${index}`,
    roleArn: `arn:aws:iam::${accountId}:role/${path}/role-${index}`,
    tags: { team: namespace, 'managed-by': 'Terraform' },
  };
}
