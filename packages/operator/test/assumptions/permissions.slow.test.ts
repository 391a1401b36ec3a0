// Quick test: packages/operator/test/assumptions/table.test.ts.
import { join } from 'node:path';
import { asRole } from '../../../eks-simulator/src/index.ts';
import { properties } from '../../../../test/support/lambda-package.ts';
import { resolveIn } from '../../../../test/support/resolve-template.ts';
import { allServicePolicies } from '../../../../test/support/service-control-policies.ts';
import { isAllowed, roleOf } from '../../../../test/support/simulate.ts';
import type { SimulatedRequest } from '../../../../test/support/simulate.ts';
import { readYamlTemplate } from '../../../../test/support/yaml-template.ts';
import { startFalsifyingProxy } from './falsifying-proxy.ts';
import type { WireRequest } from './falsifying-proxy.ts';
import { resultsOf, start, times } from './run-assumptions.ts';

const [accountId, region] = ['111122223333', 'eu-central-1'];
const template = readYamlTemplate(join(import.meta.dirname, '../../../../deploy/iam/assumptions.yml'));
const parameters = { ClusterName: 'apps-dev', CallerArn: `arn:aws:iam::${accountId}:role/operator` };
const context = { accountId, region, stack: 'pod-identity-assumptions', parameters };
const trialRole = roleOf(template, 'TrialRole', context);
const arnOf = (name: string) => String(resolveIn(template, context, { 'Fn::GetAtt': [name, 'Arn'] }));
const [podRole, targetRole] = [arnOf('PodRole'), arnOf('TargetRole')];
const eks = (resource: string) => `arn:aws:eks:${region}:${accountId}:${resource}`;
const toPods = { 'iam:PassedToService': 'pods.eks.amazonaws.com' };

/** What a request needs, by the service authorization reference of EKS and its user guide. */
function neededFor({ operation, path, body: { roleArn, tags } }: WireRequest): SimulatedRequest[] {
  const [, , cluster = '', , id = ''] = path.split('/');
  const resource = operation.endsWith('tag')
    ? decodeURIComponent(path.slice('/tags/'.length))
    : eks(`podidentityassociation/${cluster}/${id || '*'}`);
  if (operation.endsWith('tag'))
    return [{ action: operation === 'tag' ? 'eks:TagResource' : 'eks:UntagResource', resource }];
  const verb = `${operation.charAt(0).toUpperCase()}${operation.slice(1)}`;
  const action = `eks:${verb}PodIdentityAssociation${operation === 'list' ? 's' : ''}`;
  const ofRole = (role: string) => [
    { action: 'iam:PassRole', resource: role, context: toPods },
    { action: 'iam:GetRole', resource: role },
  ];
  return [
    { action, resource: operation === 'create' || operation === 'list' ? eks(`cluster/${cluster}`) : resource },
    ...(tags === undefined ? [] : [{ action: 'eks:TagResource', resource }]),
    ...(roleArn === undefined ? [] : ofRole(roleArn)),
  ];
}

let needed: readonly SimulatedRequest[];

beforeAll(async () => {
  const simulator = await start();
  for (const [name, arn] of Object.entries({ PodRole: podRole, TargetRole: targetRole })) {
    const trustPolicy = resolveIn(template, context, properties(template, name).AssumeRolePolicyDocument);
    simulator.control.addRole(asRole({ arn, trustPolicy }, name));
  }
  const seen: WireRequest[] = [];
  const url = await startFalsifyingProxy(simulator.url, (request, send) => {
    seen.push(request);
    return send();
  });
  const roles = ['--role-arn', podRole, '--target-role-arn', targetRole];
  const { status } = await resultsOf(url, ['--tries', '1'], times, [
    '--cluster',
    'apps-dev',
    '--region',
    region,
    ...roles,
  ]);
  expect(status).toBe(0);
  const all = seen.flatMap(neededFor);
  needed = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
});

test('the role of the template may do what every trial does', async () => {
  for (const request of needed) {
    expect([request, await isAllowed(trialRole, request)]).toEqual([request, true]);
  }
});

test('the role may do nothing that no trial does', () => {
  const { Policies } = properties(template, 'TrialRole') as {
    Policies: { PolicyDocument: { Statement: { Action: string[] }[] } }[];
  };
  const given = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement.flatMap(({ Action }) => Action));
  expect([...new Set(needed.map(({ action }) => action))].sort()).toEqual(given.toSorted());
});

test.each<[string, SimulatedRequest]>([
  ['create in another cluster', { action: 'eks:CreatePodIdentityAssociation', resource: eks('cluster/other') }],
  [
    'delete in another cluster',
    { action: 'eks:DeletePodIdentityAssociation', resource: eks('podidentityassociation/other/a-1') },
  ],
  ['delete the cluster', { action: 'eks:DeleteCluster', resource: eks('cluster/apps-dev') }],
  ['tag the cluster', { action: 'eks:TagResource', resource: eks('cluster/apps-dev') }],
  [
    'pass another role',
    { action: 'iam:PassRole', resource: `arn:aws:iam::${accountId}:role/pods/api`, context: toPods },
  ],
  [
    'pass the role to EC2',
    { action: 'iam:PassRole', resource: podRole, context: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
  ],
])('the role may not %s', async (_, request) => {
  expect(await isAllowed(trialRole, request)).toBe(false);
});

test('the roles of its associations may do nothing', () => {
  for (const name of ['PodRole', 'TargetRole']) expect(roleOf(template, name, context).policies).toEqual([]);
});

test('the service control policies deny the trials, as the help says', async () => {
  const limited = { ...trialRole, servicePolicies: allServicePolicies() };
  const create = { action: 'eks:CreatePodIdentityAssociation', resource: eks('cluster/apps-dev') };
  expect(await isAllowed(limited, create)).toBe(false);
});
