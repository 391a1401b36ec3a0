import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDeclaration } from '../../src/declaration/read.ts';
import { runLine } from '../host.ts';
import { trustProblems } from '../../../../src/validation/trust-policy.ts';
import { declarationText } from '../../src/declaration/write.ts';
import { migrationGuide } from '../../src/irsa/guide.ts';
import { planMigration } from '../../src/irsa/migration.ts';
import { readKubernetes } from '../../src/irsa/service-accounts.ts';

const accountId = '111122223333';
const roleArn = `arn:aws:iam::${accountId}:role/pods/payments/api`;

const serviceAccount = (name: string, { namespace = 'payments', role = roleArn } = {}) => ({
  kind: 'ServiceAccount',
  metadata: { name, namespace, annotations: { 'eks.amazonaws.com/role-arn': role } },
});
const pod = (serviceAccountName: string, more: object = {}, labels: object = {}) => ({
  kind: 'Pod',
  metadata: {
    name: `${serviceAccountName}-5d9-x`,
    namespace: 'payments',
    labels: { 'pod-template-hash': '5d9', ...labels },
    ownerReferences: [{ kind: 'ReplicaSet', name: `${serviceAccountName}-5d9` }],
  },
  spec: { serviceAccountName, ...more },
});
const accountsOf = (items: readonly object[], clusterName = 'apps-dev') =>
  readKubernetes(JSON.stringify({ kind: 'List', items }), clusterName).accounts;
const migrationOf = (...items: readonly object[]) => planMigration(accountsOf(items), accountId);

test('service accounts without the annotation are ignored', () => {
  const plain = { kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'payments' } };
  expect(accountsOf([plain, serviceAccount('api'), pod('default')])).toMatchObject([
    { serviceAccount: 'api', roleArn },
  ]);
});

test('a service account that runs on nodes moves, and its workload is restarted once', () => {
  const { associations, restarts, kept } = migrationOf(serviceAccount('api'), pod('api'), pod('api'));
  expect(associations).toMatchObject([
    { target: { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' } },
  ]);
  expect(restarts).toEqual([{ clusterName: 'apps-dev', namespace: 'payments', workload: 'deployment/api' }]);
  expect(kept).toEqual([]);
});

test.each([
  [
    'on Fargate',
    [serviceAccount('api'), pod('api', {}, { 'eks.amazonaws.com/fargate-profile': 'p' })],
    'Its pods run on Fargate',
  ],
  ['on Windows', [serviceAccount('api'), pod('api', { nodeSelector: { 'kubernetes.io/os': 'windows' } })], 'Windows'],
  [
    'partly on Windows',
    [serviceAccount('api'), pod('api'), pod('api', { os: { name: 'windows' } })],
    'Some of its pods run on Windows',
  ],
  [
    'of an EKS add-on',
    [serviceAccount('ebs-csi-controller-sa', { namespace: 'kube-system' })],
    'update-addon --addon-name aws-ebs-csi-driver',
  ],
  [
    'of an EKS add-on with a namespace of its own',
    [serviceAccount('aws-privateca-issuer', { namespace: 'aws-privateca-issuer' })],
    'update-addon --addon-name aws-privateca-connector-for-kubernetes',
  ],
  [
    'with a role of another account',
    [serviceAccount('api', { role: 'arn:aws:iam::444455556666:role/api' })],
    'targetRoleArn',
  ],
  ['with a role that is not one', [serviceAccount('api', { role: 'api' })], 'not the ARN of a role'],
])('a service account %s is left out, with the reason', (_, items, reason) => {
  const { associations, restarts, roles, kept } = migrationOf(...items);
  expect([associations, restarts, roles]).toEqual([[], [], []]);
  expect(kept).toMatchObject([{ reason: expect.stringContaining(reason) }]);
});

describe('a role of several clusters', () => {
  const accounts = [
    ...accountsOf([serviceAccount('api'), serviceAccount('worker')]),
    ...accountsOf([serviceAccount('api'), serviceAccount('job', { namespace: 'batch' })], 'apps-prod'),
  ];
  const migration = planMigration(accounts, accountId);
  const [role] = migration.roles;
  const subject = { accountId, region: 'eu-central-1', disableSessionTags: false };

  test('gets statements that EKS meets for these service accounts, and for no other', () => {
    const policy = { Version: '2012-10-17', Statement: role?.statements };
    const isTrusted = (clusterName: string, namespace: string, name: string) =>
      trustProblems(policy, { ...subject, clusterName, namespace, serviceAccount: name }).length === 0;
    for (const { clusterName, namespace, serviceAccount: name } of accounts) {
      expect([clusterName, name, isTrusted(clusterName, namespace, name)]).toEqual([clusterName, name, true]);
    }
    expect(isTrusted('apps-prod', 'payments', 'worker')).toBe(false);
    expect(isTrusted('apps-dev', 'batch', 'job')).toBe(false);
    expect(isTrusted('apps-dev', 'payments', 'other')).toBe(false);
  });

  test('becomes one binding for what is equal in both', () => {
    const read = readDeclaration(declarationText('from-irsa', migration.associations));
    expect(read).toMatchObject({ kind: 'declaration', declaration: { bindings: { length: 3 } } });
    const bindings = read.kind === 'declaration' ? read.declaration.bindings : [];
    const clustersOf = bindings.map(({ clusters }) => clusters.map(({ clusterName }) => clusterName));
    expect(clustersOf).toContainEqual(['apps-dev', 'apps-prod']);
  });

  test('is named in the guide with its clusters, and the steps say what is not known without pods', () => {
    const guide = migrationGuide(migration, false);
    expect(guide).toContain(`${roleArn} (2 clusters)`);
    expect(guide).toContain('The input has no pods');
    expect(guide).toContain('Outposts');
  });
});

test.each(['[]', '{}', 'null', '{"items": 1}'])('%s is not an output of kubectl', (text) => {
  expect(() => readKubernetes(text, 'c')).toThrow('not a list');
});

const folder = mkdtempSync(join(tmpdir(), 'irsa-'));
const pathOf = (name: string) => join(folder, name);

afterAll(() => rmSync(folder, { recursive: true }));

writeFileSync(pathOf('dev.json'), JSON.stringify({ items: [serviceAccount('api')] }));
writeFileSync(pathOf('prod.json'), JSON.stringify({ items: [serviceAccount('api'), serviceAccount('worker')] }));

const dev = ['irsa', '-f', pathOf('dev.json'), '--cluster-name', 'apps-dev'];

test('irsa prints the declaration on standard output, and the steps on standard error', async () => {
  const { code, stdout, stderr } = await runLine(dev);
  expect(code).toBe(0);
  expect(readDeclaration(stdout)).toMatchObject({ kind: 'declaration', declaration: { name: 'from-irsa' } });
  expect(stderr).toContain('aws eks create-addon --cluster-name apps-dev --addon-name eks-pod-identity-agent');
  expect(stderr).toContain('"sts:TagSession"');
});

test('irsa writes the declaration of several clusters into a file, and prints the steps', async () => {
  const files = [pathOf('dev.json'), pathOf('prod.json')].join(',');
  const to = [
    '--file',
    files,
    '--cluster-name',
    'apps-dev,apps-prod',
    '-o',
    pathOf('bindings.yaml'),
    '--name',
    'moved',
  ];
  const { code, stdout, stderr } = await runLine(['irsa', ...to]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('(2 clusters)');
  const read = readDeclaration(readFileSync(pathOf('bindings.yaml'), 'utf8'));
  expect(read).toMatchObject({ declaration: { name: 'moved', bindings: [{}, {}] } });
});

test('irsa prints data where a format is wanted', async () => {
  const { stdout } = await runLine([...dev, '--output', 'json', '--query', 'roles[].clusterNames']);
  expect(JSON.parse(stdout)).toEqual([['apps-dev']]);
});

test.each([
  ['a file that does not exist', ['irsa', '-f', pathOf('none'), '--cluster-name', 'c'], "can't be read"],
  ['a file of something else', ['irsa', '-f', import.meta.filename, '--cluster-name', 'c'], 'not valid JSON'],
  ['fewer clusters than files', ['irsa', '-f', 'a,b', '--cluster-name', 'c'], 'as many --cluster-name'],
  ['a missing option', ['irsa', '-f', 'a'], '--cluster-name'],
  ['an input document', [...dev, '--cli-input-json', '{}'], 'Unknown options: --cli-input-json'],
])('irsa ends with 1 for %s', async (_, line, message) => {
  expect(await runLine(line)).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
});
