import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deployProblems } from '../../deploy/deploy-check.ts';
import { openService } from '../support/lambda-package.ts';

const example = readFileSync(join(import.meta.dirname, '..', '..', 'policies', 'inventory.json'), 'utf8');
const inventory = example.replaceAll('111122223333', '222233334444');
const tokens = { jwtAuthorizer: 'api-gateway', jwtVerification: 'auto', issuers: '[]' } as const;
const good = {
  issuer: 'https://login.example',
  audience: ['gateway'],
  assumeRoleArns: '',
  corsOrigins: '',
  inventory,
  ...tokens,
};
const otherRole = 'arn:aws:iam::444455556666:role/pod-identity-gateway';

function withAccount(roleArn: string): string {
  const parsed = JSON.parse(inventory) as { accounts: object[] };
  const account = { accountId: '444455556666', name: 'other', regions: ['eu-central-1'], roleArn };
  return JSON.stringify({ ...parsed, accounts: [...parsed.accounts, account] });
}

test('accepts a deployment with an issuer and an audience', () => {
  expect(deployProblems(good)).toEqual([]);
});

test.each([
  ['jwtIssuer', { issuer: 'https://not-set.invalid' }],
  ['jwtAudience', { audience: ['not-set.invalid'] }],
])('rejects a deployment without %s', (name, choice) => {
  expect(deployProblems({ ...good, ...choice })).toEqual([expect.stringContaining(`${name} is not set`)]);
});

test.each(['gateway, pods', 'gateway,', ' gateway'])('rejects "%s" as a list of audiences', (audience) => {
  expect(deployProblems({ ...good, audience: [audience] })).toEqual([expect.stringContaining('without spaces')]);
});

test('rejects the example inventory', () => {
  expect(deployProblems({ ...good, inventory: example })).toEqual([expect.stringContaining('your own inventory')]);
});

test('rejects a role of the inventory that assumeRoleArns does not contain', () => {
  const other = { ...good, inventory: withAccount(otherRole) };
  expect(deployProblems(other)).toEqual([expect.stringContaining(otherRole)]);
  expect(deployProblems({ ...other, assumeRoleArns: `${otherRole}-2,${otherRole}` })).toEqual([]);
});

describe('issuers', () => {
  const jwks = { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }] };
  const login = { issuer: 'https://login.example', audiences: ['gateway'], jwks };
  const partner = {
    issuer: 'https://partner.example',
    audiences: ['gateway'],
    jwksUri: 'https://partner.example/keys',
  };
  const withIssuers = (entries: unknown, more: Partial<Parameters<typeof deployProblems>[0]> = {}) =>
    deployProblems({ ...good, issuers: JSON.stringify(entries), ...more });

  test('are accepted: one with API Gateway, several where the function verifies all', () => {
    expect(withIssuers([login])).toEqual([]);
    expect(withIssuers([login, partner], { jwtAuthorizer: 'function', jwtVerification: 'on' })).toEqual([]);
  });

  test.each([
    ['several with API Gateway', [login, partner], {}, 'set jwtAuthorizer to function'],
    ['unverified without API Gateway', [login], { jwtAuthorizer: 'function' }, 'set JWT_VERIFICATION to on'],
    ['another authorizer', [login], { jwtAuthorizer: 'lambda' }, 'set it to api-gateway or function'],
    ['without the issuer of the authorizer', [partner], {}, 'lacks https://login.example'],
    ['without keys to verify', [], { jwtVerification: 'on' as const }, 'add jwks or jwksUri'],
  ])('are rejected: %s', (_, entries, more, problem) => {
    expect(withIssuers(entries, more)).toEqual([expect.stringContaining(problem)]);
  });
});

test.each(['pod-identity-gateway', `${otherRole}, ${otherRole}`])(
  'rejects "%s" as a list of roles',
  (assumeRoleArns) => {
    expect(deployProblems({ ...good, assumeRoleArns })).toEqual([expect.stringContaining('not an IAM role ARN')]);
  },
);

test.each(['*', 'https://console.example/', 'console.example', 'https://a.example, https://b.example'])(
  'rejects "%s" as a list of origins',
  (corsOrigins) => {
    expect(deployProblems({ ...good, corsOrigins })).toEqual([expect.stringContaining('which is not an origin')]);
    expect(deployProblems({ ...good, corsOrigins: 'https://a.example,http://localhost:5173' })).toEqual([]);
  },
);

test('`serverless deploy` fails before it calls AWS when settings are missing, `serverless package` when bundles are', async () => {
  const service = await openService();
  const deploy = await service.serverless(['deploy']);
  expect(deploy).toEqual({ exitCode: 1, output: expect.stringContaining('jwtIssuer is not set') });
  expect(deploy.output).toContain('jwtAudience is not set');

  await service.removeBundles();
  const missing = expect.stringContaining('run `npm run build` first');
  expect(await service.serverless(['package'])).toEqual({ exitCode: 1, output: missing });
  await service.close();
}, 60_000);
