import type { Random } from '../../../../test/reliability/processes/random.ts';
import { awsCommands } from '../../src/commands.ts';
import { optionsOf } from '../../src/aws/options.ts';
import { inputJson, inputYaml } from './documents.ts';
import { operations } from './line.ts';
import type { Line } from './line.ts';
import { invalidQueries, tags, validQueries, values } from './values.ts';

type Words = readonly string[];

/** An option with a value that follows or is attached, or a near miss. */
function option(random: Random, name: string, value: string): Words {
  const shape = random.between(1, 100);
  if (shape <= 78) return [`--${name}`, value];
  if (shape <= 90) return [`--${name}=${value}`];
  if (shape <= 98) return [`--${name.slice(0, random.between(Math.min(name.length, 5), name.length))}`, value];
  return random.oneOf([
    [`--${name}`],
    [`-${name}`, value],
    [`--${name.replaceAll('-', '_')}`, value],
    [`--${name}s`, value],
  ]);
}

type Part = readonly [weight: number, make: (random: Random) => Words];

/** A part with an option, mostly with a value that is valid. */
function part(weight: number, names: Words, valid: Words, invalid: Words): Part {
  return [weight, (random) => option(random, random.oneOf(names), random.oneOf(random.chance(0.8) ? valid : invalid))];
}

function words(weight: number, choices: readonly Words[]): Part {
  return [weight, (random) => random.oneOf(choices)];
}

const nextOfNone = 'eyJuZXh0VG9rZW4iOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAxfQ==';
const nextOfFloat = 'eyJuZXh0VG9rZW4iOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAxLjB9';

/** Options that every command has, and what else can be on a line. */
const anywhere: readonly Part[] = [
  part(20, ['output'], ['json', 'text', 'table', 'yaml', 'yaml-stream'], ['off', 'xml', 'JSON', '']),
  part(20, ['query'], validQueries, invalidQueries),
  part(5, ['color'], ['on', 'off', 'auto'], ['blue', '']),
  part(4, ['region'], ['eu-central-1'], ['us-east-1', 'bad region', '123', '', 'é']),
  part(
    7,
    ['profile'],
    ['plain', 'tables', 'shared', 'default', ''],
    ['wrong', 'none', 'empty', 'half', 'no-region', 'process'],
  ),
  part(9, ['generate-cli-skeleton'], ['input', 'output', 'output', 'yaml-input'], ['xml', '']),
  part(3, ['cli-read-timeout', 'cli-connect-timeout'], ['10', ' 7 ', '1_0'], ['5.0', 'x', '', '-1']),
  part(2, ['cli-binary-format'], ['base64', 'raw-in-base64-out'], ['hex']),
  words(3, [
    ['--no-cli-pager'],
    ['--no-verify-ssl'],
    ['--no-cli-auto-prompt'],
    ['--no-paginate'],
    ['--no-cli-pager=x'],
  ]),
  words(2, [['--generate-cli-skeleton'], ['--endpoint-url', 'gateway'], ['--cli-auto-prompt', '--no-cli-auto-prompt']]),
  words(2, [
    ['--foo'],
    ['--foo=bar', 'x'],
    ['--foo', 'x'],
    ['-x'],
    ['-'],
    ['extra'],
    [''],
    ['-1'],
    ['--no'],
    ['--o', 'text'],
    ['a b'],
  ]),
  words(3, [['--'], ['--', 'extra'], ['--', '--output', 'text'], ['--', '--'], ['--', 'help']]),
];

/** Options of lists. */
const paging: readonly Part[] = [
  part(8, ['max-items'], ['1', '2', '3', '9', '1_0', ' 2 ', '+2'], ['0', '-1', '5.0', 'x', '', '1e1']),
  part(6, ['page-size'], ['1', '2', '100'], ['0', '-1', '5.0', 'x', '', '1000']),
  part(4, ['starting-token'], [nextOfNone, 'None___1'], [nextOfFloat, 'x', 'a___b___c', '', 'W10=', 'file:///none']),
  part(3, ['max-results'], ['1', '2', ' 2 ', '1_0'], ['0', '-1', '5.0', 'x', '', '101']),
  words(3, [['--next-token', 'x'], ['--next-token='], ['--no-paginate'], ['--no-paginate']]),
];

const profileNames = [
  'plain',
  'tables',
  'shared',
  'process',
  'default',
  'no-region',
  'region-only',
  'empty',
  'half',
  'none',
  '',
];

/** Variables of the environment that say who signs, for which region, and what is printed. */
const variables: readonly Part[] = [
  words(
    6,
    profileNames.map((name) => [`AWS_PROFILE=${name}`]),
  ),
  words(
    6,
    profileNames.map((name) => [`AWS_DEFAULT_PROFILE=${name}`]),
  ),
  words(5, [['AWS_ACCESS_KEY_ID=ENVIRONMENT', 'AWS_SECRET_ACCESS_KEY=x']]),
  words(1, [['AWS_ACCESS_KEY_ID=ENVIRONMENT'], ['AWS_SECRET_ACCESS_KEY=x'], ['AWS_ACCESS_KEY_ID=']]),
  words(2, [['AWS_REGION=us-east-1'], ['AWS_REGION=bad region'], ['AWS_DEFAULT_REGION=eu-central-1']]),
  words(3, [
    ...['$FILES/other-config', '$FILES/other-config', '$FILES/broken-config', '$FILES/none', '', '/dev/null'].map(
      (file) => [`AWS_CONFIG_FILE=${file}`],
    ),
  ]),
  words(2, [['AWS_SHARED_CREDENTIALS_FILE=$FILES/none'], ['AWS_SHARED_CREDENTIALS_FILE=$FILES/broken-config']]),
  words(1, [['AWS_DEFAULT_OUTPUT=text'], ['AWS_DEFAULT_OUTPUT=xml'], ['AWS_DEFAULT_OUTPUT=']]),
];

/** A command line that the AWS CLI takes, or that differs from one by a few parts. */
export function commandLine(random: Random): Line {
  const operation = random.oneOf(operations);
  const command = awsCommands.find(({ name }) => name === operation);
  const own = command ? optionsOf(command).filter((one) => one.own !== true && one.name in values) : [];
  const hasDocument = random.chance(0.2);
  const required = own.filter((one) => one.required === true && random.chance(hasDocument ? 0.4 : 0.98));
  const more = own.filter((one) => one.required !== true && random.chance(operation.startsWith('update') ? 0.5 : 0.2));
  const parts = [...required, ...more].map(({ name }) => {
    const [valid = '', ...others] = values[name] ?? [];
    return option(random, name, random.chance(0.92) ? valid : random.oneOf(others));
  });
  if (operation.startsWith('create') && random.chance(0.5)) parts.push(option(random, 'tags', random.oneOf(tags)));
  if (/create|update/.test(operation) && random.chance(0.2)) {
    parts.push(
      random.oneOf([
        ['--disable-session-tags'],
        ['--no-disable-session-tags'],
        ['--disable-session-tags=true'],
        ['--disable-session-tags', 'true'],
      ]),
    );
  }
  if (hasDocument && command) parts.push(document(random, command));
  if (random.chance(0.05)) parts.push(random.oneOf(parts.length > 0 ? parts : [['--debug=yes']]));
  for (let count = random.between(0, 2); count > 0; count -= 1) parts.push(weighted(random, anywhere));
  for (let count = operation.startsWith('list') ? random.between(0, 2) : 0; count > 0; count -= 1)
    parts.push(weighted(random, paging));
  const name = random.chance(0.99) ? operation : operation.slice(0, -1);
  const last = parts.filter(([first]) => first === '--');
  const others = [[name], ...parts.filter((one) => !last.includes(one))];
  const environment = Array.from({ length: random.chance(0.45) ? random.between(1, 2) : 0 }, () =>
    weighted(random, variables),
  );
  return [...environment, ...(random.chance(0.85) ? others : shuffled(random, others)), ...last];
}

function document(random: Random, command: (typeof awsCommands)[number]): Words {
  const isJson = random.chance(0.5);
  const name = isJson ? 'cli-input-json' : 'cli-input-yaml';
  const file = isJson ? 'input.json' : 'input.yaml';
  if (random.chance(0.1))
    return [`--${name}`, random.oneOf([`file://$FILES/${file}`, 'file:///none', `fileb://$FILES/${file}`])];
  return option(random, name, isJson ? inputJson(random, command) : inputYaml(random, command));
}

function weighted(random: Random, choices: readonly Part[]): Words {
  let left = random.between(
    1,
    choices.reduce((sum, [weight]) => sum + weight, 0),
  );
  for (const [weight, make] of choices) {
    left -= weight;
    if (left <= 0) return make(random);
  }
  return [];
}

/** The parts in another order. */
function shuffled(random: Random, parts: Line): Line {
  const left = [...parts];
  return parts.map(() => left.splice(random.between(0, left.length - 1), 1)[0] ?? []);
}
