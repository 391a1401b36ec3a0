import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { noFilters } from '../src/ledger/ledger.ts';
import type { FleetGateway } from './fleet-gateway.ts';
import { countsText } from './fleet-counts.ts';
import type { Counts } from './fleet-counts.ts';
import type { Steps } from './fleet-step.ts';
import { clusters, makeFleetPolicies, newCluster, perCluster } from './fleet-world.ts';

/** What the steps use. */
interface Jobs extends Pick<Steps, 'step'> {
  readonly planned: (...args: readonly string[]) => Promise<Counts>;
}

/**
 * The fleet gets a cluster: it is put into the inventory, scanned, and gets what clusters like it
 * have. Then others delete it, and it is taken out of the inventory. Throws an Error if a step does
 * not end as it should.
 */
export async function comeAndGo(fleet: FleetGateway, { step, planned }: Jobs): Promise<void> {
  const { simulator, scanAll, run, deploy, folder, policies } = fleet;
  const [declaration, plan] = [join(folder, 'selected.yaml'), join(folder, 'added.json')];
  await step(
    'export with selectors',
    () => run(['export', '--name', 'exported', '--infer-selectors', '-o', declaration]),
    () => 'takes clusters of the same environment',
  );
  const grown = makeFleetPolicies([...clusters, newCluster]);
  simulator.control.addCluster(newCluster);
  await deploy(grown);
  await step(
    'scan after a cluster is added',
    () => scanAll(undefined, clusters.length + 1),
    ({ complete }) => `${complete} clusters`,
  );
  const { result } = await step(
    'plan of it, for the new cluster',
    () => planned('-f', declaration, '-o', plan),
    countsText,
  );
  // Half of the roles are outside of the path of their namespace: adopted ones, which nobody may bind anew.
  const [created, denied] = [result.create, result.denied];
  if (created === 0 || created + denied !== perCluster)
    throw new Error(`${created} associations are planned and ${denied} denied, of ${perCluster}.`);
  await step(
    'its apply',
    () => run(['apply', plan, '--allow-partial'], [1]),
    () => createdText(fleet, created),
  );
  simulator.control.deleteCluster(newCluster);
  await step('scans until the deleted cluster is gone', () => scansUntilGone(fleet), String);
  await step('plan of the export after it', () => planned('-f', declaration), countsText);
  await deploy(policies);
  rmSync(grown, { recursive: true });
}

function createdText({ simulator }: FleetGateway, expected: number): string {
  const isNew = ({ clusterName }: { readonly clusterName: string }) => clusterName === newCluster.clusterName;
  const count = simulator.control.associations().filter(isNew).length;
  if (count !== expected) throw new Error(`The new cluster has ${count} associations, not ${expected}.`);
  return `${count} created`;
}

/** How many scans it takes, at least two; the trail has it once. */
async function scansUntilGone({ scan, ledger }: FleetGateway): Promise<number> {
  let scans = 1;
  while ((await scan()).clustersGone !== 1) {
    scans += 1;
    if (scans > 5) throw new Error('The cluster is not gone after five scans.');
  }
  if (scans < 2) throw new Error('One scan took a cluster for gone.');
  const query = {
    ...noFilters,
    partition: { kind: 'all' },
    events: ['CLUSTER_GONE'],
    limit: 10,
    before: null,
  } as const;
  const { entries } = await ledger.readTrail(query);
  if (entries.length !== 1) throw new Error(`The trail has ${entries.length} entries CLUSTER_GONE.`);
  return scans;
}
