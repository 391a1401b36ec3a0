import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleValues, exampleValuesIn } from '../../src/authoring/example-values.ts';
import { copyOfShipped } from '../../../../test/support/policy-sample.ts';

let folder: string;

beforeEach(() => {
  folder = copyOfShipped();
});

afterEach(() => rmSync(folder, { recursive: true }));

const ours = `{
  "accounts": [{ "accountId": "210987654321", "name": "apps", "regions": ["eu-central-1"] }],
  "clusters": [],
  "namespaces": [],
  "systemNamespaces": [],
  "services": [{ "id": "https://issuer.acme.io#chatops", "groups": [], "mayNamePeople": false }],
  "permissionSets": []
}`;

test('the shipped inventory has accounts, issuers and people of documentation, each found with its line', () => {
  const found = exampleValues(folder);
  const [first] = found;
  expect(first).toEqual({ file: join(folder, 'inventory.json'), line: 2, value: '111122223333' });
  const values = new Set(found.map(({ value }) => value));
  expect([...values].sort()).toEqual(['111122223333', '444455556666', 'example.com', 'issuer.example']);
});

test('the shipped policies with an inventory of the operator have none', () => {
  const inventory = join(folder, 'ours.json');
  writeFileSync(inventory, ours);
  expect(exampleValues(folder, inventory)).toEqual([]);
});

test('an example account in a policy is found, with an inventory of the operator too', () => {
  const inventory = join(folder, 'ours.json');
  writeFileSync(inventory, ours);
  writeFileSync(
    join(folder, 'own.cedar'),
    '// Account 111122223333\n@id("own") @message("m") @advice("a")\nforbid (principal, action, resource)\nwhen { principal == PodIdentity::Service::"iam:777788889999:role/x" };',
  );
  expect(exampleValues(folder, inventory)).toEqual([
    { file: join(folder, 'own.cedar'), line: 4, value: '777788889999' },
  ]);
});

describe('a value', () => {
  test.each([
    ['"arn:aws:iam::123456789012:role/x"', ['123456789012']],
    ['["111122223333", "444455556666"]', ['111122223333', '444455556666']],
    ['"https://login.corp.example#a"', ['login.corp.example']],
    ['"https://issuer.example/" // 123456789012', ['issuer.example']],
    ['"alice@example.com"', ['example.com']],
    ['"https://x.invalid", "y.test", "z.example.org"', ['x.invalid', 'y.test', 'z.example.org']],
  ])('of documentation is found in %s', (text, values) => {
    expect(exampleValuesIn('f', text).map(({ value }) => value)).toEqual(values);
  });

  test.each([
    '"1111222233334"',
    '"a111122223333"',
    '"example-team"',
    '"counterexample.io"',
    '// "111122223333"',
    '"testing"',
  ])('a value is not found in %s', (text) => {
    expect(exampleValuesIn('f', text)).toEqual([]);
  });
});
