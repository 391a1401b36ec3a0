import { duplicateKeys, lineFinder } from '../../src/policy/inventory/json-keys.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText } from '../../src/policy/load.ts';
import { shipped } from '../support/policy-sample.ts';

test.each([
  ['{"a": 1, "a": 2}', ['a']],
  ['{"a": {"b": 1, "c": [], "b": {}}}', ['a.b']],
  ['[{}, {"a": [1, [2, 3], {"b": 1, "b": 1, "b": 1}]}]', ['1.a.2.b']],
  ['{"a": 1, "\\u0061": 2}', ['a']],
  ['{"a\\"": 1, "a\\"": 2, "x": "\\\\"}', ['a"']],
  ['{"__proto__": 1, "__proto__": 2}', ['__proto__']],
  ['{"a": 1, "a": {"b": 1, "b": 1}}', ['a', 'a.b']],
])('the duplicate keys of %s are %j', (text, paths) => {
  expect(JSON.parse(text)).toBeDefined();
  expect(duplicateKeys(text).map((path) => path.join('.'))).toEqual(paths);
});

test.each([
  '1',
  '"a"',
  '{}',
  '[]',
  '{"a": "a", "b": "a"}',
  '[{"a": 1}, {"a": 1}]',
  '{"a": {"a": {"a": 1}}}',
  '{"a": "{\\"b\\": 1, \\"b\\": 2}", "b": ["a", "a"]}',
])('%s has no duplicate keys', (text) => {
  expect(JSON.parse(text)).toBeDefined();
  expect(duplicateKeys(text)).toEqual([]);
});

test('an inventory with a key twice is rejected with the path, together with its other problems', () => {
  const text = readInventoryText(shipped);
  const twice = text.replace('"environment": "prod"', '"environment": "prod", "environment": "dev"');
  expect(() => parseInventory(twice)).toThrow(
    'inventory.json is not valid:\n- inventory.json:5: clusters.1.environment: is there more than once; keep one of them.',
  );
  expect(() => parseInventory(twice.replace('"regions"', '"region"'))).toThrow(
    /clusters.1.environment: is there more than once[^]*accounts.0.regions: is missing/,
  );
});

const text = `{
  "clusters": [
    { "name": "a" }, { "name": "b",
      "tags": [1,
               "x",
               [true, null]] }
  ],

  "a.b": 1, "a": {
    "b": "\\n"
  }
}`;

test.each([
  ['clusters', 2],
  ['clusters 0', 3],
  ['clusters 0 name', 3],
  ['clusters 1', 3],
  ['clusters 1 tags', 4],
  ['clusters 1 tags 0', 4],
  ['clusters 1 tags 1', 5],
  ['clusters 1 tags 2 1', 6],
  ['a.b', 9],
  ['a b', 10],
])('the value %s is on line %i', (path, line) => {
  expect(JSON.parse(text)).toBeDefined();
  expect(lineFinder(text)(path.split(' '))).toBe(line);
});

test.each([
  ['clusters 1 region', 3],
  ['clusters 2 name', 2],
  ['b c', 1],
])('the line of %s, which is missing, is that of what would contain it: %i', (path, line) => {
  expect(lineFinder(text)(path.split(' '))).toBe(line);
});
