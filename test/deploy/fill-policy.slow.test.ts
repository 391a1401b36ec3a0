// No quick test.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { operatorRoles } from '../support/deployment.ts';
import { organizationValues, scp } from '../support/service-control-policies.ts';

const policies = Object.entries(organizationValues);
const { 'protect-gateway': protect, 'protect-tables': tables, 'associations-scp': associations } = organizationValues;

test.each([
  ['protect-gateway', protect, 'arn:*:apigateway:*::/apis/f6g7h8i9j0*'],
  ['protect-tables', tables, 'arn:*:iam::*:role/pod-identity-gateway-prod-us-east-1-reconcile'],
  ['protect-gateway', protect, operatorRoles[1].replace(/^.*::\d+/, 'arn:*:iam::*')],
  ['associations-scp', associations, 'arn:*:iam::222233334455:role/pod-identity-gateway-deployer-prod-eu-central-1'],
  ['associations-scp', associations, 'arn:*:iam::222233334455:role/pod-identity-gateway-prod-us-east-1-executor'],
])('%s is printed with the given names, and no placeholder is left', (policy, values, expected) => {
  const { status, stdout } = scp(policy, ...values);
  expect(status).toBe(0);
  expect(JSON.stringify(JSON.parse(stdout))).toBe(stdout.trim());
  expect(stdout).toContain(`"${expected}"`);
  expect(stdout).not.toMatch(/[A-Z]+-[A-Z]+/);
});

test.each(policies)(
  '%s fits into a service control policy, filled for two regions and two operators',
  (policy, values) => {
    expect(scp(policy, ...values).stdout.trim().length).toBeLessThanOrEqual(5_120);
  },
);

test('one that does not fit is not printed', () => {
  const operators = Array.from({ length: 40 }, (_, index) => `ops/gateway-operator-of-team-number-${index}`).join(',');
  const { status, stdout, stderr } = scp('protect-gateway', ...protect, `OPERATOR-ROLE=${operators}`);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^The policy has \d+ characters, and 5120 are allowed\. Use fewer or shorter names/);
});

test('the policies leave room for others: at most 5 are attached to an account, of which FullAWSAccess is one', () => {
  expect(policies.length + 1).toBeLessThanOrEqual(4);
});

test.each([
  [[], 'Give the name of a policy first: protect-gateway or protect-tables or associations-scp.'],
  [['other'], 'Give the name of a policy first: protect-gateway or protect-tables or associations-scp.'],
  [['protect-gateway'], 'Give API-ID=…, the id of the API of each gateway, such as a1b2c3d4e5.'],
  [['protect-gateway', 'API-ID=*'], 'API-ID is "*": give the id of the API of each gateway, such as a1b2c3d4e5.'],
  [['protect-gateway', 'API=a1b2c3'], 'protect-gateway has no API: it has API-ID, STAGE-REGION,'],
  [
    ['associations-scp', ...associations, 'DEPLOYER-ROLE=*'],
    'DEPLOYER-ROLE is "*": give the path and name of each deployer role.',
  ],
  [
    ['associations-scp', ...associations, 'STACKSETS-ROLE=stacksets-exec-*'],
    'STACKSETS-ROLE is "stacksets-exec-*": give the path and name of each role',
  ],
  [['associations-scp', ...associations, 'STAGE-REGION=prod'], 'STAGE-REGION is "prod": give the stage and region'],
])('%j is explained', (args, message) => {
  expect(scp(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) as string });
});

test('the command that fills policies knows every policy of the folder', () => {
  const files = readdirSync(join(import.meta.dirname, '..', '..', 'deploy', 'iam'));
  for (const name of files.filter((file) => file.endsWith('.json'))) {
    expect(scp('--help').stdout).toContain(name.replace('.json', ''));
  }
});
