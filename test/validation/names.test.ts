import type { CreateInput } from './create-input.ts';
import { findingsOf, onlyFindingOf, rulesBrokenBy } from './create-input.ts';

const long = (length: number) => 'a'.repeat(length);

const accepted: [keyof CreateInput, string[]][] = [
  ['clusterName', ['a', '1', 'Payments_prod-2', long(100), 'a-', 'a_']],
  ['accountId', ['000000000001', '999999999999']],
  [
    'region',
    [
      'us-east-1',
      'ap-southeast-2',
      'eu-central-1',
      'mx-central-1',
      'cn-north-1',
      'cn-northwest-1',
      'us-gov-west-1',
      'us-iso-east-1',
      'us-isob-east-1',
      'eu-isoe-west-1',
      'us-isof-south-1',
      'eusc-de-east-1',
      'us-abcdefghijkl-1',
    ],
  ],
  ['namespace', ['a', '1', 'a-1', 'a--b', '0-0', long(63)]],
  ['serviceAccount', ['a', '1', 'a.b', 'a-b.c-d', '1.2.3', `${long(126)}.${long(126)}`, long(253)]],
];

describe.each(accepted)('%s', (field, values) => {
  test.each(values)('may be %j', (value) => {
    expect(rulesBrokenBy({ [field]: value })).toEqual([]);
  });
});

const rejected: [keyof CreateInput, string, string[]][] = [
  [
    'clusterName',
    'cluster-name',
    ['-a', '_a', 'a b', 'a.b', 'a/b', 'ä', 'a\n', 'arn:aws:eks:eu-central-1:1:cluster/a'],
  ],
  ['clusterName', 'max-length', [long(101)]],
  ['clusterName', 'no-wildcard', ['*', 'payments-*', '*-prod', '*-', '*_*']],
  [
    'accountId',
    'account-id',
    ['1', '11112222333', '1111222233334', '1111-2222-3333', '١١١١٢٢٢٢٣٣٣٣', '111122223333\n', '*'],
  ],
  [
    'region',
    'region',
    ['Frankfurt', 'eu-central-1a', 'EU-central-1', 'eu_central_1', 'eu-central-', 'global', '*', 'eu-central-1\n'],
  ],
  [
    'region',
    'region',
    [
      'eu-central-1.example.com',
      'eu-central-1/',
      'eu-central-1@example.com',
      'us-east-100',
      'a-b-c-d-1',
      'us-a-1',
      'us-abcdefghijklm-1',
      'u-east-1',
      'abcde-east-1',
    ],
  ],
  ['namespace', 'rfc1123-label', ['Payments', 'a_b', 'a.b', '-a', 'a-', 'a b', 'ä', 'a\n', 'ａ']],
  ['namespace', 'max-length', [long(64)]],
  ['namespace', 'no-wildcard', ['*', 'team-*', '*-team', 'a*b']],
  [
    'serviceAccount',
    'rfc1123-subdomain',
    ['Checkout', 'a_b', '.a', 'a.', 'a..b', 'a.-b', 'a-.b', '-a', 'a-', 'a/b', 'a\n'],
  ],
  ['serviceAccount', 'max-length', [long(254)]],
  ['serviceAccount', 'no-wildcard', ['*', 'checkout-*', '*.checkout']],
];

describe.each(rejected)('%s breaks %s', (field, rule, values) => {
  test.each(values)('as %j', (value) => {
    expect(rulesBrokenBy({ [field]: value })).toEqual([`${field} ${rule}`]);
  });
});

test.each(['clusterName', 'namespace', 'serviceAccount', 'roleArn'])('%s is required', (field) => {
  expect(rulesBrokenBy({ [field]: undefined })).toEqual([`${field} required`]);
  expect(rulesBrokenBy({ [field]: null })).toEqual([`${field} required`]);
  expect(rulesBrokenBy({ [field]: '' })).toEqual([`${field} not-empty`]);
});

test.each(['accountId', 'region'])('%s is optional, but must not be empty', (field) => {
  expect(rulesBrokenBy({ [field]: undefined })).toEqual([]);
  expect(rulesBrokenBy({ [field]: null })).toEqual([]);
  expect(rulesBrokenBy({ [field]: '' })).toEqual([`${field} not-empty`]);
});

test('a value that breaks several rules has a finding for each', () => {
  expect(rulesBrokenBy({ namespace: `Team_*${long(60)}` })).toEqual([
    'namespace max-length',
    'namespace no-wildcard',
    'namespace rfc1123-label',
  ]);
});

test('a finding says what is wrong, where, and how to fix it', () => {
  expect(onlyFindingOf({ namespace: 'Payments' })).toEqual({
    path: 'namespace',
    rule: 'rfc1123-label',
    message:
      'namespace "Payments" is not an RFC 1123 label: lower-case letters, digits and "-", starting and ending with a letter or a digit.',
    advice: 'Give the name as kubectl get namespaces shows it, e.g. "payments".',
  });
});

test('a finding on a wildcard says so', () => {
  expect(onlyFindingOf({ serviceAccount: '*' }).message).toBe(
    'serviceAccount "*" contains a "*"; wildcards are not supported.',
  );
});

test('lengths are counted in Unicode characters, and the message has the count', () => {
  const [tooLong] = findingsOf({ namespace: '😀'.repeat(64) });
  expect(tooLong?.message).toContain('has 64 characters; at most 63 are allowed');
  expect(rulesBrokenBy({ namespace: '😀'.repeat(63) })).toEqual(['namespace rfc1123-label']);
});
