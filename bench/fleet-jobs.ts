import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaredRole, formerRole } from './fleet-gateway.ts';
import type { FleetGateway } from './fleet-gateway.ts';
import type { Steps } from './fleet-step.ts';
import { countsText } from './fleet-counts.ts';
import type { Counts } from './fleet-counts.ts';
import { comeAndGo } from './fleet-new-cluster.ts';
import { clusters, home, namespaces } from './fleet-world.ts';

/** The namespace and the service account whose role is renamed in every cluster. */
const [namespace = ''] = namespaces;
const serviceAccount = 'service-0';

/** How many service accounts with an IRSA role are migrated. */
const irsaAccounts = 50;

/**
 * What a person does with a fleet whose associations are adopted: exports it, renames a role in
 * every cluster and goes back, looks who uses it, reviews access, moves IRSA roles, and gets and
 * loses a cluster. Throws an Error if a job does not end as it should.
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
  await step(`plan of ${irsaAccounts} service accounts with IRSA`, () => migrate(fleet), countsText);
  await step(
    'its apply',
    () => apply('irsa.json'),
    () => migratedText(fleet),
  );
  await comeAndGo(fleet, { step, planned });
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
  const { stdout } = await run(['plan', '-f', declaration, '-o', join(folder, 'irsa.json'), '--output', 'json']);
  const { counts } = JSON.parse(stdout) as { readonly counts: Counts };
  if (counts.create !== irsaAccounts)
    throw new Error(`${counts.create} associations are planned, not ${irsaAccounts}.`);
  return counts;
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

/** How many associations the migrated service accounts have, which must be one each. */
function migratedText({ simulator }: FleetGateway): string {
  const count = simulator.control.associations().filter((one) => one.serviceAccount.startsWith('irsa-')).length;
  if (count !== irsaAccounts) throw new Error(`${count} service accounts were migrated, not ${irsaAccounts}.`);
  return `${count} created`;
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
