import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describeUnless } from '../../../test/support/requires.ts';
import { inputProblems } from '../src/aws/validate.ts';
import type { Value, ValueMap } from '../src/aws/value.ts';
import { globalOptions, optionsOf } from '../src/aws/options.ts';
import type { Option } from '../src/aws/options.ts';
import { commands } from '../src/command-table.ts';
import { awsCommands } from '../src/commands.ts';
import type { Command } from '../src/commands.ts';
import { runLine } from './host.ts';
import type { Outcome } from './host.ts';
import { missingOracle, resultOf, startOracle } from './oracle/oracle.ts';

const list = ['list-pod-identity-associations', '--cluster-name', 'c'];
const create = 'create-pod-identity-association --cluster-name c --namespace n --service-account s --role-arn r'.split(
  ' ',
);
const describeOne = ['describe-pod-identity-association', '--cluster-name', 'c', '--association-id', 'a'];

/** Bad command lines: arguments, exit code, and what the last line of the message contains. */
const badLines: readonly (readonly [readonly string[], number, string])[] = [
  [[], 252, 'the following arguments are required: command'],
  [
    ['nonsense'],
    252,
    "argument command: Invalid choice 'nonsense', valid choices are: create-pod-identity-association",
  ],
  [['create-pod-identity-association'], 252, 'required: --cluster-name, --namespace, --service-account, --role-arn'],
  [['update-pod-identity-association', '--role-arn', 'r'], 252, 'required: --cluster-name, --association-id'],
  [[...list, '--nonsense'], 252, 'Unknown options: --nonsense'],
  [[...list, '--maxitems', '3'], 252, 'Unknown options: --maxitems, 3. Did you mean --max-items?'],
  [['list-pod-identity-association'], 252, 'Did you mean list-pod-identity-associations?'],
  [[...list, 'extra'], 252, 'Unknown options: extra'],
  [[...list, '--cluster-name'], 252, 'argument --cluster-name: expected one argument'],
  [[...list, '--namespace'], 252, 'argument --namespace: expected one argument'],
  [[...list, '--max-items', 'x'], 252, "argument --max-items: invalid int value: 'x'"],
  [[...list, '--page-size', '1.5'], 252, "argument --page-size: invalid int value: '1.5'"],
  [[...list, '--page-size', '0'], 252, 'Invalid value for parameter maxResults, value: 0, valid min value: 1'],
  [[...list, '--max-results', '0'], 252, 'Invalid value for parameter maxResults, value: 0, valid min value: 1'],
  [[...list, '--max-results', 'x'], 255, "invalid literal for int() with base 10: 'x'"],
  [[...list, '--starting-token', 'a___b___1'], 255, 'Bad starting token: a___b___1'],
  [
    [...list, '--no-paginate', '--max-items', '1'],
    252,
    'Cannot specify --no-paginate along with pagination arguments: --max-items',
  ],
  [[...list, '--next-token', 'x', '--page-size', '1'], 252, 'along with pagination arguments: --page-size'],
  [[...list, '--no'], 252, 'ambiguous option: --no could match --no-verify-ssl, --no-paginate, --no-sign-request'],
  [[...list, '--debug=yes'], 252, "argument --debug: ignored explicit argument 'yes'"],
  [[...list, '--output', 'xml'], 252, "argument --output: Invalid choice 'xml', valid choices are: json, text, table"],
  [[...list, '--color', 'blue'], 252, "argument --color: Invalid choice 'blue', valid choices are: on, off, auto"],
  [[...list, '--cli-binary-format', 'hex'], 252, "argument --cli-binary-format: Invalid choice 'hex'"],
  [[...list, '--query', 'a['], 252, 'Bad value for --query a[: Invalid jmespath expression: '],
  [[...list, '--endpoint-url', 'gateway'], 252, 'Bad value for --endpoint-url "gateway": scheme is missing.'],
  [[...list, '--region', 'bad region'], 255, "Provided region_name 'bad region' doesn't match a supported format."],
  [[...list, '--region', '123'], 255, "Provided region_name '123' doesn't match a supported format."],
  [[...list, '--cli-read-timeout', 'x'], 255, "invalid literal for int() with base 10: 'x'"],
  [[...list, '--cli-connect-timeout', 'x'], 255, "invalid literal for int() with base 10: 'x'"],
  [[...list, '--profile', 'none'], 255, 'The config profile (none) could not be found'],
  [[...list, '--cli-auto-prompt', '--no-cli-auto-prompt'], 252, 'cannot be specified at the same time'],
  [[...list, '--generate-cli-skeleton', 'xml'], 252, "argument --generate-cli-skeleton: Invalid choice 'xml'"],
  [['list-pod-identity-associations', '--generate-cli-skeleton', 'output'], 252, 'are required: --cluster-name'],
  [[...create, '--tags', 'team'], 252, '    ^'],
  [[...create, '--tags', 'a=1,a=2'], 252, 'This is often because there is a preceding "," instead of a space.'],
  [[...create, '--tags', 'a=1', 'b=2'], 252, 'Unknown options: b=2'],
  [[...create, '--tags', 'a=1,2'], 252, "Invalid type for parameter tags.a, value: ['1', '2'], type: <class 'list'>"],
  [[...create, '--tags', '=x'], 252, 'Invalid length for parameter tags (key: ), value: 0, valid min length: 1'],
  [
    [...create, '--tags', '{"a": 1}'],
    252,
    "Invalid type for parameter tags.a, value: 1, type: <class 'int'>, valid types: <class 'str'>",
  ],
  [[...create, '--tags', '{"a"'], 252, 'JSON received: {"a"'],
  [[...create, '--tags', '[1]'], 252, '[1]'],
  [[...create, '--tags', 'file:///none'], 252, 'Unable to load paramfile file:///none: '],
  [
    [...create, '--cluster-name', 'file:///'],
    252,
    "Error parsing parameter '--cluster-name': Unable to load paramfile file:///: ",
  ],
  [[...create, '--cli-input-json', '[1]'], 252, "Invalid type: expecting map, received <class 'list'>"],
  [[...create, '--cli-input-json', '{'], 252, 'Invalid JSON received'],
  [[...create, '--cli-input-yaml', 'a: ['], 252, 'Invalid YAML received'],
  [[...create, '--cli-input-yaml', 'text'], 252, "Invalid type: expecting map, received <class 'str'>"],
  [
    [...create, '--cli-input-json', '{}', '--cli-input-yaml', '{}'],
    252,
    'Only one --cli-input- parameter may be specified.',
  ],
  [
    [...create, '--cli-input-json', '{"tag": {}}'],
    252,
    'Unknown parameter in input: "tag", must be one of: clusterName, namespace',
  ],
  [
    [...create, '--cli-input-json', '{"tags": "a"}'],
    252,
    "Invalid type for parameter tags, value: a, type: <class 'str'>, valid types: <class 'dict'>",
  ],
  [
    ['create-pod-identity-association', '--cli-input-json', '{"clusterName": "c"}'],
    252,
    'Missing required parameter in input: "roleArn"',
  ],
  [[...describeOne, '--cli-input-json', 'file:///none'], 252, 'Unable to load paramfile'],
];

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';

test.each(badLines)('%j ends with code %d', async (args, code, message) => {
  const outcome = await runLine(args);
  expect(outcome).toMatchObject({ code, stdout: '' });
  const line = outcome.stderr.split('\n').find((one) => one.includes(message)) ?? lastLine(outcome.stderr);
  expect(line).toContain(message);
});

/** An option, a command line that misuses it, and the message. */
type Misuse = readonly [Option, readonly string[], string];

/** Each option in a way that none of its kind accepts: without its value, or with one that it does not take. */
function misused(command: Command): readonly Misuse[] {
  const required = optionsOf(command).filter((option) => option.required === true);
  const line = [command.name, ...required.flatMap(({ name }) => [`--${name}`, 'x'])];
  return [...globalOptions, ...optionsOf(command)].flatMap((option): readonly Misuse[] => {
    // These end the parsing, or take no value as well.
    if (
      option.takes === 'optional value' ||
      option.takes === 'values' ||
      option.name === 'version' ||
      option.name === 'help'
    )
      return [];
    return option.takes === 'value'
      ? [[option, [...line, `--${option.name}`], `argument --${option.name}: expected one argument`]]
      : [
          [
            option,
            [...line, `--${option.name}=x`],
            `argument --${option.name}: ignored explicit argument 'x'`,
          ] as const,
        ];
  });
}

/** Commands of several requests have the codes 0, 1 and 2. */
const coded = commands.map((command) => ({ command, name: command.name, wanted: command.isCompound ? 1 : 252 }));

test.each(coded)('each misused option of $name has the code $wanted, and a line that names it', async (one) => {
  const { command, wanted } = one;
  const lines = misused(command);
  expect(lines.length).toBeGreaterThan(17);
  for (const [, args, message] of lines) {
    const { code, stdout, stderr } = await runLine(args);
    expect({ code, stdout, line: lastLine(stderr) }).toEqual({
      code: wanted,
      stdout: '',
      line: `pod-identity: [ERROR]: An error occurred (ParamValidation): ${message}`,
    });
  }
});

describeUnless(missingOracle)('compared with the AWS CLI', () => {
  const oracle = startOracle();
  afterAll(() => oracle.close());

  test.each(awsCommands)('each misused option of $name has the exit code of the AWS CLI', async (command) => {
    const newer = ['disable-session-tags', 'no-disable-session-tags', 'target-role-arn', 'policy', 'cli-error-format'];
    const lines = misused(command).filter(([option]) => option.own !== true && !newer.includes(option.name));
    const answers = await oracle.ask(
      'run',
      lines.map(([, args]) => ['eks', ...args]),
    );
    const codes = answers.map((answer, index) => [lines[index]?.[1], (resultOf(answer) as Outcome).code]);
    expect(codes).toEqual(lines.map(([, args]) => [args, 252]));
  });

  test('each bad command line has the exit code of the AWS CLI', async () => {
    const lines = badLines.map(([args]) => args).filter((args) => args.length > 0 && args[0] !== 'nonsense');
    const endpoint = ['--endpoint-url', 'http://127.0.0.1:1'];
    const questions = lines.map((args) => ['eks', ...(args.includes('--endpoint-url') ? [] : endpoint), ...args]);
    const theirs = (await oracle.ask('run', questions)).map((answer) => resultOf(answer) as Outcome);
    const ours = await Promise.all(lines.map((args) => runLine(args)));
    const codes = lines.map((args, index) => [args, theirs[index]?.code]);
    expect(lines.map((args, index) => [args, ours[index]?.code])).toEqual(codes);
  });

  const value: fc.Arbitrary<Value> = fc.oneof(
    fc.constantFrom<Value>('a', '', "it's", 5, 1.5, true, false, null, [], ['a', 1], {}, { b: null }, 'é\n'),
    fc.string(),
  );
  const tags = fc.dictionary(fc.constantFrom('', 'a', 'é', 'b c'), value);
  const input = (command: Command) =>
    fc.dictionary(fc.constantFrom(...command.parameters.map(({ name }) => name), 'other'), fc.oneof(value, tags));

  test.each(awsCommands)('500 generated inputs of $name have the problems that botocore finds', async (command) => {
    const known = await knownParameters(command);
    const older = { ...command, parameters: command.parameters.filter(({ name }) => known.includes(name)) };
    // Python's integers include true and false.
    const inputs = fc
      .sample(input(older) as fc.Arbitrary<ValueMap>, { numRuns: 500, seed: 3 })
      .filter(({ maxResults }) => typeof maxResults !== 'boolean');
    const answers = await oracle.ask(
      'validate',
      inputs.map((one) => ({ operation: command.name, input: one })),
    );
    const problems = answers.map((answer) => resultOf(answer));
    expect(inputs.map((one) => inputProblems(older, one).join('\n'))).toEqual(problems);
    expect(new Set(problems).size).toBeGreaterThan(20);
  });

  /** The parameters of the operation in the installed version. */
  async function knownParameters({ name }: Command): Promise<readonly string[]> {
    const [answer] = await oracle.ask('run', [['eks', name, '--generate-cli-skeleton']]);
    return Object.keys(JSON.parse((resultOf(answer) as Outcome).stdout) as object);
  }
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'client-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const sentInput = async (args: readonly string[]) => {
    let sent: ValueMap | null = null;
    const call = ({ input }: { readonly input: ValueMap }) => {
      sent = input;
      return Promise.resolve({});
    };
    const outcome = await runLine(args, {
      call,
      environment: { HOME: folder, FOLDER: folder, AWS_CONFIG_FILE: '/dev/null' },
    });
    return { ...outcome, sent };
  };

  test('a path can contain ~ and variables, and line ends become line feeds', async () => {
    writeFileSync(join(folder, 'policy.json'), '{\r\n}\r\n');
    writeFileSync(join(folder, 'tags.json'), '{"a": "b"}\n');
    const files = ['--policy', 'file://~/policy.json', '--tags', 'file://$FOLDER/tags.json'];
    const { sent } = await sentInput([...create, ...files]);
    expect(sent).toMatchObject({ policy: '{\n}\n', tags: { a: 'b' } });
    const { sent: braced } = await sentInput([...create, '--tags', "a@='file://${FOLDER}/policy.json',b=file://x"]);
    expect(braced).toMatchObject({ tags: { a: '{\n}\n', b: 'file://x' } });
  });

  test('a file that is not text is rejected', async () => {
    writeFileSync(join(folder, 'binary'), Buffer.from([0xff, 0xfe, 0x00]));
    const { code, stderr } = await sentInput([...create, '--policy', `file://${folder}/binary`]);
    expect(code).toBe(252);
    expect(stderr).toContain('its contents are not UTF-8 text');
  });

  test('an input document fills in what the command line leaves out', async () => {
    writeFileSync(join(folder, 'input.json'), '{"clusterName": "file", "namespace": "file", "tags": {"a": "b"}}');
    const line = 'create-pod-identity-association --cluster-name line --service-account s --role-arn r'.split(' ');
    const { sent } = await sentInput([...line, '--cli-input-json', `file://${folder}/input.json`]);
    const expected = { clusterName: 'line', namespace: 'file', serviceAccount: 's', roleArn: 'r', tags: { a: 'b' } };
    expect(sent).toEqual(expected);
    const yaml = 'namespace: file\ntags:\n  a: b\nclusterName: yaml';
    expect(await sentInput([...line, '--cli-input-yaml', yaml])).toMatchObject({ code: 0, sent: expected });
  });
});
