import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { awsCli } from '../../../../test/support/aws-cli.ts';
import { isLarge } from '../../../../test/support/sizes.ts';
import { describeUnless } from '../../../../test/support/requires.ts';
import type { Outcome } from '../host.ts';
import { missingOracle, resultOf, startOracle } from '../oracle/oracle.ts';
import { runOnGateway } from '../run-on-gateway.ts';
import { startAwsServer } from './aws-server.ts';
import { profiles, writeAwsFiles } from './files.ts';

type Variables = Readonly<Record<string, string>>;

/** A command line: the profile of `--profile`, other arguments, and the environment. */
interface Situation {
  readonly profile?: string;
  readonly args?: readonly string[];
  readonly environment: Variables;
}

const folder = mkdtempSync(join(tmpdir(), 'signer-'));
writeAwsFiles(folder);
const file = (name: string) => join(folder, name);

const keys = { AWS_ACCESS_KEY_ID: 'ENVIRONMENT', AWS_SECRET_ACCESS_KEY: 's' };
const half = { AWS_ACCESS_KEY_ID: 'ENVIRONMENT' };
const web = {
  AWS_WEB_IDENTITY_TOKEN_FILE: file('token'),
  AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/WebEnvironment',
};
const container = { AWS_CONTAINER_CREDENTIALS_FULL_URI: '$URL/container' };
const instance = { AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: '$URL/' };
const region = { AWS_REGION: 'eu-north-1' };
const noFiles = { AWS_CONFIG_FILE: file('none'), AWS_SHARED_CREDENTIALS_FILE: file('none') };

const situations: readonly Situation[] = [
  // Each profile, named by the option beside keys of the environment, or by one of the variables.
  ...profiles.flatMap((profile, index) => {
    const both = [{ profile, environment: keys }, { environment: { AWS_DEFAULT_PROFILE: profile } }];
    return isLarge ? both : both.slice(index % 2, (index % 2) + 1);
  }),
  ...['keys', 'empty', 'region-only', 'role', 'process-fails', 'half-key', 'nowhere', ''].flatMap((AWS_PROFILE) => [
    { environment: { AWS_PROFILE } },
    { environment: { AWS_PROFILE, ...keys } },
    { environment: { AWS_PROFILE, ...half } },
    { environment: { AWS_PROFILE, AWS_DEFAULT_PROFILE: 'token' } },
  ]),
  ...['keys', '', 'nowhere'].map((profile) => ({ profile, environment: { AWS_PROFILE: 'token' } })),
  ...['', 'nowhere'].map((AWS_PROFILE) => ({ profile: 'keys', environment: { AWS_PROFILE } })),
  // The variables of the environment.
  ...[
    ...[{}, keys, half, { AWS_SECRET_ACCESS_KEY: 's' }, { ...keys, AWS_ACCESS_KEY_ID: '' }, { ...half, ...web }],
    ...[
      { ...keys, AWS_SESSION_TOKEN: 't' },
      { ...keys, AWS_SESSION_TOKEN: 't', AWS_SECURITY_TOKEN: 'former' },
    ],
    ...[
      { ...keys, AWS_CREDENTIAL_EXPIRATION: '2099-01-01T00:00:00Z' },
      { ...keys, AWS_SECURITY_TOKEN: '' },
    ],
    ...[{ ...keys, AWS_CREDENTIAL_EXPIRATION: '2020-01-01T00:00:00Z' }],
    ...[web, { ...web, ...keys }, { AWS_WEB_IDENTITY_TOKEN_FILE: file('token') }, { ...web, AWS_PROFILE: 'sso' }],
    ...[
      { ...web, AWS_PROFILE: 'role' },
      { ...web, AWS_PROFILE: 'web' },
    ],
    ...[container, instance, { ...container, ...instance }, { AWS_CREDENTIAL_FILE: file('ec2-file') }],
    { BOTO_CONFIG: file('boto') },
  ].flatMap((environment) => [{ environment }, { environment: { ...environment, ...noFiles, ...region } }]),
  ...[web, container, instance].flatMap((environment) => [
    { profile: 'region-only', environment },
    { profile: 'keys', environment },
  ]),
  { profile: 'role-of-container', environment: container },
  { profile: 'role-of-instance', environment: instance },
  { environment: { AWS_PROFILE: 'role-of-environment', ...half } },
  { environment: { AWS_PROFILE: 'role-of-environment' } },
  // The region: signers have it, and it is missed before credentials are.
  ...['no-region', 'empty', 'web'].flatMap((profile) => [
    { profile, environment: region },
    { profile, environment: { AWS_DEFAULT_REGION: 'eu-south-2' } },
    { profile, environment: { ...region, AWS_DEFAULT_REGION: 'eu-south-2' } },
    { profile, args: ['--region', 'eu-south-1'], environment: region },
  ]),
  { environment: noFiles },
  { environment: { ...noFiles, ...keys } },
  { environment: { ...noFiles, ...half } },
  { profile: 'no-region', environment: {} },
  { args: ['--region', 'bad region'], environment: half },
  // The files.
  ...['other-config', 'worded-default', 'of-all', 'twice', 'option-twice', 'no-section', 'not-a-setting'].flatMap(
    (name) => [
      { environment: { AWS_CONFIG_FILE: file(name) } },
      { environment: { AWS_CONFIG_FILE: file(name), AWS_PROFILE: 'keys', ...keys } },
    ],
  ),
  ...['with-mark', 'returned'].map((name) => ({ environment: { AWS_CONFIG_FILE: file(name) } })),
  ...['other-config', 'twice', 'no-section'].map((name) => ({
    environment: { AWS_SHARED_CREDENTIALS_FILE: file(name) },
  })),
  { environment: { AWS_CONFIG_FILE: '', AWS_PROFILE: 'shared-only' } },
  { environment: { AWS_CONFIG_FILE: '~/other-config' } },
  { environment: { AWS_CONFIG_FILE: '$HOME/other-config' } },
  { environment: { AWS_CONFIG_FILE: folder, ...region, AWS_SHARED_CREDENTIALS_FILE: '/dev/null' } },
  { args: ['--output', 'xml'], environment: { AWS_CONFIG_FILE: file('twice') } },
];

/** A situation for people. */
function nameOf({ profile, args = [], environment }: Situation): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value.replace(folder, '')}`);
  return [...variables, 'pod-identity', ...(profile === undefined ? [] : [`--profile '${profile}'`]), ...args].join(
    ' ',
  );
}

const list = ['list-pod-identity-associations', '--cluster-name', 'apps-dev'];

describeUnless(missingOracle)('the AWS CLI and the command', () => {
  const oracle = startOracle({ HOME: folder });
  const before = process.env;
  let aws: Awaited<ReturnType<typeof startAwsServer>>;
  beforeAll(async () => {
    aws = await startAwsServer();
  });
  afterAll(async () => {
    process.env = before;
    oracle.close();
    await aws.close();
    rmSync(folder, { recursive: true });
  });

  /** The whole environment of a situation. */
  function variablesOf({ environment }: Situation): Variables {
    const given = Object.entries(environment).map(([name, value]) => [name, value.replace('$URL', aws.url)]);
    const variables: Variables = {
      PATH: before.PATH ?? '',
      HOME: folder,
      AWS_CONFIG_FILE: file('config'),
      AWS_SHARED_CREDENTIALS_FILE: file('credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
      AWS_CLI_ERROR_FORMAT: 'legacy',
      AWS_ENDPOINT_URL_EKS: aws.url,
      AWS_ENDPOINT_URL_STS: aws.url,
      AWS_ENDPOINT_URL_SSO: aws.url,
      POD_IDENTITY_ENDPOINT_URL: aws.url,
      ...(Object.fromEntries(given) as Variables),
    };
    return variables;
  }

  const lineOf = ({ profile, args = [] }: Situation) => [
    ...list,
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...args,
  ];

  /** Who signed, or how the command ended without a request. */
  function resultFrom({ code, stderr }: Outcome): string {
    const signers = aws.takeSigners();
    expect(stderr).not.toMatch(/warning|Multiple credential sources/i);
    return signers.length > 0 ? signers.join(' and ') : `exit ${code}: ${causeOf(stderr)}`;
  }

  async function theirs(situation: Situation): Promise<string> {
    const question = { arguments: ['eks', ...lineOf(situation)], environment: variablesOf(situation), isWhole: true };
    const [answer] = await oracle.ask('run_line', [question]);
    return resultFrom(resultOf(answer) as Outcome);
  }

  async function ours(situation: Situation): Promise<string> {
    const environment = variablesOf(situation);
    process.env = { ...environment };
    return resultFrom(
      await runOnGateway(lineOf(situation), { environment: { AWS_REGION: undefined, ...environment } }),
    );
  }

  test(`sign with the same key, or end alike, in each of ${situations.length} situations`, async () => {
    const different: object[] = [];
    const signers = new Set<string>();
    for (const situation of situations) {
      const both = { theirs: await theirs(situation), ours: await ours(situation) };
      signers.add(both.theirs);
      if (both.theirs !== both.ours) different.push({ situation: nameOf(situation), ...both });
    }
    expect(different).toEqual([]);
    // The situations reach most sources of credentials.
    expect(signers.size).toBeGreaterThan(60);
  }, 300_000);

  test.each<Situation>([
    { environment: { AWS_DEFAULT_PROFILE: 'keys' } },
    { environment: { AWS_DEFAULT_PROFILE: 'token', AWS_PROFILE: '' } },
    { environment: { AWS_PROFILE: 'empty', ...keys, ...region } },
    { profile: 'role-chain', environment: keys },
  ])('as programs, sign with the same key: $profile $environment', async (situation) => {
    const env = variablesOf(situation);
    const command = [join(import.meta.dirname, '../../bin/pod-identity.cjs'), ...lineOf(situation)];
    const theirs = resultFrom(await run(awsCli ?? 'aws', ['eks', ...lineOf(situation)], env));
    const ours = resultFrom(await run(process.execPath, command, env));
    expect(ours).toBe(theirs);
  });
});

/** Runs a program to its end. */
async function run(program: string, args: readonly string[], env: Variables): Promise<Outcome> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close') as Promise<[number]>;
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { stdout, stderr, code };
}

/** Messages that say the same in other words: of the AWS CLI, and of the command. */
const wordings: readonly (readonly [theirs: RegExp, ours: RegExp])[] = [
  [/^You must specify a region\. You can/, /^You must specify a region: with --region/],
  [/^Unable to locate credentials\. You can/, /^Unable to locate credentials\. Sign in/],
  [/^No closing quotation$/, /custom-process: A quotation or an escape does not end\.$/],
  [/to assume role with web identity but has no role ARN/, /has a web identity token, but no role/],
  [/^Credentials were refreshed, but the refreshed credentials are still expired/, /environment expired at 2020/],
  [
    /^Error loading SSO Token: Token for others does not exist$/,
    /The SSO session token .* was not found or is invalid/,
  ],
];

/** What went wrong: the first line of a message, in the words of the AWS CLI where ours are others. */
function causeOf(stderr: string): string {
  const [first = ''] = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('usage: '));
  const place = wordings.findIndex((both) => both.some((pattern) => pattern.test(first)));
  return place === -1 ? first : `as ${String(wordings[place]?.[0])}`;
}
