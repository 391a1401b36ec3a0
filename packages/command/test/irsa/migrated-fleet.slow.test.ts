// Quick test: packages/command/test/irsa/irsa.test.ts.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutRateLimit } from '../../../../test/support/gateway.ts';
import { copyOfShipped } from '../../../../test/support/policy-sample.ts';
import type { Migration } from '../../src/irsa/migration.ts';
import { startScannedGateway } from '../declaration/scanned-gateway.ts';
import type { ScannedGateway } from '../declaration/scanned-gateway.ts';

const accountId = '111122223333';
const count = 20;
const policies = copyOfShipped();
let before: ScannedGateway;

beforeAll(async () => {
  before = await startScannedGateway();
});
afterAll(async () => {
  await before.close();
  rmSync(policies, { recursive: true });
});

const serviceAccount = (namespace: string, name: string, role: string) => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: {
    name,
    namespace,
    annotations: { 'eks.amazonaws.com/role-arn': `arn:aws:iam::${accountId}:role/${role}` },
  },
});

/** As kubectl prints them: roles of Terraform at the path `/`, and one of the convention. */
function kubectlOutput(clusterName: string): string {
  const namespaces = ['payments', 'payments-eu', 'search', 'unowned'];
  const items = namespaces.flatMap((namespace) =>
    Array.from({ length: count }, (_, index) =>
      serviceAccount(namespace, `s${index}`, `irsa-${clusterName}-${namespace}-${index}`),
    ),
  );
  const others = [
    serviceAccount('payments', 'api', 'pods/payments/payments-api'),
    serviceAccount('payments', 'default', 'irsa-default'),
    serviceAccount('kube-system', 'cluster-autoscaler', 'irsa-autoscaler'),
    serviceAccount('kube-system', 'ebs-csi-controller-sa', 'irsa-ebs'),
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...items, ...others] });
}

interface Entry {
  readonly name: string;
  readonly owners: readonly string[];
  readonly roleArns?: readonly string[];
}

/** Puts the lines of the guide into the inventory, as a person does, with an owner where none is. */
function addToInventory(guide: string): void {
  const file = join(policies, 'inventory.json');
  const inventory = JSON.parse(readFileSync(file, 'utf8')) as { readonly namespaces: readonly Entry[] };
  const entries = new Map(inventory.namespaces.map((one) => [one.name, one]));
  for (const [, line = ''] of guide.matchAll(/^ +(\{"name".*\}),$/gm)) {
    const { name, owners, roleArns = [] } = JSON.parse(line) as Entry;
    const known = entries.get(name) ?? { name, owners: owners.length === 0 ? ['search-team'] : owners };
    entries.set(name, { ...known, roleArns: [...new Set([...(known.roleArns ?? []), ...roleArns])] });
  }
  writeFileSync(file, JSON.stringify({ ...inventory, namespaces: [...entries.values()] }));
}

test('what kubectl prints is moved under the shipped policies, with the lines of the inventory that irsa prints', async () => {
  const files = ['apps-dev', 'apps-prod'].map((name) => before.write(`${name}.json`, kubectlOutput(name)));
  const irsa = ['irsa', '-f', files.join(','), '--cluster-name', 'apps-dev,apps-prod', '--account-id', accountId];
  const bindings = before.pathOf('from-irsa.yaml');
  const first = await before.run([...irsa, '-o', bindings], 'pat');
  expect(first.code).toBe(0);
  expect(first.stdout).toContain(`${6 * count + 4} service accounts can move from IRSA to Pod Identity`);
  expect(first.stdout).toContain('3. Permit the roles, and put the inventory in force');
  expect(first.stdout).toMatch(/- apps-dev: payments\/default: Policy no-default-service-account: /);
  expect(first.stdout).toMatch(/- apps-dev: unowned\/s0: The inventory has no owner for the namespace unowned/);
  expect((await before.run(['plan', '-f', bindings], 'pat')).code).toBe(1);

  addToInventory(first.stdout);
  const after = await startScannedGateway({ policies, change: withoutRateLimit });
  const report = await after.run([...irsa, '--output', 'json'], 'pat');
  const { associations, roles, kept } = JSON.parse(report.stdout) as Migration;
  expect(kept.map(({ namespace, serviceAccount: name }) => `${namespace}/${name}`).sort()).toEqual([
    ...['kube-system/ebs-csi-controller-sa', 'kube-system/ebs-csi-controller-sa'],
    ...['payments/default', 'payments/default'],
  ]);
  for (const { roleArn, statements } of roles)
    after.control.addRole({
      arn: roleArn,
      trustPolicy: { Version: '2012-10-17', Statement: statements.map((one) => ({ ...one })) },
    });
  await after.observe();

  const [file, plan] = [after.pathOf('from-irsa.yaml'), after.pathOf('plan.json')];
  await after.run([...irsa, '-o', file], 'pat');
  const planned = await after.run(['plan', '-f', file, '-o', plan], 'pat');
  expect(planned.stdout).toContain(`${associations.length} to create`);
  expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining(', 0 denied.') });
  // A system component in production waits for another platform admin.
  const applied = await after.run(['apply', plan], 'pat');
  expect(applied.code).toBe(3);
  expect(applied.stdout).toContain(`Done: ${associations.length - 1} of ${associations.length}.`);
  const made = after.control.associations();
  expect(made).toHaveLength(8 * count + 3);
  expect(made.find(({ namespace }) => namespace === 'payments-eu')?.tags).toMatchObject({ team: 'payments-team' });
  await after.close();
}, 120_000);

test('a cluster name of two regions of an account needs --cluster-region, which the message names', async () => {
  const copy = copyOfShipped();
  const file = join(copy, 'inventory.json');
  const inventory = JSON.parse(readFileSync(file, 'utf8')) as { readonly clusters: readonly object[] };
  const accounts = [{ accountId, name: 'apps', regions: ['eu-central-1', 'eu-west-1'] }];
  const other = { accountId, region: 'eu-west-1', clusterName: 'apps-dev', environment: 'dev' };
  const clusters = [...inventory.clusters, other];
  writeFileSync(file, JSON.stringify({ ...inventory, accounts, clusters }));
  const gateway = await startScannedGateway({ policies: copy });
  const items = [serviceAccount('payments', 'api', 'pods/payments/payments-api')];
  const input = gateway.write('apps-dev.json', JSON.stringify({ items }));
  const irsa = ['irsa', '-f', input, '--cluster-name', 'apps-dev', '--account-id', accountId];

  const several = await gateway.run(irsa, 'pat');
  expect(several.stderr).toContain(
    '- apps-dev: payments/api: Several clusters are named apps-dev: give --account-id, --cluster-region, or both.',
  );
  const { code, stdout } = await gateway.run([...irsa, '--cluster-region', 'eu-west-1'], 'pat');
  expect(code).toBe(0);
  expect(stdout).toContain(`clusterName: apps-dev, accountId: "${accountId}", region: eu-west-1`);
  const none = await gateway.run([...irsa, '--cluster-region', 'us-east-1'], 'pat');
  expect(none.stderr).toContain('The inventory has no cluster apps-dev in us-east-1 that you may see: add it.');
  await gateway.close();
  rmSync(copy, { recursive: true });
});
