import schema from '../../declaration.schema.json';
import { readDeclaration } from '../../src/declaration/read.ts';

/** The keywords that `shape.ts` applies, and those that only describe. */
const keywords = [
  ...['$schema', 'title', 'description', 'type', 'const', 'required', 'properties', 'additionalProperties'],
  ...['minProperties', 'maxProperties', 'items', 'minItems', 'maxItems', 'minLength', 'maxLength', 'pattern'],
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
  const text = (count: number) =>
    `{version: 1, name: n, bindings: [{roleArn: 'arn:aws:iam::1:role/a', clusters: [c], namespaces: [n], serviceAccounts: [${'a, '.repeat(count)}]}]}`;
  expect(readDeclaration(text(1_000)).kind).toBe('declaration');
  const message = 'bindings[0].serviceAccounts has more than 1000 items.';
  expect(readDeclaration(text(1_001))).toMatchObject({ problems: [{ message }] });
});
