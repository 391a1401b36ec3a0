import { commandTable } from '../../src/commands.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';
import { suggestion } from '../../src/cli/suggest.ts';
import { runOperator } from '../run-operator.ts';

const { commands, groups } = commandTable;
const named = commands.map((command) => [command.name, command] as const);
const words = (text: string) => text.split(' ').filter((word) => word !== '');

/** The words of an example as a shell would give them, up to a redirection. */
const wordsOf = (example: string) =>
  [...(example.split(' > ')[0] ?? '').matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

test.each([[''], ['--help'], ['-h'], ['help']])('the overview lists every command: %j', async (line) => {
  const { status, stdout, stderr } = await runOperator(words(line));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const { name } of commands) expect(stdout).toMatch(RegExp(`^  ${name} {2,}`, 'm'));
});

test('the help of a group lists its commands', async () => {
  const { status, stdout } = await runOperator(['policies', '--help']);
  const listed = [...stdout.matchAll(/^ {2}(policies \w+)/gm)].map(([, name]) => name);
  expect({ status, listed }).toEqual({
    status: 0,
    listed: commands.map(({ name }) => name).filter((name) => name.startsWith('policies ')),
  });
});

test('help with the words of a command prints its help', async () => {
  expect(await runOperator(['help', 'lock', 'lift'])).toEqual(await runOperator(['lock', 'lift', '--help']));
});

test('a group without a command prints its help to standard error, with exit code 2', async () => {
  const { status, stdout, stderr } = await runOperator(['policies']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('Usage: pod-identity-operator policies COMMAND');
});

describe.each(named)('%s', (name, command) => {
  test('--help prints usage, every option, argument and variable, and the exit codes', async () => {
    const { status, stdout, stderr } = await runOperator([...words(name), '--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(RegExp(`^Usage: pod-identity-operator ${name}( |$)`, 'm'));
    const terms = [
      ...Object.keys(command.options).map((option) => `--${option}`),
      ...(command.arguments ?? []).map((argument) => argument.name),
      ...command.variables.map(([variable]) => variable),
      ...['-h, --help', '0', '1', '2'],
    ];
    for (const term of terms) expect(stdout).toMatch(RegExp(`^ {2}${term}[ ,]`, 'm'));
  });

  test('its examples have valid options and arguments', () => {
    for (const example of command.examples) {
      const problems: string[] = [];
      parseCommandLine(command, wordsOf(example), (problem) => problems.push(problem));
      expect(problems).toEqual([]);
    }
  });

  test('rejects an unknown option, with exit code 2 unless that means that there is something to report', async () => {
    const { status, stdout, stderr } = await runOperator([...words(name), '--no-such-option']);
    expect({ status, stdout }).toEqual({ status: command.reports === undefined ? 2 : 1, stdout: '' });
    expect(stderr).toMatch(/^--no-such-option is not an option\.$/m);
    expect(stderr).toMatch(RegExp(`^See pod-identity-operator ${name} --help\\.$`, 'm'));
  });

  test('reads the variables that its help lists', () => {
    const read = new Set<PropertyKey>();
    const env = new Proxy({}, { get: (_, variable) => void read.add(variable) });
    // Where events are sent decides which variables are read.
    for (const to of ['webhook', 'eventbridge']) {
      command.prepare({ values: { since: 0, to }, args: [], isValid: false }, env, () => undefined);
    }
    // The AWS SDK reads this one too.
    expect([...read, 'AWS_PROFILE']).toEqual(expect.arrayContaining(command.variables.map(([variable]) => variable)));
  });

  test('its group is described', () => {
    const [first = '', second] = words(name);
    const isDescribed = Object.hasOwn(groups, first) || commands.some((other) => other.name === first);
    expect(second === undefined || isDescribed).toBe(true);
  });
});

test.each([
  ['polices check', 'polices is not a command. Did you mean policies?'],
  ['policies checks', 'policies checks is not a command. Did you mean policies check?'],
  ['locks --all', 'locks is not a command. Did you mean lock?'],
  ['telephone', 'telephone is not a command.\n'],
  ['--all', '--all is not a command.\n'],
  ['restore --too 1', '--too is not an option. Did you mean --to?'],
  ['lock lift --reasons x', '--reasons is not an option. Did you mean --reason?'],
])('%s is not known, and the most similar name is suggested', async (line, message) => {
  const { status, stderr } = await runOperator(words(line));
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
});

test.each([
  ['lock --all=yes', '--all takes no value.'],
  ['lock --principal', '--principal needs a value: --principal=ID, changes requested by this principal'],
  ['lock --principal --reads', '--principal needs a value'],
  ['lock --principal a --principal b', '--principal is given more than once.'],
  ['lock -a', '-a is not an option.'],
  ['lock --all more', 'Unexpected argument "more".'],
  ['ledger copy', 'FILE is missing: the copy, which must not exist.'],
  ['completion ksh', 'SHELL is "ksh": give one of bash, fish, zsh.'],
])('%s is wrong use: %s', async (line, message) => {
  const { status, stdout, stderr } = await runOperator(words(line));
  expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
});

test('all that is wrong with arguments and settings is reported at once', async () => {
  const env = { AWS_ENDPOINT_URL_DYNAMODB: 'dynamo', AWS_REGION: 'Frankfurt' };
  expect((await runOperator(['restore', '--to', 'noon', '--dry'], env)).stderr.split('\n')).toEqual([
    '--dry is not an option.',
    '--to is "noon": give an RFC 3339 timestamp, such as 2026-11-24T10:00:00Z.',
    '--reason TEXT is missing: for the audit trail, and for the clients whose changes are refused.',
    expect.stringContaining('IDEMPOTENCY_TABLE, AUDIT_TABLE'),
    expect.stringMatching(/^AWS_REGION is "Frankfurt": set it to /),
    expect.stringMatching(/^AWS_ENDPOINT_URL_DYNAMODB is "dynamo": set it to /),
    'See pod-identity-operator restore --help.',
    '',
  ]);
});

test.each([
  ['done', 0, 'principal --principal https://issuer.example#alice', {}],
  ['done', 0, 'policies check', {}],
  ['a check that finds problems', 1, 'policies check /', {}],
  ['work that fails', 1, 'policies why /missing.json', {}],
  ['wrong options', 2, 'lock --all --lines', { LEDGER_FILE: '/' }],
  ['wrong settings', 2, 'lock --all', { LEDGER: 'postgres' }],
  ['a ledger that does not exist', 2, 'trail export', { LEDGER_FILE: '/missing.sqlite' }],
  ['no command', 2, 'policies', {}],
])('%s has the exit code %i', async (_, code, line, env) => {
  expect(await runOperator(words(line), env)).toMatchObject({ status: code });
});

test.each([
  ['form', ' Did you mean from?'],
  ['fom', ' Did you mean from?'],
  ['frame', ''],
  ['fog', ''],
])('the suggestion for %s is %j', (wrong, expected) => {
  expect(suggestion(wrong, ['to', 'from', 'principal'])).toBe(expected);
});
