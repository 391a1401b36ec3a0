import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEksSimulator } from '#eks-simulator';
import { runOnGateway } from '../packages/command/test/run-on-gateway.ts';
import { makeSqliteLedger } from '../packages/sqlite-ledger/src/ledger.ts';
import { simulatedWorld } from '../packages/local-gateway/src/world/simulated.ts';
import type { AssociationReads } from '../src/ledger/association-history.ts';
import type { ObservationStore } from '../src/ledger/cluster-scan.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { defaultScanSettings, scan } from '../src/observations/scan.ts';
import { parseInventory } from '../src/policy/inventory/inventory.ts';
import { openGateway, withoutRateLimit } from '../test/support/gateway.ts';
import { makeClock } from '../test/support/test-clock.ts';
import { accounts, clusters, home, makeFleetPolicies, namespaces, perCluster } from './fleet-world.ts';

/** A ledger with what scans store. */
export type Store = Ledger & ObservationStore & AssociationReads;

export type FleetGateway = Awaited<ReturnType<typeof openFleetGateway>>;

const runFile = promisify(execFile);

/** How long after a scan the next one begins. Milliseconds. */
const intervalMs = 60_000;

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
 * @param makeStore gets a file for it
 * @param served how many of the clusters have associations
 */
export async function openFleetGateway(
  makeStore: (file: string) => Store = (file) => makeSqliteLedger({ file }),
  served = clusters.length,
) {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  const policies = makeFleetPolicies();
  const clock = makeClock();
  const inventory = parseInventory(readFileSync(join(policies, 'inventory.json'), 'utf8'));
  const roles = accounts.flatMap((accountId) =>
    namespaces.flatMap((namespace) =>
      [declaredRole, formerRole].map((name) => ({ arn: `arn:aws:iam::${accountId}:role/pods/${namespace}/${name}` })),
    ),
  );
  const world = simulatedWorld(inventory, { accountId: home }, roles);
  const simulator = await startEksSimulator({ world, clock: clock.now });
  // Roles of other accounts are assumed at the simulator.
  process.env.AWS_ENDPOINT_URL_STS = simulator.url;
  const file = join(folder, 'ledger.sqlite');
  const ledger = makeStore(file);
  const gateway = await openGateway({ ledger, simulator, policies, clock, change: withoutRateLimit });
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
   * Scans all clusters a minute later, without waiting for the limit of reads per second. Throws an
   * Error if one could not be scanned.
   *
   * @param maxAgeMs after which time associations are read again although nothing tells that they
   *   changed
   */
  const scanAll = async (maxAgeMs = defaultScanSettings.maxAgeMs) => {
    const result = await scanOnce(maxAgeMs);
    if (result.complete !== clusters.length)
      throw new Error(`Not all clusters were scanned: ${JSON.stringify(result)}`);
    return result;
  };

  let commands = 0;

  /** Runs a command line of `pod-identity-operator` on the ledger. Gives its standard output. */
  const operate = async (args: readonly string[]): Promise<string> => {
    const env = { ...process.env, LEDGER_FILE: file };
    const { stdout } = await runFile(process.execPath, ['--no-warnings', operator, ...args], { env, maxBuffer: 1e9 });
    commands += 1;
    return stdout;
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

  const close = async () => {
    await gateway.close();
    await simulator.close();
    ledger.close();
    for (const one of [folder, policies]) rmSync(one, { recursive: true });
  };
  /** How many command lines were run. */
  const typed = () => commands;

  const opened = { gateway, simulator, ledger, clock, policies, folder, file };
  return { ...opened, scan: scanOnce, scanAll, run, operate, typed, close };
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
