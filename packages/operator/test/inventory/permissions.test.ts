import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeAtEnd } from '../../../../test/support/left-open.ts';
import { allServicePolicies } from '../../../../test/support/service-control-policies.ts';
import { isAllowed } from '../../../../test/support/simulate.ts';
import type { PolicyDocument } from '../../../../test/support/simulate.ts';
import { runOperator } from '../run-operator.ts';
import { environmentAt, ownAccount, startOrganization } from './fake-organization.ts';
import type { Call } from './fake-organization.ts';

const other = '444455556666';
const page = readFileSync(join(import.meta.dirname, '../../../../docs/shipped-policies.md'), 'utf8');
/** The policies of the page, for these accounts. */
const [ofCaller = {}, ofReader = {}, trust = {}] = [...page.matchAll(/```json\n([^]*?)```/g)].map(
  ([, policy = '']) => JSON.parse(policy.replaceAll('CALLER-ACCOUNT-ID', ownAccount)) as PolicyDocument,
);
const caller = { arn: `arn:aws:iam::${ownAccount}:role/CALLER-ROLE`, policies: [ofCaller, ofReader] };
const reader = { arn: `arn:aws:iam::${other}:role/ROLE-NAME`, policies: [ofReader] };

let calls: readonly Call[];
const servicePolicies = allServicePolicies();

beforeAll(async () => {
  const organization = await startOrganization({
    accounts: [ownAccount, other].map((id) => ({ id, name: id })),
    clusters: { [`${ownAccount}/eu-central-1/new`]: {}, [`${other}/eu-central-1/new`]: {} },
  });
  closeAtEnd(organization.stop);
  const words = ['inventory', 'suggest', '--role-name', 'ROLE-NAME', '--namespaces'];
  const { status, stderr } = await runOperator(words, environmentAt(organization.endpoint));
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('FAILED') });
  calls = organization.calls;
});

test('the policies of docs/shipped-policies.md permit what inventory suggest requests, under the service control policies', async () => {
  // STS answers GetCallerIdentity to everyone.
  const checked = calls.filter(({ action }) => action !== 'sts:GetCallerIdentity');
  expect([...new Set(checked.map(({ action }) => action))].sort()).toEqual([
    ...['eks:DescribeCluster', 'eks:ListClusters', 'eks:ListPodIdentityAssociations'],
    ...['organizations:ListAccounts', 'sts:AssumeRole'],
  ]);
  for (const { action, resource, accountId } of checked) {
    const principal = { ...(accountId === ownAccount ? caller : reader), servicePolicies };
    const resourcePolicy = action === 'sts:AssumeRole' ? trust : undefined;
    const allowed = await isAllowed(principal, { action, resource, resourcePolicy });
    expect([action, resource, allowed]).toEqual([action, resource, true]);
  }
});

test.each([
  ['eks:CreatePodIdentityAssociation', `arn:aws:eks:eu-central-1:${other}:cluster/new`],
  ['eks:DeleteCluster', `arn:aws:eks:eu-central-1:${other}:cluster/new`],
  ['iam:PassRole', `arn:aws:iam::${other}:role/pods/payments/api`],
  ['sts:AssumeRole', `arn:aws:iam::${other}:role/OTHER-ROLE`],
])('the policies of docs/shipped-policies.md do not permit %s', async (action, resource) => {
  for (const principal of [caller, reader]) {
    expect(await isAllowed(principal, { action, resource, resourcePolicy: undefined })).toBe(false);
  }
});
