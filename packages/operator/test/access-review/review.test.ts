import { home, roleArn } from '../../../../test/support/gateway.ts';
import { association, replaceIn } from '../../../../test/support/policy-sample.ts';
import { csvLine } from '../../src/access-review/csv.ts';
import { openFleet, storeSeen } from '../observed-fleet.ts';

const cluster = `${home.accountId}/${home.region}/apps-dev`;
const day = 24 * 3_600_000;

let fleet: Awaited<ReturnType<typeof openFleet>>;
beforeEach(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.close());

const review = (...args: readonly string[]) =>
  fleet.run('access-review', '--inventory', `${fleet.folder}/inventory.json`, ...args);

interface Review {
  readonly associations: readonly Record<string, string | number | null>[];
  readonly coverage: object;
}
const rowsOf = async (...args: readonly string[]) => {
  const { status, stdout } = await review('--output', 'json', ...args);
  expect(status).toBe(0);
  return JSON.parse(stdout) as Review;
};

/** One association of each origin, and one of a namespace without an owner. */
async function openAll() {
  const adopted = fleet.makeDirectly('payments', 'adopted');
  fleet.makeDirectly('payments', 'foreign', { targetRoleArn: roleArn('payments/target') });
  const ownerArn = `arn:aws:eks:${home.region}:${home.accountId}:addon/apps-dev/vpc-cni/0123`;
  fleet.makeDirectly('kube-system', 'aws-node', { ownerArn });
  fleet.makeDirectly('unowned', 'worker');
  await fleet.gateway.create({ onBehalfOf: 'alice@example.com', reason: 'A new service.' }, 'chatops');
  await fleet.gateway.adopt({ associationId: adopted.associationId, clientRequestToken: 'adopt' });
  await fleet.scanAll();
}

test('an access review has the associations of each owner with role, age, last change and origin, and those without an owner last', async () => {
  await openAll();
  const { associations, coverage } = await rowsOf();
  expect(
    associations.map(({ owner, namespace, serviceAccount, origin, principalId, onBehalfOf }) => [
      ...[owner, `${namespace}/${serviceAccount}`, origin, principalId, onBehalfOf],
    ]),
  ).toEqual([
    ['payments-team', 'payments/adopted', 'ADOPTED', 'https://issuer.example#pat', null],
    ['payments-team', 'payments/api', 'OPERATION', 'https://issuer.example#chatops', 'alice@example.com'],
    ['payments-team', 'payments/foreign', 'OUTSIDE', null, null],
    ['platform-admins', 'kube-system/aws-node', 'ADD_ON', null, null],
    [null, 'unowned/worker', 'OUTSIDE', null, null],
  ]);
  expect(associations[2]).toEqual({
    ...{ owner: 'payments-team', ...home, clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'foreign' },
    ...{ roleArn: roleArn('payments/api'), targetRoleArn: roleArn('payments/target'), ageDays: 0, origin: 'OUTSIDE' },
    ...{ createdAt: expect.any(String), modifiedAt: expect.any(String), observedAt: expect.any(String) },
    ...{ operationId: null, principalId: null, onBehalfOf: null },
  });
  expect(coverage).toMatchObject({ clusters: 2, neverScanned: [], failed: [] });
});

test('an association of several owners is in the review of each', async () => {
  replaceIn(`${fleet.folder}/inventory.json`, '"owners": ["search-team"]', '"owners": ["search-team", "data-team"]');
  fleet.makeDirectly('search', 'indexer');
  await fleet.scanAll();
  const { associations } = await rowsOf();
  expect(associations.map(({ owner }) => owner)).toEqual(['data-team', 'search-team']);
});

test('--owner selects the namespaces of a group, and a group that owns nothing is an error', async () => {
  await openAll();
  const { associations } = await rowsOf('--owner', 'platform-admins');
  expect(associations.map(({ serviceAccount }) => serviceAccount)).toEqual(['aws-node']);
  expect(await review('--owner', 'payments')).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'No namespace of the inventory has the owner payments. Its owners are payments-team, platform-admins, search-team.\n',
  });
});

test('the age counts whole days, and the table ends with the coverage', async () => {
  const createdAt = new Date(Date.now() - 400 * day - 1_000).toISOString();
  const modifiedAt = new Date(Date.now() - 1_000).toISOString();
  await storeSeen(fleet.ledger, association({ createdAt, modifiedAt }));
  const { stdout, stderr } = await review();
  const lines = stdout.trimEnd().split('\n');
  expect(stderr).toBe('');
  expect(lines[0]).toBe('payments-team: associations 1');
  expect(lines[1]).toMatch(
    /^cluster +namespace +service account +role +target role +age +last change +origin +by +on behalf of$/,
  );
  expect(lines[2]?.split(/ {2,}/)).toEqual([
    ...[cluster, 'payments', 'payments-api', association().roleArn, '-', '400 d', modifiedAt, 'OUTSIDE', '-', '-'],
  ]);
  expect(lines.slice(3)).toEqual([
    '',
    'clusters 2, oldest complete scan: none',
    `clusters 2, never scanned 2: ${cluster}, ${home.accountId}/${home.region}/apps-prod`,
  ]);
  await fleet.scanAll();
  expect((await review()).stdout).toMatch(/\nclusters 2, oldest complete scan: \S+Z of 111122223333\S+\n$/);
});

test('CSV has one row for each owner and association, and the coverage is on standard error', async () => {
  await openAll();
  const { status, stdout, stderr } = await review('--output', 'csv');
  expect(status).toBe(0);
  const lines = stdout.split('\r\n');
  expect(lines[0]).toBe(
    'owner,accountId,region,clusterName,namespace,serviceAccount,roleArn,targetRoleArn,createdAt,ageDays,modifiedAt,origin,operationId,principalId,onBehalfOf,observedAt',
  );
  expect(lines).toHaveLength(7);
  const { associations } = await rowsOf();
  const columns = lines[0]?.split(',') ?? [];
  const asCells = (row: Review['associations'][number]) => columns.map((column) => String(row[column] ?? ''));
  expect(lines.slice(1, 6).map((line) => line.split(','))).toEqual(associations.map(asCells));
  expect(lines[6]).toBe('');
  expect(stderr).toMatch(/^clusters 2, oldest complete scan: /);
});

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tx', "'\tx"],
  ['=1,"2"', `"'=1,""2"""`],
  ['a "b"', '"a ""b"""'],
  ['a\r\nb', '"a\r\nb"'],
  ['a=1', 'a=1'],
])('the CSV of %j is a text and not a formula of a spreadsheet', (value, field) => {
  expect(csvLine([value, null, 4])).toBe(`${field},,4\r\n`);
});
