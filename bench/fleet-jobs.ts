import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaredRole, formerRole } from './fleet-gateway.ts';
import type { FleetGateway } from './fleet-gateway.ts';
import type { Steps } from './fleet-step.ts';
import { clusters, home, namespaces, perCluster } from './fleet-world.ts';

/** The namespace and the service account whose role is renamed in every cluster. */
const [namespace = ''] = namespaces;
const serviceAccount = 'service-0';

/** How many service accounts with an IRSA role are migrated. */
const irsaAccounts = 50;

type Counts = Readonly<Record<'create' | 'update' | 'adopt' | 'delete' | 'unchanged' | 'denied', number>>;

/**
 * What a person does with a fleet whose associations are adopted: exports it, renames a role in
 * every cluster and goes back, looks who uses it, reviews access, moves IRSA roles, and has a
 * cluster deleted and made again. Throws an Error if a job does not end as it should.
 */
export async function doJobs(fleet: FleetGateway, { step }: Steps): Promise<void> {
  const { folder, run, operate, clock, policies } = fleet;
  const pathOf = (name: string) => join(folder, name);
  const planned = async (...args: readonly string[]): Promise<Counts> => {
    // 1: policy denies some.
    const { stdout } = await run(['plan', '--output', 'json', ...args], [0, 1]);
    return (JSON.parse(stdout) as { readonly counts: Counts }).counts;
  };
  const apply = (file: string) => run(['apply', pathOf(file)]);
  const startedAt = new Date(clock.now()).toISOString();

  await step(
    'export of all clusters',
    () => run(['export', '--name', 'exported', '-o', pathOf('exported.yaml')]),
    () => linesOf(pathOf('exported.yaml')),
  );
  const { result: same } = await step('plan of the export', () => planned('-f', pathOf('exported.yaml')), countsText);
  if (same.create + same.update + same.delete + same.denied > 0)
    throw new Error(`The export plans changes: ${countsText(same)}.`);

  writeFileSync(pathOf('renamed.yaml'), declarationOfRole(declaredRole));
  await step(
    'plan of a renamed role',
    () => planned('-f', pathOf('renamed.yaml'), '-o', pathOf('renamed.json')),
    countsText,
  );
  await step(
    'its apply',
    () => apply('renamed.json'),
    () => effectsText(fleet, declaredRole),
  );
  const usesFormer = async (...asOf: readonly string[]): Promise<number> => {
    const { stdout } = await run(['associations', '--role-name', formerRole, '--output', 'json', ...asOf]);
    const { associations } = JSON.parse(stdout) as { readonly associations: readonly unknown[] };
    return associations.length;
  };
  await step('who uses the former role', () => usesFormer(), String);
  const { result: before } = await step('who used it before', () => usesFormer('--as-of', startedAt), String);
  if (before !== clusters.length)
    throw new Error(`${before} associations had the former role, not ${clusters.length}.`);
  const back = ['--prune', '-f', pathOf('renamed.inverse.yaml'), '-o', pathOf('back.json')];
  await step('plan of the way back', () => planned(...back), countsText);
  await step(
    'its apply',
    () => apply('back.json'),
    () => effectsText(fleet, formerRole),
  );

  const review = ['access-review', '--inventory', join(policies, 'inventory.json'), '--output', 'csv'];
  await step(
    'access review',
    () => operate(review),
    (csv) => `${csv.trimEnd().split('\n').length - 1} rows`,
  );
  await step('IRSA roles of service accounts', () => migrate(fleet), countsText);
  await replaceCluster(fleet, step, () => planned('-f', pathOf('exported.yaml')));
}

/** Plans the move of service accounts with an IRSA role, as kubectl prints them. */
async function migrate({ folder, run }: FleetGateway): Promise<Counts> {
  const [accounts, declaration] = ['accounts.json', 'irsa.yaml'].map((name) => join(folder, name)) as [string, string];
  const role = `arn:aws:iam::${home}:role/pods/${namespace}/${declaredRole}`;
  const items = Array.from({ length: irsaAccounts }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: `irsa-${index}`, namespace, annotations: { 'eks.amazonaws.com/role-arn': role } },
  }));
  writeFileSync(accounts, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await run(['irsa', '-f', accounts, '--cluster-name', 'cluster-0', '--account-id', home, '-o', declaration]);
  const { stdout } = await run(['plan', '-f', declaration, '--output', 'json']);
  const { counts } = JSON.parse(stdout) as { readonly counts: Counts };
  if (counts.create !== irsaAccounts)
    throw new Error(`${counts.create} associations are planned, not ${irsaAccounts}.`);
  return counts;
}

/** Others delete a cluster, and make it again, empty: what the declaration has there is planned. */
async function replaceCluster(
  { simulator, scan, scanAll }: FleetGateway,
  step: Steps['step'],
  planned: () => Promise<Counts>,
): Promise<void> {
  const cluster = clusters.at(-1);
  if (!cluster) throw new Error('The fleet has no cluster.');
  simulator.control.deleteCluster(cluster);
  const { result: scans } = await step(
    'scans until a deleted cluster is gone',
    async () => {
      for (let scans = 1; scans <= 5; scans += 1) if ((await scan()).clustersGone === 1) return scans;
      throw new Error('The cluster is not gone after five scans.');
    },
    String,
  );
  if (scans < 2) throw new Error('One scan took a cluster for gone.');
  simulator.control.addCluster(cluster);
  await scanAll();
  await scanAll();
  const { result } = await step('plan of the export, for a cluster that was made again', planned, countsText);
  // Half of the roles are outside of the path of their namespace: adopted ones, which nobody may bind anew.
  const [created, denied] = [result.create, result.denied];
  if (created === 0 || created + denied !== perCluster)
    throw new Error(`${created} associations are planned and ${denied} denied, of ${perCluster}.`);
}

function declarationOfRole(role: string): string {
  return `version: 1
name: renamed
bindings:
  - roleArn: arn:aws:iam::{accountId}:role/pods/{namespace}/${role}
    clusters: [cluster-*]
    namespaces: [${namespace}]
    serviceAccounts: [${serviceAccount}]
    tags: { team: ${namespace}, managed-by: Terraform }
`;
}

function countsText({ create, update, adopt, delete: deleted, unchanged, denied }: Counts): string {
  const kinds = `${create} to create, ${update} to update, ${adopt} to adopt, ${deleted} to delete`;
  return `${kinds}, ${unchanged} unchanged, ${denied} denied`;
}

function linesOf(file: string): string {
  return `${readFileSync(file, 'utf8').trimEnd().split('\n').length} lines`;
}

/** How many associations have the role, which must be one in each cluster. */
function effectsText({ simulator }: FleetGateway, role: string): string {
  const isIts = ({ roleArn }: { readonly roleArn: string }) => roleArn.endsWith(`:role/pods/${namespace}/${role}`);
  const count = simulator.control.associations().filter(isIts).length;
  if (count !== clusters.length)
    throw new Error(`${count} associations have the role ${role}, not ${clusters.length}.`);
  return `${count} updated`;
}
