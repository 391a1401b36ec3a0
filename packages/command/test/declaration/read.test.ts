import schema from '../../declaration.schema.json';
import { problemLines } from '../../src/declaration/declaration.ts';
import { readDeclaration } from '../../src/declaration/read.ts';

const head = 'version: 1\nname: payments\nbindings:\n';
const binding = `  - roleArn: arn:aws:iam::{accountId}:role/pods/{namespace}/api
    clusters: [apps-*]
    namespaces: [payments]
    serviceAccounts: [api]
`;

const readText = (text: string) => readDeclaration([{ file: 'bindings.yaml', text }]);
const linesOf = (text: string) => {
  const read = readText(text);
  return read.kind === 'problems' ? problemLines(read.problems) : [];
};

test('a valid declaration has no problems', () => {
  expect(readText(head + binding)).toMatchObject({ kind: 'declaration', declaration: { name: 'payments' } });
});

test('all problems of a declaration are reported at once, with line and column', () => {
  const text = `version: 2
nmae: payments
bindings:
  - roleArn: payments-api
    clusters: []
    namespaces: [Payments, { name: x }]
    serviceAccounts: api
    tags: { cost-center: 4711 }
    disableSessionTags: 'yes'
`;
  const lines = linesOf(text);
  expect(lines.map((line) => line.split(': ', 2))).toEqual([
    ['bindings.yaml:1:1', 'The declaration lacks name.'],
    ['bindings.yaml:1:10', 'version must be 1.'],
    ['bindings.yaml:2:1', 'The declaration has no field nmae, only version, name, bindings.'],
    ['bindings.yaml:4:14', 'bindings[0].roleArn is not valid'],
    ['bindings.yaml:5:15', 'bindings[0].clusters must not be empty.'],
    ['bindings.yaml:6:18', 'bindings[0].namespaces[0] is not valid'],
    ['bindings.yaml:6:28', 'bindings[0].namespaces[1] must be a text.'],
    ['bindings.yaml:7:22', 'bindings[0].serviceAccounts must be a list.'],
    ['bindings.yaml:8:26', 'bindings[0].tags.cost-center must be a text'],
    ['bindings.yaml:9:25', 'bindings[0].disableSessionTags must be true or false.'],
  ]);
  expect(lines[8]).toContain('write it in quotes');
});

test.each([
  ['an account without quotes', head + binding.replace('apps-*', '{ accountId: 111122223333 }'), '5:29', 'in quotes'],
  [
    'a field that is given twice',
    head + binding + '    clusters: [b]\n',
    '8:5',
    'clusters is given twice: it is also in line 5',
  ],
  ['an unknown placeholder', head + binding.replace('{namespace}', '{team}'), '4:14', '{serviceAccount}'],
  ['a policy that is not JSON', head + binding + '    policy: "{]"\n', '8:13', 'JSON object'],
  ['a policy with session tags', head + binding + "    policy: '{}'\n", '8:13', 'disableSessionTags: true'],
  ['both expiries', `${head}${binding}    expiresAt: never\n    expiresAfter: 30d\n`, '4:5', 'not both'],
  ['a day without a time', `${head}${binding}    expiresAt: 2026-12-31\n`, '8:16', 'RFC 3339'],
  ['a month that does not exist', `${head}${binding}    expiresAt: 2026-13-01T00:00:00Z\n`, '4:5', 'not a time'],
  ['an alias', `${head}${binding.replace('[api]', '[&a api, *a]')}`, '7:31', 'Aliases'],
  ['a selector of nothing', head + binding.replace('apps-*', '{}'), '5:16', 'at least one of'],
  ['a text that is not YAML', 'version: [1\nname: x\n', '2:1', ''],
])('%s is a problem at its place', (_, text, place, message) => {
  const lines = linesOf(text);
  expect(lines.filter((line) => line.startsWith(`bindings.yaml:${place}: `) && line.includes(message))).toHaveLength(1);
});

test.each([
  ['nested lists', '['.repeat(100_000)],
  ['aliases of aliases', `a: &a [x]\n${['b', 'c', 'd', 'e', 'f'].map((key) => `${key}: &${key} [*a,*a]\n`).join('')}`],
  ['many equal keys', `version: 1\n${'x: 1\n'.repeat(5_000)}`],
])('%s end with problems', (_, text) => {
  expect(linesOf(text).length).toBeGreaterThan(0);
});

test('at most 1,000 problems are printed, with the number of the others', () => {
  const lines = linesOf(head + '  - 1\n'.repeat(1_050));
  expect(lines).toHaveLength(1_001);
  expect(lines.at(-1)).toBe('50 more problems');
});

/** The keywords that `shape.ts` applies, and those that only describe. */
const keywords = [
  ...['$schema', 'title', 'description', 'type', 'const', 'required', 'properties', 'additionalProperties'],
  ...['minProperties', 'maxProperties', 'items', 'minItems', 'maxItems', 'uniqueItems'],
  ...['minLength', 'maxLength', 'pattern'],
];

/** All schemas in a schema, with their paths. */
function schemasIn(value: object, path = ''): readonly (readonly [string, object])[] {
  const { properties = {}, items, additionalProperties } = value as Readonly<Record<string, object | undefined>>;
  const parts = [...Object.entries(properties), ['[]', items], ['*', additionalProperties]] as [string, unknown][];
  const found = parts.filter((part): part is [string, object] => typeof part[1] === 'object');
  return [[path, value], ...found.flatMap(([name, part]) => schemasIn(part, `${path}/${name}`))];
}

test('the command applies every keyword of the published schema', () => {
  const used = schemasIn(schema).flatMap(([, part]) => Object.keys(part));
  expect([...new Set(used)].filter((keyword) => !keywords.includes(keyword))).toEqual([]);
});

test.each(schemasIn(schema))('the schema describes %s', (_, part) => {
  expect(part).toHaveProperty('description');
});

test('a list is read up to its limit, and one item more is a problem', () => {
  const namesOf = (count: number) => Array.from({ length: count }, (_, index) => `a${index}`).join();
  const text = (count: number) =>
    `{version: 1, name: n, bindings: [{roleArn: 'arn:aws:iam::1:role/a', clusters: [c], namespaces: [n], serviceAccounts: [${namesOf(count)}]}]}`;
  expect(readText(text(1_000)).kind).toBe('declaration');
  const message = 'bindings[0].serviceAccounts has more than 1000 items.';
  expect(readText(text(1_001))).toMatchObject({ problems: [{ message }] });
});
