import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { awsCli, missingAwsCli } from '../../../test/support/aws-cli.ts';
import { testUnless } from '../../../test/support/requires.ts';
import { otherRoleArn, directAssociation, roleArn, simulate } from './simulation.ts';

const environment = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  AWS_ACCESS_KEY_ID: 'simulator',
  AWS_SECRET_ACCESS_KEY: 'x',
  AWS_DEFAULT_REGION: 'eu-central-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_MAX_ATTEMPTS: '1',
};

const cliTest = testUnless(missingAwsCli);

async function run(url: string, operation: string, ...options: string[]): Promise<unknown> {
  const args = ['eks', operation, ...options, '--endpoint-url', url, '--output', 'json'];
  const { stdout } = await promisify(execFile)(awsCli ?? 'aws', args, { env: environment });
  return stdout === '' ? null : JSON.parse(stdout);
}

const cluster = ['--cluster-name', 'apps-dev'];
const target = ['--namespace', 'payments', '--service-account', 'payments-api'];

cliTest('the AWS CLI creates, describes and lists', async () => {
  const { url, control } = await simulate();
  const create = [...cluster, ...target, '--role-arn', roleArn, '--tags', 'team=payments'];
  const created = await run(url, 'create-pod-identity-association', ...create);
  const associationId = control.associations()[0]?.associationId ?? '';
  const association: unknown = expect.objectContaining({ associationId, roleArn, tags: { team: 'payments' } });
  expect(created).toEqual({ association });

  control.createAssociation({ clusterName: 'apps-dev', namespace: 'search', serviceAccount: 'search-api', roleArn });
  const [described, listed, again] = await Promise.all([
    run(url, 'describe-pod-identity-association', ...cluster, '--association-id', associationId),
    // Two pages: the CLI follows nextToken by itself.
    run(url, 'list-pod-identity-associations', ...cluster, '--page-size', '1'),
    run(url, 'create-pod-identity-association', ...create).catch(String),
  ]);
  expect(described).toEqual(created);
  expect(listed).toMatchObject({ associations: [{ clusterName: 'apps-dev' }, { clusterName: 'apps-dev' }] });
  expect(again).toContain(`(ResourceInUseException) when calling the CreatePodIdentityAssociation operation`);
  expect(again).toContain(`Association already exists: ${associationId}`);
});

cliTest('the AWS CLI updates, deletes and tags', async () => {
  const { url, control } = await simulate();
  const { associationArn, associationId } = control.createAssociation({
    ...directAssociation,
    tags: { 'cost center': '1' },
  });
  const resource = ['--resource-arn', associationArn];
  const named = [...cluster, '--association-id', associationId];

  await run(url, 'tag-resource', ...resource, '--tags', 'team=payments,stage=a+b/c');
  const tags = { team: 'payments', stage: 'a+b/c' };
  expect(await run(url, 'list-tags-for-resource', ...resource)).toEqual({ tags: { 'cost center': '1', ...tags } });
  await run(url, 'untag-resource', ...resource, '--tag-keys', 'cost center', 'stage');

  const updated = await run(url, 'update-pod-identity-association', ...named, '--role-arn', otherRoleArn);
  const changed = { associationId, roleArn: otherRoleArn, tags: { team: 'payments' } };
  expect(updated).toEqual({ association: expect.objectContaining(changed) as unknown });
  expect(await run(url, 'delete-pod-identity-association', ...named)).toEqual(updated);

  const [again, untagged] = await Promise.all([
    run(url, 'delete-pod-identity-association', ...named).catch(String),
    run(url, 'untag-resource', ...resource, '--tag-keys', 'team').catch(String),
  ]);
  expect(again).toContain('(ResourceNotFoundException) when calling the DeletePodIdentityAssociation operation');
  expect(untagged).toContain('(NotFoundException) when calling the UntagResource operation');
});
