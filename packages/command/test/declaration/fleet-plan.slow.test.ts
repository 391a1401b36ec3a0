// Quick test: packages/command/test/declaration/batches.test.ts.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { home, roleArn } from '../../../../test/support/gateway.ts';
import { copyOfShipped } from '../../../../test/support/policy-sample.ts';
import { isLarge } from '../../../../test/support/sizes.ts';
import { startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

/** The small size plans more than one batch of 100 checks, too. */
const count = isLarge ? 200 : 40;
const clusters = Array.from({ length: count }, (_, index) => `fleet-${String(index).padStart(3, '0')}`);

let fleet: ScannedGateway;
let policies: string;

beforeEach(async () => {
  policies = copyOfShipped();
  const file = join(policies, 'inventory.json');
  const inventory = JSON.parse(readFileSync(file, 'utf8')) as { readonly clusters: readonly object[] };
  const more = clusters.map((clusterName) => ({ ...home, clusterName, environment: 'dev' }));
  writeFileSync(file, JSON.stringify({ ...inventory, clusters: [...inventory.clusters, ...more] }));
  fleet = await startScannedGateway({ policies });
  for (const clusterName of clusters) fleet.control.addCluster({ ...home, clusterName });
});
afterEach(async () => {
  await fleet.close();
  rmSync(policies, { recursive: true });
});

/** A declaration of service accounts with their roles, in the clusters that patterns select. */
function declarationOf(roles: Readonly<Record<string, string>>, patterns: readonly string[] = ['fleet-*']): string {
  const bindings = Object.entries(roles).map(
    ([serviceAccount, role]) => `  - roleArn: arn:aws:iam::{accountId}:role/pods/payments/${role}
    clusters: ${JSON.stringify(patterns)}
    namespaces: [payments]
    serviceAccounts: [${serviceAccount}]
    tags: { team: payments }
`,
  );
  return `version: 1\nname: fleet\nbindings:\n${bindings.join('')}`;
}

/** Plans a file, and returns how many changes of each kind the plan has. */
async function plan(name: string, more: readonly string[] = []) {
  const args = ['plan', '-f', fleet.pathOf(`${name}.yaml`), '-o', fleet.pathOf(`${name}.json`), '--output', 'json'];
  const { code, stdout } = await fleet.run([...args, ...more], 'pat');
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { denied: [] }]);
  const { changes } = JSON.parse(stdout) as { readonly changes: readonly { readonly action: string }[] };
  return Object.fromEntries([...Map.groupBy(changes, ({ action }) => action)].map(([kind, all]) => [kind, all.length]));
}

async function apply(name: string, changes: number, deletes = 0) {
  const args = ['apply', fleet.pathOf(`${name}.json`), '--confirm-deletions', String(deletes)];
  expect(await fleet.run(args, 'pat')).toMatchObject({ code: 0, stdout: `Done: ${changes} of ${changes}.\n` });
}

/** What exists, by cluster and service account, sorted. */
const associations = () =>
  fleet.control
    .associations()
    .map(({ clusterName, serviceAccount, roleArn: role }) => `${clusterName}/${serviceAccount} ${role}`)
    .sort();

test(`every kind of change over ${count} clusters is planned, applied, and planned back`, async () => {
  await fleet.observe();
  fleet.write('first.yaml', declarationOf({ deleted: 'payments-api' }));
  expect(await plan('first')).toEqual({ create: count });
  await apply('first', count);
  for (const clusterName of clusters) {
    const place = { ...home, clusterName, namespace: 'payments', tags: { team: 'payments' } };
    for (const serviceAccount of ['adopted', 'renamed']) {
      fleet.control.createAssociation({ ...place, serviceAccount, roleArn: roleArn('payments/payments-api') });
    }
  }
  await fleet.observe();
  const roles = { created: 'payments-api', renamed: 'payments-worker', adopted: 'payments-api' };
  fleet.write('second.yaml', declarationOf(roles));
  const kinds = { create: count, update: count, adopt: count, delete: count };
  expect(await plan('second', ['--adopt', '--prune'])).toEqual(kinds);
  await apply('second', 4 * count, count);
  const last = clusters.at(-1) ?? '';
  const made = associations().filter((line) => line.startsWith(`${last}/`));
  expect(made).toEqual([
    `${last}/adopted ${roleArn('payments/payments-api')}`,
    `${last}/created ${roleArn('payments/payments-api')}`,
    `${last}/renamed ${roleArn('payments/payments-worker')}`,
  ]);
  fleet.write('back.yaml', fleet.read('second.inverse.yaml'));
  expect(await plan('back', ['--prune'])).toEqual({ create: count, update: count, delete: count });
});

test('a rollout over 12 clusters is undone by its inverse', async () => {
  await fleet.observe();
  fleet.write('rollout.yaml', declarationOf({ api: 'payments-api' }, ['fleet-00*', 'fleet-010', 'fleet-011']));
  expect(await plan('rollout')).toEqual({ create: 12 });
  await apply('rollout', 12);
  expect(associations()).toHaveLength(12);
  fleet.write('back.yaml', fleet.read('rollout.inverse.yaml'));
  expect(await plan('back', ['--prune'])).toEqual({ delete: 12 });
  await apply('back', 12, 12);
  expect(associations()).toEqual([]);
});
