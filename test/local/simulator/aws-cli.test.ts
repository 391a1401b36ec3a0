import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { roleArn, simulate } from './simulation.ts';

const inItsPlace = existsSync('/usr/bin/aws');
const aws = inItsPlace ? '/usr/bin/aws' : 'aws';
const installed = inItsPlace || spawnSync(aws, ['--version']).status === 0;
const environment = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  AWS_ACCESS_KEY_ID: 'simulator',
  AWS_SECRET_ACCESS_KEY: 'x',
  AWS_DEFAULT_REGION: 'eu-central-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_MAX_ATTEMPTS: '1',
};

const cliTest = installed || process.env.CI !== undefined ? test : test.skip;
const name =
  'the AWS CLI creates, describes and lists' + (installed ? '' : ' (skipped: there is no aws on this machine)');

cliTest(
  name,
  async () => {
    const { url, control } = await simulate();
    const run = async (operation: string, ...options: string[]): Promise<unknown> => {
      const args = [
        'eks',
        operation,
        '--cluster-name',
        'apps-dev',
        ...options,
        '--endpoint-url',
        url,
        '--output',
        'json',
      ];
      const { stdout } = await promisify(execFile)(aws, args, { env: environment });
      return JSON.parse(stdout);
    };
    const target = ['--namespace', 'payments', '--service-account', 'payments-api'];
    const create = [...target, '--role-arn', roleArn, '--tags', 'team=payments'];

    const created = await run('create-pod-identity-association', ...create);
    const associationId = control.associations()[0]?.associationId ?? '';
    const association: unknown = expect.objectContaining({ associationId, roleArn, tags: { team: 'payments' } });
    expect(created).toEqual({ association });

    control.createAssociation({ clusterName: 'apps-dev', namespace: 'search', serviceAccount: 'search-api', roleArn });
    const [described, listed, again] = await Promise.all([
      run('describe-pod-identity-association', '--association-id', associationId),
      // Two pages: the CLI follows nextToken by itself.
      run('list-pod-identity-associations', '--page-size', '1'),
      run('create-pod-identity-association', ...create).catch(String),
    ]);
    expect(described).toEqual(created);
    expect(listed).toMatchObject({ associations: [{ clusterName: 'apps-dev' }, { clusterName: 'apps-dev' }] });
    expect(again).toContain(`(ResourceInUseException) when calling the CreatePodIdentityAssociation operation`);
    expect(again).toContain(`Association already exists: ${associationId}`);
  },
  15_000,
);
