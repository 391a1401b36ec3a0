import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

function scp(...args: readonly string[]) {
  const script = join(root, 'deploy', 'fill-policy.ts');
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
}

const names = ['GATEWAY-ACCOUNT=222233334455', 'BREAK-GLASS-ROLE=break-glass', 'DEPLOYER-ROLE=ci/deployer'];

test.each([
  ['protect-gateway', ['API-ID=a1b2c3'], 'arn:*:apigateway:*::/apis/a1b2c3'],
  ['associations-scp', names, 'arn:*:iam::222233334455:role/ci/deployer'],
])('%s is printed with the given names, and no placeholder is left', (policy, values, expected) => {
  const { status, stdout } = scp(policy, ...values);
  expect(status).toBe(0);
  expect(JSON.stringify(JSON.parse(stdout))).toBe(stdout.trim());
  expect(stdout).toContain(`"${expected}"`);
  expect(stdout).not.toMatch(/[A-Z]+-[A-Z]+/);
});

test.each([
  [[], 'Give the name of a policy first: protect-gateway or associations-scp.'],
  [['other'], 'Give the name of a policy first: protect-gateway or associations-scp.'],
  [['protect-gateway'], 'Give API-ID=…, the id of the API, such as a1b2c3d4e5.'],
  [['protect-gateway', 'API-ID=*'], 'API-ID is "*": give the id of the API, such as a1b2c3d4e5.'],
  [['protect-gateway', 'API=a1b2c3'], 'protect-gateway has no API: it has API-ID.'],
  [
    ['associations-scp', ...names, 'DEPLOYER-ROLE=*'],
    'DEPLOYER-ROLE is "*": give the path and name of the deployer role.',
  ],
])('%j is explained', (args, message) => {
  expect(scp(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) as string });
});

test('it knows every policy of the folder', () => {
  const policies = readdirSync(join(root, 'deploy', 'iam')).filter((name) => name.endsWith('.json'));
  for (const name of policies) expect(scp('--help').stdout).toContain(name.replace('.json', ''));
});
