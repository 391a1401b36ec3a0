import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, isEnumType } from 'graphql';
import { testUnless } from '../../../test/support/requires.ts';
import { awsTime } from '../src/aws/timestamp.ts';
import { repr } from '../src/aws/python.ts';
import { globalOptions, optionsOf } from '../src/aws/options.ts';
import { commands } from '../src/command-table.ts';
import { completedEnums } from '../src/completion.ts';
import { ServiceError } from '../src/index.ts';
import { runLine } from './host.ts';

const line = ['describe-pod-identity-association', '--cluster-name', 'c', '--association-id', 'a'];
const answer = { association: { associationId: 'a', createdAt: '2026-11-26T03:55:32.123Z', targetRoleArn: null } };
const call = () => Promise.resolve(answer);

test('--version prints the version, whatever follows', async () => {
  const outcome = { code: 0, stdout: 'pod-identity/0.0.0\n', stderr: '' };
  expect(await runLine(['--version', 'nonsense', '--output', 'xml'])).toEqual(outcome);
});

test.each([['help'], ['--help']])('%s lists the commands and the exit codes', async (...args) => {
  const { code, stdout } = await runLine(args);
  expect(code).toBe(0);
  for (const { name, summary } of commands) expect(stdout).toContain(`  ${name}\n      ${summary.slice(0, 40)}`);
  for (const exitCode of [0, 130, 252, 253, 254, 255]) expect(stdout).toContain(`\n  ${exitCode}\n`);
  expect(stdout.split('\n').filter((one) => one.length > 90)).toEqual([]);
});

test.each(commands)('$name has a help text with all documented options', async (command) => {
  const { stdout } = await runLine([command.name, 'help']);
  expect(await runLine([command.name, '--help'])).toMatchObject({ stdout });
  expect(await runLine(['help', command.name])).toMatchObject({ stdout });
  const options = [...optionsOf(command), ...globalOptions];
  for (const { name, hidden = false, takes } of options) {
    const entry = `\n  --${name}${takes === 'nothing' ? '\n' : ' '}`;
    expect({ name, isShown: stdout.includes(entry) }).toEqual({ name, isShown: !hidden });
  }
});

test('an answer has the fields of the API without those that are null, and local times', async () => {
  const createdAt = awsTime(new Date(answer.association.createdAt));
  const { stdout } = await runLine(line, { call });
  expect(JSON.parse(stdout)).toEqual({ association: { associationId: 'a', createdAt } });
});

test('--output off prints nothing', async () => {
  expect(await runLine([...line, '--output', 'off'], { call })).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('the last of repeated options counts, and prefixes and attached values work', async () => {
  const sent: unknown[] = [];
  const args = 'update-pod-identity-association --clu a --cluster-n=b --assoc x --no-dis --disable'.split(' ');
  await runLine(args, { call: ({ input }) => (sent.push(input), call()) });
  expect(sent).toEqual([{ clusterName: 'b', associationId: 'x', disableSessionTags: true }]);
});

test.each([
  [0, '2026-11-26T03:55:32.123000+00:00'],
  [60, '2026-11-26T04:55:32.123000+01:00'],
  [-210, '2026-11-26T00:25:32.123000-03:30'],
])('a time at an offset of %d minutes is %s', (offset, expected) => {
  expect(awsTime(new Date('2026-11-26T03:55:32.123Z'), offset)).toBe(expected);
});

test('a time on a full second has no fraction', () => {
  expect(awsTime(new Date('2026-11-26T03:55:32.000Z'), 0)).toBe('2026-11-26T03:55:32+00:00');
});

test.each([
  ["it's", `"it's"`],
  [`"'\\\n\u00a0é`, String.raw`'"\'\\\n\xa0é'`],
  [0.00001, '1e-05'],
  [[null, true, { a: new Date(0) }], "[None, True, {'a': 1970-01-01 00:00:00}]"],
])('%j is shown as Python does', (value, expected) => {
  expect(repr(value)).toBe(expected);
});

describe('errors', () => {
  const refused = new ServiceError('ResourceInUseException', 'CreatePodIdentityAssociation', 'It exists.');
  const fail = { call: () => Promise.reject(refused) };
  const message =
    'An error occurred (ResourceInUseException) when calling the CreatePodIdentityAssociation operation: It exists.';

  test.each([
    ['enhanced', `\npod-identity: [ERROR]: ${message}\n`],
    ['legacy', `\n${message}\n`],
    ['json', '{\n    "Message": "It exists.",\n    "Code": "ResourceInUseException"\n}\n'],
    ['yaml', 'Code: ResourceInUseException\nMessage: It exists.\n'],
    ['text', 'ResourceInUseException\tIt exists.\n'],
  ])('--cli-error-format %s', async (format, stderr) => {
    expect(await runLine([...line, '--cli-error-format', format], fail)).toEqual({ code: 254, stdout: '', stderr });
  });

  test('the environment sets the format, and an option replaces it', async () => {
    const environment = { AWS_CLI_ERROR_FORMAT: 'legacy', AWS_CONFIG_FILE: '/dev/null' };
    expect(await runLine(line, { ...fail, environment })).toMatchObject({ stderr: `\n${message}\n` });
    const usage = await runLine(['list-pod-identity-associations'], { environment });
    expect(usage.stderr).toMatch(
      /^\nusage: .*\npod-identity: error: the following arguments are required: --cluster-name\n\n$/s,
    );
    const replaced = await runLine([...line, '--cli-error-format', 'yaml'], { ...fail, environment });
    expect(replaced.stderr).toMatch(/^Code: /);
  });

  test('any other failure has the code 255 and one line', async () => {
    const broken = { call: () => Promise.reject(new TypeError('fetch failed')) };
    const stderr = '\npod-identity: [ERROR]: An error occurred (GeneralError): fetch failed\n';
    expect(await runLine(line, broken)).toEqual({ code: 255, stdout: '', stderr });
  });
});

describe('prompts', () => {
  const questions: string[] = [];
  const prompter = {
    text: (question: string) => Promise.resolve(`answer ${questions.push(question)}`),
    choose: (question: string, [first = '']: readonly string[]) => Promise.resolve((questions.push(question), first)),
  };
  const inputOf = async (args: readonly string[], change = {}) => {
    questions.length = 0;
    const sent: unknown[] = [];
    const outcome = await runLine(args, { prompter, call: ({ input }) => (sent.push(input), call()), ...change });
    return { ...outcome, input: sent[0] };
  };

  test('--cli-auto-prompt asks for the command and the missing required options', async () => {
    const { code, input } = await inputOf(['--cli-auto-prompt', '--output', 'off']);
    expect({ code, input }).toEqual({
      code: 0,
      input: { clusterName: 'answer 2', namespace: 'answer 3', serviceAccount: 'answer 4', roleArn: 'answer 5' },
    });
    expect(questions.slice(0, 2)).toEqual(['Command', '--cluster-name: The name of the cluster of the association.']);
  });

  test('the environment turns prompts on, and --no-cli-auto-prompt off', async () => {
    const environment = { AWS_CONFIG_FILE: '/dev/null', AWS_CLI_AUTO_PROMPT: 'on-partial' };
    const args = ['delete-pod-identity-association', '--cluster-name', 'c'];
    expect(await inputOf(args, { environment })).toMatchObject({
      input: { clusterName: 'c', associationId: 'answer 1' },
    });
    expect(await inputOf([...args, '--no-cli-auto-prompt'], { environment })).toMatchObject({ code: 252 });
    expect(await inputOf(args)).toMatchObject({ code: 252 });
    expect(questions).toEqual([]);
  });

  test('--cli-auto-prompt without a terminal is an error', async () => {
    expect(await inputOf(['--cli-auto-prompt'], { prompter: null })).toMatchObject({
      code: 252,
      stderr: expect.stringContaining('--cli-auto-prompt needs a terminal.'),
    });
  });
});

describe('settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'client-'));
  const config = join(folder, 'config');
  beforeAll(() =>
    writeFileSync(
      config,
      '[default]\noutput = text\nregion = eu-west-1\n[profile b]\noutput = yaml\ncli_error_format = legacy\n',
    ),
  );
  afterAll(() => rmSync(folder, { recursive: true }));

  const connectionOf = async (args: readonly string[], environment = {}) => {
    const sent: unknown[] = [];
    const base = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: '/dev/null', ...environment };
    const outcome = await runLine([...line, ...args], {
      environment: base,
      call: ({ connection }) => (sent.push(connection), call()),
    });
    return { ...outcome, connection: sent[0] };
  };

  test('the profile sets region and output, the environment replaces them, and options replace both', async () => {
    expect(await connectionOf([])).toMatchObject({
      connection: { region: 'eu-west-1' },
      stdout: expect.stringMatching(/^ASSOCIATION\ta/),
    });
    const environment = { AWS_REGION: 'eu-north-1', AWS_DEFAULT_OUTPUT: 'json' };
    expect(await connectionOf([], environment)).toMatchObject({
      connection: { region: 'eu-north-1' },
      stdout: expect.stringMatching(/^{/),
    });
    const options = ['--region', 'us-east-1', '--output', 'yaml'];
    expect(await connectionOf(options, environment)).toMatchObject({
      connection: { region: 'us-east-1' },
      stdout: expect.stringMatching(/^association:/),
    });
    expect(await connectionOf(['--profile', 'b'])).toMatchObject({
      connection: { profile: 'b' },
      stdout: expect.stringMatching(/^association:/),
    });
    // A profile of the environment gives settings, but keys of the environment come before its credentials.
    expect(await connectionOf([], { AWS_PROFILE: 'b' })).toMatchObject({ connection: { profile: null, region: null } });
  });

  test('an unknown output of the environment is an error of the exit code 255', async () => {
    expect(await connectionOf([], { AWS_DEFAULT_OUTPUT: 'xml' })).toMatchObject({ code: 255, connection: undefined });
  });

  test('a token of the environment gives way to a token or a profile of the command line', async () => {
    const environment = { POD_IDENTITY_TOKEN: 'environment' };
    expect(await connectionOf([], environment)).toMatchObject({ connection: { token: 'environment' } });
    expect(await connectionOf(['--profile', 'b'], environment)).toMatchObject({ connection: { token: null } });
    const file = join(folder, 'token');
    writeFileSync(file, 'file\n');
    const both = ['--profile', 'b', '--token', `file://${file}`];
    expect(await connectionOf(both, environment)).toMatchObject({ connection: { token: 'file' } });
  });

  test('the URL of the gateway comes from an option, the environment or the profile', async () => {
    writeFileSync(join(folder, 'url'), '[default]\npod_identity_endpoint_url = https://profile.example\n');
    const environment = { AWS_CONFIG_FILE: join(folder, 'url'), AWS_ENDPOINT_URL: 'https://aws.example' };
    expect(await connectionOf([], environment)).toMatchObject({
      connection: { endpointUrl: 'https://profile.example' },
    });
    const set = { ...environment, POD_IDENTITY_ENDPOINT_URL: 'https://environment.example' };
    expect(await connectionOf([], set)).toMatchObject({ connection: { endpointUrl: 'https://environment.example' } });
    const option = ['--endpoint-url', 'https://option.example'];
    expect(await connectionOf(option, set)).toMatchObject({ connection: { endpointUrl: 'https://option.example' } });
  });

  test('the global options describe the connection', async () => {
    const given =
      '--endpoint-url http://127.0.0.1:1 --no-sign-request --no-verify-ssl --ca-bundle ca.pem --debug'.split(' ');
    const timeouts = ['--cli-read-timeout', '5', '--cli-connect-timeout', '0'];
    expect((await connectionOf([...given, ...timeouts])).connection).toEqual({
      endpointUrl: 'http://127.0.0.1:1',
      gatewayRegion: null,
      missingProfile: null,
      token: null,
      tokenFile: null,
      region: 'eu-west-1',
      profile: null,
      signRequest: false,
      verifySsl: false,
      caBundle: 'ca.pem',
      readTimeoutMs: 5_000,
      connectTimeoutMs: null,
      debug: true,
    });
  });
});

const missing = (shell: string) =>
  spawnSync(shell, ['--version']).error ? `there is no ${shell} (Debian: apt-get install ${shell})` : null;

describe('completion', () => {
  const scriptOf = async (shell: string) => (await runLine(['completion', shell])).stdout;

  test('the command rejects an unknown shell', async () => {
    const message = 'completion takes one argument: bash, fish or zsh';
    for (const args of [
      ['completion'],
      ['completion', 'ksh'],
      ['completion', 'toString'],
      ['completion', 'bash', 'x'],
    ]) {
      expect(await runLine(args)).toMatchObject({ code: 252, stdout: '', stderr: expect.stringContaining(message) });
    }
  });

  const bash = async (...words: readonly string[]) => {
    const script = `${await scriptOf('bash')}
COMP_WORDS=(pod-identity ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_pod_identity; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
  };

  testUnless(missing('bash'))('bash completes commands, options and choices', async () => {
    expect(await bash('de')).toEqual(['delete-pod-identity-association', 'describe-pod-identity-association']);
    expect(await bash('create-pod-identity-association', '--t')).toEqual(['--token', '--tags', '--target-role-arn']);
    expect(await bash('list-pod-identity-associations', '--max')).toEqual(['--max-items']);
    expect(await bash('list-pod-identity-associations', '--output', 'y')).toEqual(['yaml', 'yaml-stream']);
    expect(await bash('completion', '')).toEqual(['bash', 'fish', 'zsh']);
    expect(await bash('create-pod-identity-association', '--if-exists', '')).toEqual(['REFUSE', 'ADOPT']);
    expect(await bash('drift', '--source', 'S')).toEqual(['SCAN']);
  });

  test('the values that completion offers are those of the schema', () => {
    const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../../schema.graphql'), 'utf8'));
    const enums = Object.values(schema.getTypeMap()).flatMap((type) =>
      isEnumType(type)
        ? [
            type
              .getValues()
              .map(({ name }) => name)
              .sort(),
          ]
        : [],
    );
    for (const values of Object.values(completedEnums)) expect(enums).toContainEqual([...values].sort());
  });

  testUnless(missing('fish'))('fish completes commands, options and choices', async () => {
    const script = await scriptOf('fish');
    const complete = (text: string) =>
      execFileSync('fish', ['--no-config', '-c', `${script}\ncomplete -C '${text}'`], { encoding: 'utf8' })
        .trimEnd()
        .split('\n')
        .map((one) => one.split('\t')[0])
        .sort();
    expect(complete('pod-identity de')).toEqual([
      'delete-pod-identity-association',
      'describe-pod-identity-association',
    ]);
    // fish also offers what matches in part.
    const options = complete('pod-identity create-pod-identity-association --ta');
    expect(options).toEqual(expect.arrayContaining(['--tags', '--target-role-arn']));
    expect(options).not.toContain('--max-items');
    expect(complete('pod-identity list-pod-identity-associations --output y')).toEqual(['yaml', 'yaml-stream']);
    expect(complete('pod-identity completion ')).toEqual(['bash', 'fish', 'zsh']);
  });

  testUnless(missing('zsh'))('zsh completes commands, options and choices', async () => {
    const script = await scriptOf('zsh');
    for (const [text, completion] of [
      ['pod-identity de', 'describe-pod-identity-association'],
      ['pod-identity create-pod-identity-association --ta', '--target-role-arn'],
      ['pod-identity list-pod-identity-associations --output y', 'yaml-stream'],
    ] as const) {
      expect(completeInZsh(script, text, completion)).toContain(completion);
    }
  });

  testUnless(missing('zsh'))('zsh offers files only where a value can be a file', async () => {
    const specs = (await scriptOf('zsh')).split('\n');
    const specOf = (name: string) => specs.find((line) => line.includes(`--${name}[`)) ?? '';
    for (const name of ['query', 'region', 'profile', 'account-id']) expect(specOf(name)).toMatch(/: '$/);
    for (const name of ['ca-bundle', 'cli-input-json', 'file']) expect(specOf(name)).toMatch(/:_files'$/);
    expect(specOf('cluster-name')).toMatch(/:_pod_identity_values'$/);
  });
});

/** What an interactive zsh shows when the tab key is pressed twice after the text, until it shows the completion. */
function completeInZsh(script: string, text: string, completion: string): string {
  const program = `zmodload zsh/zpty
zpty -b shell zsh -f -i
send() { zpty -w shell "$1; print ready''-$2"; zpty -r -m shell shown "*ready-$2*" }
send "PS1=; autoload -Uz compinit; compinit -D; LISTMAX=1000; zstyle ':completion:*' list-prompt ''" 1
send "source $1" 2
zpty -w -n shell "$2"$'\\t\\t'
zpty -r -m shell shown "*$3*"
print -rn -- $shown`;
  const folder = mkdtempSync(join(tmpdir(), 'zsh-'));
  writeFileSync(join(folder, 'completion.zsh'), script);
  try {
    const args = ['-f', '-c', program, 'zsh', join(folder, 'completion.zsh'), text, completion];
    return execFileSync('zsh', args, { encoding: 'utf8', timeout: 30_000 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
