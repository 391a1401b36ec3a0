import fc from 'fast-check';
import { describeUnless } from '../../../test/support/requires.ts';
import { UsageError } from '../src/aws/errors.ts';
import { globalOptions, optionsOf, outputFormats } from '../src/aws/options.ts';
import type { Option } from '../src/aws/options.ts';
import { parseArguments } from '../src/aws/parse.ts';
import { commands } from '../src/command-table.ts';
import { awsCommands } from '../src/commands.ts';
import type { Command } from '../src/commands.ts';
import { missingOracle, resultOf, startOracle } from './oracle/oracle.ts';

/** An option as the AWS CLI describes it. */
interface AwsOption {
  readonly name: string;
  readonly required: boolean;
  readonly choices: readonly string[];
}

interface AwsOptions {
  readonly global: readonly AwsOption[];
  readonly command: readonly AwsOption[];
}

const input = ['cli-input-json', 'cli-input-yaml', 'generate-cli-skeleton'];
const settings = ['disable-session-tags', 'no-disable-session-tags', 'target-role-arn', 'policy'];

/** The options of AWS CLI 2.34, by its command reference. */
const newerOptions: Readonly<Record<string, readonly string[]>> = {
  'create-pod-identity-association': [
    'cluster-name',
    'namespace',
    'service-account',
    'role-arn',
    'client-request-token',
    'tags',
    ...settings,
    ...input,
  ],
  'delete-pod-identity-association': ['cluster-name', 'association-id', ...input],
  'describe-pod-identity-association': ['cluster-name', 'association-id', ...input],
  'list-pod-identity-associations': [
    'cluster-name',
    'namespace',
    'service-account',
    ...input,
    'starting-token',
    'page-size',
    'max-items',
  ],
  'update-pod-identity-association': [
    'cluster-name',
    'association-id',
    'role-arn',
    'client-request-token',
    ...settings,
    ...input,
  ],
  'tag-resource': ['resource-arn', 'tags', ...input],
  'untag-resource': ['resource-arn', 'tag-keys', ...input],
  'list-tags-for-resource': ['resource-arn', ...input],
};

const newerGlobalOptions = [
  ...['debug', 'endpoint-url', 'no-verify-ssl', 'no-paginate', 'output', 'query', 'profile', 'region'],
  ...['version', 'color', 'no-sign-request', 'ca-bundle', 'cli-read-timeout', 'cli-connect-timeout'],
  ...['cli-binary-format', 'no-cli-pager', 'cli-auto-prompt', 'no-cli-auto-prompt', 'cli-error-format'],
];

const [list] = awsCommands.filter(({ name }) => name === 'list-pod-identity-associations') as [Command];
const namesOf = (options: readonly { readonly name: string }[]) => options.map(({ name }) => name);
const documented = (command: Command) =>
  optionsOf(command).filter(({ hidden, own }) => hidden !== true && own !== true);

test.each(awsCommands)('$name documents the options of AWS CLI 2.34', (command) => {
  expect(namesOf(documented(command))).toEqual(newerOptions[command.name]);
});

test('the options of all commands are those of AWS CLI 2.34, and help', () => {
  expect(namesOf(globalOptions.filter(({ own }) => own !== true))).toEqual([...newerGlobalOptions, 'help']);
  expect(outputFormats).toEqual(['json', 'text', 'table', 'yaml', 'yaml-stream', 'off']);
});

test('options of the gateway are given in full, so that prefixes keep the meaning of the AWS CLI', () => {
  const own = [...globalOptions, ...awsCommands.flatMap(optionsOf)].filter((option) => option.own === true);
  expect([...new Set(namesOf(own))].sort()).toEqual([
    ...['account-id', 'client-request-token', 'expected-modified-at', 'expected-tags', 'expires-at'],
    ...['gateway-region', 'if-exists', 'on-behalf-of', 'reason', 'role-arn', 'token', 'wait'],
  ]);
  const [update] = awsCommands.filter(({ name }) => name === 'update-pod-identity-association') as [Command];
  const { values } = parseArguments([...globalOptions, ...optionsOf(update)], ['--t', 'arn', '--token', 'jwt'], []);
  expect(values).toEqual({ targetRoleArn: 'arn', token: 'jwt' });
});

test('no option of a command has the name of an option of all commands', () => {
  const shared = new Set(namesOf(globalOptions));
  expect(commands.flatMap((command) => namesOf(optionsOf(command)).filter((name) => shared.has(name)))).toEqual([]);
});

describeUnless(missingOracle)('compared with the installed AWS CLI', () => {
  const oracle = startOracle();
  afterAll(() => oracle.close());

  const awsOptions = async (command: Command) => {
    const [answer] = await oracle.ask('options', [command.name]);
    return resultOf(answer) as AwsOptions;
  };
  /** Name, obligation and choices of each option. */
  const describe = ({ name, required = false, choices = [] }: Pick<Option, 'name' | 'required' | 'choices'>) => ({
    name,
    required,
    choices: [...choices].sort(),
  });

  test.each(awsCommands)(
    '$name has all options of the AWS CLI, with the same obligation and choices',
    async (command) => {
      const { command: theirs } = await awsOptions(command);
      const names = namesOf(theirs);
      expect(names.length).toBeGreaterThan(0);
      const ours = optionsOf(command).filter(({ name }) => names.includes(name));
      const byName = (one: { readonly name: string }, other: { readonly name: string }) =>
        one.name < other.name ? -1 : 1;
      expect(ours.map(describe).sort(byName)).toEqual(theirs.map(describe).sort(byName));
    },
  );

  test('all options of all commands of the AWS CLI exist, and accept at least its choices', async () => {
    const { global } = await awsOptions(list);
    expect(global.length).toBeGreaterThan(15);
    for (const { name, choices } of global) {
      const ours = globalOptions.find((option) => option.name === name);
      expect({ name, choices: ours?.choices ?? [] }).toEqual({ name, choices: expect.arrayContaining([...choices]) });
    }
  });

  const word = fc.constantFrom(
    'a',
    'b c',
    '',
    '-',
    '-5',
    '-x',
    'help',
    'file',
    'a=b',
    '7',
    'json',
    'input',
    '-.5',
    '-1_0',
  );
  const name = fc.constantFrom(
    ...newerGlobalOptions.slice(0, -1).filter((one) => one !== 'version'),
    ...(newerOptions['list-pod-identity-associations'] ?? []),
    'nonsense',
  );
  const option = fc.oneof(
    { weight: 3, arbitrary: name.map((one) => `--${one}`) },
    { weight: 2, arbitrary: fc.tuple(name, fc.nat({ max: 12 })).map(([one, end]) => `--${one.slice(0, end + 3)}`) },
    { weight: 1, arbitrary: fc.tuple(name, word).map(([one, value]) => `--${one}=${value}`) },
  );
  const pair = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(option, word) },
    { weight: 1, arbitrary: option.map((one) => [one]) },
    { weight: 1, arbitrary: word.map((one) => [one]) },
  );
  const line = fc
    .array(pair, { maxLength: 5 })
    .map((pairs) => ['list-pod-identity-associations', '--cluster-name', 'c', ...pairs.flat()]);

  test('1,000 generated command lines are parsed as by the AWS CLI, or rejected', async () => {
    const { global } = await awsOptions(list);
    const known = namesOf(global);
    const shared = globalOptions
      .filter((one) => known.includes(one.name))
      .map((one) => (one.name === 'output' ? { ...one, choices: outputFormats.slice(0, -1) } : one));
    const lines = fc.sample(line, { numRuns: 1_000, seed: 7 });
    const answers = await oracle.ask('parse', lines);
    const differences = lines.flatMap((args, index) => {
      const answer = answers[index];
      const theirs = answer && 'result' in answer ? awsValues(answer.result as ParsedByAws) : 'rejected';
      const ours = ourValues(shared, optionsOf(list), args);
      return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [{ args, ours, theirs, answer }];
    });
    expect(differences.slice(0, 3)).toEqual([]);
    expect(answers.filter((answer) => 'result' in answer).length).toBeGreaterThan(150);
  });
});

interface ParsedByAws {
  readonly global: Readonly<Record<string, unknown>>;
  readonly command: Readonly<Record<string, unknown>>;
  readonly rest: readonly string[];
}

/** Values by dest of the AWS CLI, without its defaults and what it derives; sorted. */
function awsValues({ global, command, rest }: ParsedByAws): unknown {
  const defaults: Readonly<Record<string, unknown>> = {
    debug: false,
    verify_ssl: true,
    paginate: true,
    color: 'auto',
    sign_request: true,
    no_cli_pager: false,
    cli_auto_prompt: false,
    no_cli_auto_prompt: false,
  };
  const { command: _, ...top } = global;
  const { help: __, ...own } = command;
  const given = Object.entries({ ...top, ...own }).filter(([key, value]) => value !== null && value !== defaults[key]);
  return { values: given.sort(byKey), rest: [...rest].sort() };
}

/** The values of both passes, with the names of the AWS CLI for their keys. */
function ourValues(shared: readonly Option[], own: readonly Option[], args: readonly string[]): unknown {
  try {
    const top = parseArguments(shared, args, []);
    const position = top.rest.findIndex(({ isPositional }) => isPositional);
    const rest = top.rest.filter((_, index) => index !== position).map(({ text }) => text);
    if (top.rest[position]?.text !== 'list-pod-identity-associations') return 'rejected';
    const parsed = parseArguments(own, rest, []);
    if (own.some(({ required, key }) => required === true && parsed.values[key] === undefined)) return 'rejected';
    const awsNames: Readonly<Record<string, string>> = {
      'cli-read-timeout': 'read_timeout',
      'cli-connect-timeout': 'connect_timeout',
    };
    const defaults: Readonly<Record<string, unknown>> = { color: 'auto' };
    const values = Object.entries({ ...top.values, ...parsed.values })
      .filter(([key, value]) => value !== defaults[key])
      .map(([key, value]) => [awsNames[key] ?? snakeCase(key), value] as const);
    return { values: [...values].sort(byKey), rest: parsed.rest.map(({ text }) => text).sort() };
  } catch (error) {
    if (error instanceof UsageError) return 'rejected';
    throw error;
  }
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('-', '_');
}
