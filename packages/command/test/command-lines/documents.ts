import type { Random } from '../../../../test/reliability/processes/random.ts';
import type { Command } from '../../src/commands.ts';

/** Valid values by parameter, as JSON, which YAML can read too. */
const valid: Readonly<Record<string, string>> = {
  clusterName: '"apps-dev"',
  namespace: '"payments"',
  serviceAccount: '"new"',
  roleArn: '"arn:aws:iam::111122223333:role/pods/payments/payments-api"',
  associationId: '"a-00000000000000001"',
  tags: '{"team": "payments"}',
  disableSessionTags: 'true',
  targetRoleArn: '"arn:aws:iam::444455556666:role/pods-target"',
  maxResults: '2',
};

const scalars = [
  ...['""', '" "', '"é"', 'null', 'true', 'false', '0', '1', '-1', '1.0', '-0.0', '1.5', '1e2', '1E+2'],
  ...['12345678901234567890', '1e400'],
];
const wrong = [
  ...scalars,
  '[]',
  '["a"]',
  '{}',
  '{"a": "b"}',
  '{"a": 1.0}',
  '{"a": null, "b": "c"}',
  '{"a": {"b": [1.0, 2, "c", true]}}',
  '"\\u00e9\\ud83d\\ude00"',
  'NaN',
  '-Infinity',
];
/** Scalars that only YAML has. */
const plain = [
  ...['payments', 'yes', 'on', '~', '', 'Null', 'True', '1.0', '1.', '.5', '-.5', '1e3', '1E3', '.inf'],
  ...['-.INF', '.nan', '0o17', '017', '0x1F', '0b11', '1_000', '1_000.5', '+1', '1:30'],
  ...['2026-01-02', '2026-01-02T03:04:05Z', '2026-01-02 03:04:05.5', '2026-01-02 03:04:05 +01:00'],
  ...['!!str 1', '!!int "3"', '!!float 1', '!custom x', "'it''s'", '"a\\tb"', '*a', '&a x', '[a, b]'],
  ...['{a: b}', 'a: b', 'a #b', '@x', '`x`', '%x', '- a'],
];

/** The text of a document for `--cli-input-json`: mostly of the right shape, often with something wrong. */
export function inputJson(random: Random, command: Command): string {
  if (random.chance(0.1))
    return random.oneOf([
      ...['{}', '{', '[]', '[1.0]', 'null', '1', '1.0', '"a"', 'true', '', ' ', 'x', "{'a': 1}", '{"a": 1,}'],
      ...['{"a" 1}', '\ufeff{}', ' {} ', '{}}', '1e2', '-'],
    ]);
  const members = membersOf(random, command).map(([name, value]) => `"${name}": ${value}`);
  return `{${members.join(random.oneOf([', ', ',', ',\n  ']))}}`;
}

/** The text of a document for `--cli-input-yaml`. */
export function inputYaml(random: Random, command: Command): string {
  if (random.chance(0.1))
    return random.oneOf([
      ...['{}', '', 'text', '- a', '1.0', '1', '~', 'true', '2026-01-02', 'a: [', 'a: b: c', '\ta: b'],
      ...['a: b\n---\nc: d', '# only', '{a: 1, a: 2}', 'a: &x 1\nb: *x', 'a: *x', '? a\n: b', '1: a', '1.0: a'],
      ...['null: a', '[a]: b', '%YAML 1.1\n---\na: yes', 'a: !!binary aGk=', 'a: !!set {x}'],
    ]);
  const members = membersOf(random, command).map(([name, value]) => {
    const chosen = random.chance(0.25)
      ? random.oneOf(plain)
      : random.chance(0.3)
        ? value.replace(/^"([\w-]+)"$/, '$1')
        : value;
    if (random.chance(0.05)) return `${name}: |\n  payments`;
    return random.chance(0.06) ? `${name}:\n  a: ${chosen}` : `${name}: ${chosen}`;
  });
  return `${random.oneOf(['', '# input\n', '---\n'])}${members.join('\n')}${random.oneOf(['', '\n'])}`;
}

function membersOf(random: Random, { parameters }: Command): readonly (readonly [string, string])[] {
  const own = parameters.filter((parameter) => parameter.own !== true);
  const members = own.flatMap(({ name, required }) => {
    if (!random.chance(required === true ? 0.85 : 0.2)) return [];
    return [[name, random.chance(0.88) ? (valid[name] ?? '"x"') : random.oneOf(wrong)] as const];
  });
  const extra = random.chance(0.12)
    ? [[random.oneOf(['other', 'ClusterName', 'cluster-name', '', 'é', '1']), random.oneOf(wrong)] as const]
    : [];
  const again = random.chance(0.08) && members[0] ? [[members[0][0], random.oneOf(wrong)] as const] : [];
  return [...members, ...extra, ...again];
}
