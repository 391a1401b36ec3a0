import { duplicateKeys } from '../../src/policy/json-keys.ts';
import { parseInventory } from '../../src/policy/inventory.ts';
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
  expect(duplicateKeys(text)).toEqual(paths);
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
    'The inventory is not valid:\n- clusters.1.environment: is there more than once; keep one of them.',
  );
  expect(() => parseInventory(twice.replace('"regions"', '"region"'))).toThrow(
    /clusters.1.environment: is there more than once[^]*accounts.0.regions: is missing/,
  );
});
