// Quick test: packages/operator/test/inventory/failures.test.ts.
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import { ownAccount } from './fake-organization.ts';
import { callsOf, complete, inventory, lake, own, shop, suggest, world } from './run-suggest.ts';

describe('pod-identity-operator inventory suggest', () => {
  test('prints the accounts and clusters that the inventory lacks, in its own form, and writes no file', async () => {
    const { status, suggested, calls, files } = await suggest(world, '--role-name audit/reader');
    expect({ status, suggested: suggested() }).toEqual({
      status: 0,
      suggested: {
        accounts: [{ accountId: shop, name: 'shop', regions: ['eu-central-1'] }],
        clusters: [
          { accountId: shop, region: 'eu-central-1', clusterName: 'shop-1', environment: 'dev' },
          { accountId: shop, region: 'eu-central-1', clusterName: 'shop-2' },
          { accountId: shop, region: 'eu-central-1', clusterName: 'shop-3', environment: 'production' },
        ],
      },
    });
    expect(callsOf(calls, 'sts:AssumeRole').map(({ resource }) => resource)).toEqual([
      `arn:aws:iam::${shop}:role/audit/reader`,
      `arn:aws:iam::${lake}:role/audit/reader`,
    ]);
    expect(callsOf(calls, 'eks:DescribeCluster')).toHaveLength(3);
    expect(files).toEqual(['inventory.json']);
  });

  test('says what the suggestion leaves to a person', async () => {
    const { lines } = await suggest(world, '--role-name audit');
    expect(lines).toEqual([
      'NOTE No roleArn and readRoleArn, which a deployment needs for accounts other than its own: 444455556666.',
      'NOTE No environment, because no tag "environment" was read: 444455556666/eu-central-1/shop-2.',
      'NOTE Not under environments, so it counts as production: production.',
    ]);
  });

  test('is a valid part of the inventory, except for the environments that no tag names', async () => {
    const { suggested } = await suggest(world, '--role-name audit');
    const { accounts, clusters } = suggested();
    const merged = (more: readonly object[]) =>
      JSON.stringify({
        ...inventory,
        accounts: [...inventory.accounts, ...accounts],
        clusters: [...inventory.clusters, ...more],
      });
    expect(() => parseInventory(merged(clusters))).toThrow(/clusters\.3\.environment: is missing/);
    const complete = clusters.map((one) => ({ environment: 'dev', ...one }));
    expect(parseInventory(merged(complete)).clusters).toHaveLength(5);
  });

  test('suggests a region that an account of the inventory lacks, and the environment of another tag', async () => {
    const { suggested, lines } = await suggest(
      world,
      '--region us-east-1 --region eu-central-1 --environment-tag stage',
    );
    expect(suggested()).toEqual({
      accounts: [{ accountId: ownAccount, name: 'apps', regions: ['us-east-1'] }],
      clusters: [{ accountId: ownAccount, region: 'us-east-1', clusterName: 'apps-us', environment: 'us' }],
    });
    expect(lines).toContain(
      'NOTE Under accounts already, so only the region is to be added: 111122223333 (us-east-1).',
    );
  });

  test('reports clusters and accounts of the inventory that do not exist any more', async () => {
    const gone = { ...world, accounts: [{ id: shop, name: 'shop' }], clusters: {} };
    const ofOrganization = await suggest(gone, '--role-name audit');
    expect(ofOrganization.lines).toEqual([
      'GONE account 111122223333 is in the inventory, but not active in the organization.',
    ]);
    const { status, suggested, lines } = await suggest({ ...complete, clusters: own('apps-dev') }, '');
    expect({ status, suggested: suggested(), lines }).toEqual({
      status: 0,
      suggested: { accounts: [], clusters: [] },
      lines: ['GONE cluster 111122223333/eu-central-1/apps-old is in the inventory, but does not exist.'],
    });
  });

  test('reads 200 accounts, a few at once, with one list for each account and region', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => String(300_000_000_000 + index));
    const clusters = Object.fromEntries(ids.filter((id) => id.endsWith('0')).map((id) => [`${id}/us-east-1/c`, {}]));
    const many = { accounts: ids.map((id) => ({ id, name: `team ${id}` })), clusters };
    const { status, suggested, calls, mostOpen } = await suggest(
      many,
      '--role-name audit --region us-east-1 --region eu-central-1',
    );
    expect({ status, accounts: suggested().accounts.length, clusters: suggested().clusters.length }).toEqual({
      ...{ status: 0, accounts: 20, clusters: 20 },
    });
    const counts = Object.fromEntries(
      [...new Set(calls.map(({ action }) => action))].map((action) => [action, callsOf(calls, action).length]),
    );
    expect(counts).toEqual({
      'sts:GetCallerIdentity': 1,
      // The recorded answers have two accounts on a page.
      'organizations:ListAccounts': 100,
      'sts:AssumeRole': 200,
      'eks:ListClusters': 400,
      'eks:DescribeCluster': 20,
    });
    expect(mostOpen()).toBeGreaterThan(1);
    expect(mostOpen()).toBeLessThanOrEqual(8);
  });

  test('reads the given accounts without an organization, and names them as the inventory does', async () => {
    const words = `--role-name audit --account ${ownAccount} --account ${shop} --region us-east-1 --region eu-central-1`;
    const { status, suggested, calls, lines } = await suggest(world, words);
    expect(status).toBe(0);
    expect(suggested().accounts).toEqual([
      { accountId: ownAccount, name: 'apps', regions: ['us-east-1'] },
      { accountId: shop, regions: ['eu-central-1'] },
    ]);
    expect(lines).toContain('NOTE No name, because no organization was read: 444455556666.');
    expect(callsOf(calls, 'organizations:ListAccounts')).toEqual([]);
  });

  test('without the name of a role, it reads only the account of the credentials', async () => {
    const alone = await suggest(complete, '');
    expect({ status: alone.status, calls: alone.calls.map(({ action }) => action) }).toEqual({
      status: 0,
      calls: ['sts:GetCallerIdentity', 'eks:ListClusters'],
    });
    const { status, lines } = await suggest(complete, `--account ${shop}`);
    expect({ status, lines }).toEqual({
      status: 1,
      lines: [`FAILED ${shop}: the credentials are of ${ownAccount}; give --role-name, a role to assume.`],
    });
  });

  test('reports the namespaces of associations that have no owner, never as entries', async () => {
    const namespaces = {
      [`${ownAccount}/eu-central-1/apps-dev`]: ['orders', 'orders', 'payments-a', 'orders', 'kube-system'],
      [`${ownAccount}/eu-central-1/apps-old`]: ['orders'],
    };
    const { status, suggested, lines } = await suggest({ ...complete, namespaces }, '--namespaces');
    expect({ status, suggested: suggested(), lines }).toEqual({
      ...{ status: 0, suggested: { accounts: [], clusters: [] } },
      lines: [
        'NO OWNER kube-system (system namespace): associations 1, clusters 1, such as 111122223333/eu-central-1/apps-dev',
        'NO OWNER orders: associations 4, clusters 2, such as 111122223333/eu-central-1/apps-dev',
      ],
    });
  });

  test('prints a table', async () => {
    const { stdout } = await suggest(world, '--role-name audit --output table');
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['account', 'name', 'region', 'cluster', 'environment'],
      [shop, 'shop', 'eu-central-1', 'shop-1', 'dev'],
      [shop, 'shop', 'eu-central-1', 'shop-2', '-'],
      [shop, 'shop', 'eu-central-1', 'shop-3', 'production'],
      [''],
    ]);
  });

  test('shows its progress on a terminal only', async () => {
    const { stderr } = await suggest(complete, '', { isTTY: true });
    expect(stderr).toBe('\raccounts 1 of 1, clusters 2\u001b[K\r\u001b[K');
    expect((await suggest(complete, '')).stderr).toBe('');
  });
});
