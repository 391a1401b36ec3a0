import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeUnless } from '../../../test/support/requires.ts';
import { CommandError } from '../src/aws/errors.ts';
import { credentialProvider } from '../src/gateway/credentials/credentials.ts';
import { missingOracle, startOracle } from './oracle/oracle.ts';

const folder = mkdtempSync(join(tmpdir(), 'aws-credentials-'));
const configFile = join(folder, 'config');
const credentialsFile = join(folder, 'credentials');
writeFileSync(
  configFile,
  `[default]
region = eu-central-1
[profile process]
credential_process = echo '{"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": "s"}'
[profile failing-process]
credential_process = sh -c 'echo the session has expired >&2; exit 3'
[profile without-source]
role_arn = arn:aws:iam::111122223333:role/admin
source_profile = nowhere
[profile empty]
region = eu-central-1
`,
);
writeFileSync(
  credentialsFile,
  `[default]
aws_access_key_id = DEFAULT
aws_secret_access_key = s
[named]
aws_access_key_id = NAMED
aws_secret_access_key = s
`,
);
afterAll(() => rmSync(folder, { recursive: true }));

const files = {
  AWS_CONFIG_FILE: configFile,
  AWS_SHARED_CREDENTIALS_FILE: credentialsFile,
  // No computer of a test has an identity of its own.
  AWS_EC2_METADATA_DISABLED: 'true',
};
const keys = { AWS_ACCESS_KEY_ID: 'ENVIRONMENT', AWS_SECRET_ACCESS_KEY: 's' };

/** The access key that a command signs with; else the message of its error. */
async function accessKeyOf(environment: Readonly<Record<string, string>>, profile: string | null): Promise<string> {
  const before = process.env;
  const others = Object.entries(before).filter(([name]) => !name.startsWith('AWS_'));
  process.env = { ...Object.fromEntries(others), ...environment };
  try {
    return (await credentialProvider({ profile, environment, region: null })()).accessKeyId;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return error.message;
  } finally {
    process.env = before;
  }
}

const situations: readonly (readonly [string, Readonly<Record<string, string>>, string | null])[] = [
  ['keys in the environment', keys, null],
  ['keys in the environment beside AWS_PROFILE', { ...keys, AWS_PROFILE: 'named' }, null],
  ['keys in the environment beside --profile', keys, 'named'],
  ['AWS_PROFILE', { AWS_PROFILE: 'named' }, null],
  ['AWS_PROFILE of a process', { AWS_PROFILE: 'process' }, null],
  ['--profile beside AWS_PROFILE', { AWS_PROFILE: 'named' }, 'process'],
  ['the default profile', {}, null],
  ['a secret alone, which does not count', { AWS_SECRET_ACCESS_KEY: 's' }, null],
];

describeUnless(missingOracle)('as the AWS CLI', () => {
  const oracle = startOracle();
  afterAll(() => oracle.close());

  test.each(situations)('a command signs with %s', async (_name, environment, profile) => {
    const all = { ...files, ...environment };
    const [theirs] = await oracle.ask('credentials', [{ environment: all, profile }]);
    expect({ result: await accessKeyOf(all, profile) }).toEqual(theirs);
  });

  test.each<readonly [string, Readonly<Record<string, string>>, string | null, RegExp]>([
    ['keys in part', { AWS_ACCESS_KEY_ID: 'ENVIRONMENT' }, null, /AWS_SECRET_ACCESS_KEY/],
    ['a process that fails', {}, 'failing-process', /the session has expired/],
    ['a source profile that does not exist', {}, 'without-source', /nowhere/],
  ])('the cause is named, and no other credentials are used: %s', async (_name, environment, profile, cause) => {
    const all = { ...files, ...environment };
    const [theirs] = await oracle.ask('credentials', [{ environment: all, profile }]);
    expect(theirs).toEqual({ error: expect.stringMatching(cause), type: expect.any(String) });
    expect(await accessKeyOf(all, profile)).toMatch(cause);
  });
});

test('a profile without credentials says how to give some', async () => {
  expect(await accessKeyOf(files, 'empty')).toMatch(
    /^Unable to locate credentials\. .*aws configure.*POD_IDENTITY_TOKEN/,
  );
});
