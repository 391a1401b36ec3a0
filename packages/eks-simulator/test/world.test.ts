import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { podIdentityTrustPolicy, trustsPodIdentity } from '../src/trust-policy.ts';
import type { TrustStatement } from '../src/trust-policy.ts';
import { parseWorld, readWorld } from '../src/world.ts';

const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
const role = { arn: 'arn:aws:iam::111122223333:role/a', trustPolicy: podIdentityTrustPolicy };
const good = { defaultAccountId: '111122223333', clusters: [cluster], roles: [role] };

test('the shipped world has the clusters and roles of the examples', () => {
  const { clusters, roles } = readWorld();
  expect(clusters.map(({ clusterName }) => clusterName)).toEqual(['apps-dev', 'apps-prod']);
  expect(roles.map(({ arn, trustPolicy }) => [arn.split(':role')[1], trustsPodIdentity(trustPolicy)])).toEqual([
    ['/pods/payments/payments-api', true],
    ['/pods/payments/payments-worker', true],
    ['/pods/search/search-api', true],
    ['/pods/kube-system/ebs-csi-driver', true],
    ['/pods/payments/irsa-only', false],
  ]);
});

test('access keys are optional in a world', () => {
  expect(parseWorld(good).accessKeys).toEqual({});
});

test.each([
  ['not an object', [], 'world must be a JSON object'],
  ['an unknown field', { ...good, cluster }, 'world.cluster is not a known field. Known fields: defaultAccountId'],
  ['no default account', { ...good, defaultAccountId: undefined }, 'world.defaultAccountId is missing'],
  ['a wrong account', { ...good, defaultAccountId: '1111' }, 'world.defaultAccountId must be an AWS account'],
  [
    'an access key without a valid account',
    { ...good, accessKeys: { a: 'b' } },
    'world.accessKeys.a must be an AWS account',
  ],
  ['clusters that are not a list', { ...good, clusters: cluster }, 'world.clusters must be a JSON array'],
  ['a cluster without region', change('clusters', { region: null }), 'world.clusters.0.region is missing'],
  ['a wrong region', change('clusters', { region: 'Frankfurt' }), 'world.clusters.0.region must be an AWS region'],
  ['a wrong cluster name', change('clusters', { clusterName: 'a b' }), 'clusters.0.clusterName must be the name of an'],
  ['an unknown field of a cluster', change('clusters', { name: 'a' }), 'world.clusters.0.name is not a known field'],
  ['a cluster that is a duplicate', { ...good, clusters: [cluster, cluster] }, 'world.clusters.1 is a duplicate'],
  ['a role that is not an ARN', change('roles', { arn: 'a' }), 'world.roles.0.arn must be the ARN of an IAM role'],
  ['a role without trust policy', change('roles', { trustPolicy: null }), 'world.roles.0.trustPolicy is missing'],
  ['a trust policy without statements', change('roles', { trustPolicy: {} }), 'trustPolicy.Statement is missing'],
  [
    'a wrong effect',
    change('roles', { trustPolicy: { Statement: { Effect: 'allow' } } }),
    'Effect must be Allow or Deny',
  ],
  ['a wrong time', change('roles', { existsFrom: 'soon' }), 'roles.0.existsFrom must be an ISO 8601 time or a number'],
  ['a negative time', change('roles', { existsFrom: -1 }), 'roles.0.existsFrom must be a whole number from 0'],
  ['a role that is a duplicate', { ...good, roles: [role, role] }, 'world.roles.1 is a duplicate'],
])('a world with %s is refused', (_, json, words) => {
  expect(() => parseWorld(json)).toThrow(words);
});

test('an error in a world file names the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'eks-simulator-'));
  const file = join(folder, 'world.json');
  expect(() => readWorld(file)).toThrow(`The world file ${file} can't be read`);
  writeFileSync(file, '{');
  expect(() => readWorld(file)).toThrow(`The world file ${file} is not JSON`);
  writeFileSync(file, '{}');
  expect(() => readWorld(file)).toThrow(`${file}.defaultAccountId is missing`);
  rmSync(folder, { recursive: true });
});

const Principal = { Service: 'pods.eks.amazonaws.com' };
const both = ['sts:AssumeRole', 'sts:TagSession'];

test.each<[string, TrustStatement[]]>([
  ['in one statement', [{ Effect: 'Allow', Principal, Action: both }]],
  ['in two statements', both.map((Action) => ({ Effect: 'Allow', Principal, Action }))],
  [
    'among other services',
    [{ Effect: 'Allow', Principal: { Service: ['ec2.amazonaws.com', Principal.Service] }, Action: both }],
  ],
  ['by a wildcard', [{ Effect: 'Allow', Principal, Action: 'sts:*' }]],
  ['in another letter case', [{ Effect: 'Allow', Principal, Action: ['STS:assumerole', 'sts:TAGSESSION'] }]],
])('a trust policy that allows both actions %s is accepted', (_, Statement) => {
  expect(trustsPodIdentity({ Statement })).toBe(true);
});

test.each<[string, TrustStatement[]]>([
  ['allows nothing', []],
  ['lacks sts:TagSession', [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }]],
  [
    'lacks sts:AssumeRole',
    [{ Effect: 'Allow', Principal, Action: ['sts:TagSession', 'sts:AssumeRoleWithWebIdentity'] }],
  ],
  ['trusts another service', [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: both }]],
  ['trusts no service', [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: both }]],
  ['names no principal', [{ Effect: 'Allow', Action: both }]],
  ['denies', [{ Effect: 'Deny', Principal, Action: both }]],
  [
    'denies one action again',
    [
      { Effect: 'Allow', Principal, Action: both },
      { Effect: 'Deny', Principal, Action: 'sts:TagSession' },
    ],
  ],
])('a trust policy that %s is not accepted', (_, Statement) => {
  expect(trustsPodIdentity({ Statement })).toBe(false);
});

test('a trust policy may hold one statement without a list', () => {
  const trustPolicy = { Statement: { Effect: 'Allow', Principal, Action: both } };
  const world = parseWorld(change('roles', { trustPolicy }));
  expect(world.roles.map((each) => trustsPodIdentity(each.trustPolicy))).toEqual([true]);
});

function change(list: 'clusters' | 'roles', fields: Record<string, unknown>): unknown {
  return { ...good, [list]: [{ ...good[list][0], ...fields }] };
}
