import { keyOf } from '../../src/declaration/declaration.ts';
import { expand } from '../../src/declaration/expand.ts';
import type { KnownCluster } from '../../src/declaration/expand.ts';
import { readDeclaration } from '../../src/declaration/read.ts';

const clusters: readonly KnownCluster[] = [
  ['111122223333', 'eu-central-1', 'apps-dev', 'dev'],
  ['111122223333', 'eu-central-1', 'apps-prod', 'prod'],
  ['444455556666', 'us-east-1', 'apps-prod', 'prod'],
].map(([accountId = '', region = '', clusterName = '', environment = '']) => ({
  accountId,
  region,
  clusterName,
  environment,
  namespaces: ['payments', 'payments-batch', 'search'],
}));

interface Given {
  readonly clusters: unknown;
  readonly namespaces?: readonly string[];
  readonly serviceAccounts?: readonly string[];
  readonly roleArn?: string;
}

/** JSON is YAML: each binding is on a line of its own, from line 2 on. */
function expanded(...given: readonly Given[]) {
  const bindings = given.map((one) =>
    JSON.stringify({
      roleArn: 'arn:aws:iam::{accountId}:role/a',
      namespaces: ['payments'],
      serviceAccounts: ['api'],
      ...one,
    }),
  );
  const text = `{"version": 1, "name": "n", "bindings": [\n${bindings.join(',\n')}]}`;
  const read = readDeclaration([{ file: 'a.json', text }]);
  if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems));
  const { desired, problems } = expand(read.declaration, clusters);
  return { keys: desired.map(keyOf), roles: desired.map(({ roleArn }) => roleArn), problems };
}

const dev = '111122223333/eu-central-1/apps-dev';
const prod = '111122223333/eu-central-1/apps-prod';
const otherProd = '444455556666/us-east-1/apps-prod';

test.each<[string, unknown, readonly string[]]>([
  ['a name', ['apps-dev'], [dev]],
  ['a name of several accounts', ['apps-prod'], [prod, otherProd]],
  ['a glob', ['apps-*'], [dev, prod, otherProd]],
  ['a glob with several stars', ['*p*-*d*'], [dev, prod, otherProd]],
  ['an environment', [{ environment: 'prod' }], [prod, otherProd]],
  ['all fields of a selector', [{ environment: 'prod', region: 'eu-*' }], [prod]],
  ['an account', [{ accountId: '444455556666' }], [otherProd]],
  ['selectors that overlap', ['apps-*', { environment: 'dev' }], [dev, prod, otherProd]],
])('%s selects clusters', (_, selector, selected) => {
  const { keys, problems } = expanded({ clusters: selector });
  expect(keys).toEqual(selected.map((key) => `${key}/payments/api`));
  expect(problems).toEqual([]);
});

test('a binding stands for clusters × namespaces × service accounts, and its templates are filled for each', () => {
  const { keys, roles } = expanded({
    clusters: [{ environment: 'prod' }],
    namespaces: ['payments*', 'new'],
    serviceAccounts: ['api', 'worker'],
    roleArn: 'arn:aws:iam::{accountId}:role/{environment}/{region}/{clusterName}/{namespace}/{serviceAccount}',
  });
  expect(keys).toHaveLength(2 * 3 * 2);
  expect(keys).toContain(`${prod}/new/worker`);
  expect(roles).toContain('arn:aws:iam::444455556666:role/prod/us-east-1/apps-prod/payments-batch/worker');
});

test('what matches nothing is a problem at its selector', () => {
  expect(expanded({ clusters: ['apps-dev', 'aps-*'] }).problems).toMatchObject([{ line: 2 }]);
  expect(expanded({ clusters: ['apps-dev'], namespaces: ['pay-*'] }).problems).toMatchObject([{ line: 2 }]);
});

test('two bindings for one service account are a problem that names the other line', () => {
  const { problems } = expanded({ clusters: ['apps-*'] }, { clusters: ['apps-dev'], roleArn: 'arn:aws:iam::1:role/b' });
  expect(problems).toMatchObject([
    { line: 3, message: expect.stringMatching(/apps-dev.payments.api already has a binding: a.json:2:/) },
  ]);
});

test('a declaration of too many associations is a problem, before they are made', () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `n${index}`);
  const { problems, keys } = expanded({ clusters: ['apps-*'], namespaces: names, serviceAccounts: names });
  expect(problems).toMatchObject([{ message: expect.stringContaining('100000') }]);
  expect(keys).toEqual([]);
});
