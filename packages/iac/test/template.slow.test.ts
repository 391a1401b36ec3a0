// Quick test: packages/iac/test/properties.test.ts.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { missingNag, nagFindings } from '../../../test/deploy/nag.ts';
import { describeUnless, testUnless } from '../../../test/support/requires.ts';
import { isAllowed, roleOf } from '../../../test/support/simulate.ts';
import { readYamlTemplate } from '../../../test/support/yaml-template.ts';
import { readProperties } from '../src/properties.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
const iac = join(root, 'packages/iac');
const packages = join(root, 'test/deploy/nag/node_modules');
const templateFile = join(iac, 'template.yml');

/** A program of a user of CDK. */
const program = `import { App, Stack } from 'aws-cdk-lib';
import { PodIdentityAssociation, PodIdentityFunction } from 'pod-identity-iac';

const app = new App({ analyticsReporting: false, outdir: process.argv[2] });
const env = { account: '111122223333', region: 'eu-central-1' };
const stack = new Stack(app, 'payments', { env });
const provider = new PodIdentityFunction(stack, 'PodIdentity', {
  gatewayUrl: 'https://abc.execute-api.eu-central-1.amazonaws.com',
  apiId: 'abc',
  roleName: 'payments-pod-identity',
});
const whole = new PodIdentityAssociation(stack, 'Api', {
  provider,
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
  accountId: '111122223333',
  region: 'eu-central-1',
  targetRoleArn: 'arn:aws:iam::444455556666:role/target',
  disableSessionTags: true,
  policy: '{}',
  tags: [{ key: 'team', value: 'payments' }],
  expiresAt: '2027-01-01T00:00:00Z',
  takeOver: true,
  reason: 'Deployed',
  onBehalfOf: 'alice@example.com',
  waitForApprovalMinutes: 5,
});
stack.exportValue(whole.associationArn, { name: 'arn' });
new PodIdentityAssociation(stack, 'Job', {
  provider,
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'job',
  roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
});
app.synth();
`;

/** What the example of the README uses. */
const declared = `import type { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
declare const stack: Stack;
declare const role: Role;
`;

let folder: string;
let stackFile: string;

/** Makes the folder of a user of CDK, with the package and aws-cdk-lib. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iac-'));
  await run(process.execPath, ['build.js'], { cwd: iac });
  if (missingNag !== null) return;
  const modules = join(folder, 'node_modules');
  await run('mkdir', ['-p', modules]);
  for (const name of ['aws-cdk-lib', 'constructs', '@aws-cdk']) symlinkSync(join(packages, name), join(modules, name));
  await run('cp', ['-r', iac, join(modules, 'pod-identity-iac')]);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'program.ts'), program);
  stackFile = join(folder, 'out/payments.template.json');
  await run(process.execPath, ['program.ts', join(folder, 'out')], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true }));

describeUnless(missingNag)('the constructs', () => {
  test('compile, with the types of the package and the example of the README', async () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types'), '--skipLibCheck'];
    const options = ['--target', 'es2022', '--module', 'nodenext', '--strict', '--noEmit', ...types];
    writeFileSync(join(folder, 'constructs.ts'), readFileSync(join(iac, 'src/cdk/index.ts')));
    const [, block = ''] = /^```ts\n([^]*?)^```/m.exec(readFileSync(join(iac, 'README.md'), 'utf8')) ?? [];
    writeFileSync(join(folder, 'readme.ts'), `${declared}${block}`);
    await run(process.execPath, [tsc, ...options, 'constructs.ts', 'program.ts', 'readme.ts'], { cwd: folder });
  });

  test('declare associations that the function can read', () => {
    const resources = Object.values(readYamlTemplate(stackFile).Resources);
    const declared = resources
      .filter(({ Type }) => Type === 'Custom::PodIdentityAssociation')
      .map(({ Properties: { ServiceToken: _token, ...properties } }) => readProperties(properties));
    const common = { clusterName: 'apps-dev', namespace: 'payments' };
    const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';
    expect(declared).toEqual([
      {
        ...common,
        serviceAccount: 'api',
        roleArn,
        accountId: '111122223333',
        region: 'eu-central-1',
        targetRoleArn: 'arn:aws:iam::444455556666:role/target',
        disableSessionTags: true,
        policy: '{}',
        tags: [{ key: 'team', value: 'payments' }],
        expiresAt: '2027-01-01T00:00:00Z',
        takeOver: true,
        reason: 'Deployed',
        onBehalfOf: 'alice@example.com',
        waitForApprovalMinutes: 5,
      },
      { ...common, serviceAccount: 'job', roleArn },
    ]);
  });
});

const templates = [
  ['template.yml', () => templateFile],
  ['the stack of the constructs', () => stackFile],
] as const;
const cfnLint = (args: readonly string[]) => spawnSync('cfn-lint', args, { encoding: 'utf8' });
const missingLint = cfnLint(['--version']).status === 0 ? null : 'cfn-lint is not installed (pip install cfn-lint)';

testUnless(missingLint ?? missingNag)('cfn-lint accepts template.yml and the stack of the constructs', () => {
  // W3002: `aws cloudformation package` uploads the folder. W3005: CDK writes dependencies that references imply.
  const args = ['--ignore-checks', 'W3002', 'W3005', '--format', 'parseable', '--', templateFile, stackFile];
  expect(cfnLint(args)).toMatchObject({ status: 0, stdout: '' });
});

/** Accepted findings of cdk-nag, each with its reason. */
const accepted: Readonly<Record<string, string>> = {
  CloudWatchLogGroupEncrypted: 'CloudWatch Logs encrypts all groups.',
  IAMNoInlinePolicy: `A policy that only one role has is deleted with it and can't be attached elsewhere.`,
  LambdaAsyncFailureDestination: 'CloudFormation tells who deploys that no answer came.',
  LambdaConcurrency: 'Requests come at the speed of deployments.',
  LambdaDLQ: 'CloudFormation tells who deploys that no answer came.',
  LambdaInsideVPC: 'It reaches the gateway and CloudFormation, and receives nothing from a network.',
  LambdaTracing: 'The gateway records every change.',
};

testUnless(missingNag)('cdk-nag finds only what is accepted in template.yml and the stack of the constructs', () => {
  for (const findings of nagFindings([templateFile, stackFile])) {
    const rules = findings.map((finding) => finding.replace(/ on .*/, ''));
    expect([...new Set(rules)]).toEqual(Object.keys(accepted));
  }
});

describeUnless(missingNag).each(templates)('the role of %s', (_, fileOf) => {
  const context = { accountId: '111122223333', region: 'eu-central-1', stack: 'payments' };
  const parameters = { ApiId: 'abc', ApiRegion: '', RoleName: 'payments-pod-identity', GatewayUrl: 'https://abc' };
  const gateway = 'arn:aws:execute-api:eu-central-1:111122223333:abc/$default';
  const roleIn = () => {
    const template = readYamlTemplate(fileOf());
    const [id = ''] = Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::IAM::Role') ?? [];
    return roleOf(template, id, { ...context, parameters });
  };

  test.each([
    ['execute-api:Invoke', `${gateway}/POST/iam/graphql`, true],
    ['execute-api:Invoke', `${gateway}/POST/graphql`, false],
    ['execute-api:Invoke', `${gateway}/GET/iam/graphql`, false],
    ['execute-api:Invoke', `${gateway.replace('abc', 'other')}/POST/iam/graphql`, false],
    ['eks:CreatePodIdentityAssociation', 'arn:aws:eks:eu-central-1:111122223333:cluster/apps-dev', false],
    ['iam:PassRole', 'arn:aws:iam::111122223333:role/pods/payments/payments-api', false],
  ])('may %s on %s: %s', async (action, resource, may) => {
    expect(roleIn().arn).toBe('arn:aws:iam::111122223333:role/payments-pod-identity');
    expect(await isAllowed(roleIn(), { action, resource })).toBe(may);
  });
});
