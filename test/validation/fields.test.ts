import { createServer } from 'node:http';
import { CreatePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import type { TagInput } from '../../src/generated/types.ts';
import { quote } from '../../src/validation/text-rules.ts';
import { parseTimestamp } from '../../src/validation/timestamps.ts';
import { findingsOf, goodInput, onlyFindingOf, rulesBrokenBy } from './create-input.ts';
import type { CreateInput } from './create-input.ts';

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

describe('free texts', () => {
  const accepted: [keyof CreateInput, string[]][] = [
    ['reason', ['x', 'two\nlines\tand a tab', 'x'.repeat(1024), '😀'.repeat(1024), ' x ', '\u200bx']],
    ['onBehalfOf', ['alice@example.com', 'x', 'Ünal, 😀', 'x'.repeat(256), '😀'.repeat(256)]],
    ['declaration', ['x', 'payments/bindings.yaml', 'x'.repeat(128), '😀'.repeat(128)]],
    ['clientRequestToken', ['x', ' ', '!~', 'A-b_c.1', 'x'.repeat(255)]],
  ];

  describe.each(accepted)('%s', (field, values) => {
    test.each(values)('may be %j', (value) => {
      expect(rulesBrokenBy({ [field]: value })).toEqual([]);
    });

    test('a free text is optional, but must not be empty', () => {
      expect(rulesBrokenBy({ [field]: null })).toEqual([]);
      expect(rulesBrokenBy({ [field]: undefined })).toEqual([]);
      expect(rulesBrokenBy({ [field]: '' })).toEqual([`${field} not-empty`]);
    });
  });

  const rejected: [keyof CreateInput, string, string[]][] = [
    ['reason', 'max-length', ['x'.repeat(1025), '😀'.repeat(1025)]],
    ['reason', 'no-control-characters', ['a\u0000', 'a\r\nb', 'a\u001b[31m', 'a\u007f', 'a\u0085']],
    ['reason', 'well-formed-unicode', ['a\ud800', '\udc00a']],
    ['reason', 'not-blank', [' ', '\n\t', '\u3000', '\u200b', '\ufeff', '\u3164', '\u2800', '\u034f\ufe0f']],
    ['onBehalfOf', 'max-length', ['x'.repeat(257), '😀'.repeat(257)]],
    ['onBehalfOf', 'no-control-characters', ['a\u0000', 'a\nb', 'a\tb', 'a\u0085']],
    ['onBehalfOf', 'well-formed-unicode', ['a\ud800', '\udc00a']],
    ['onBehalfOf', 'not-blank', [' ', '\u200b', '\u3164', '\u115f\u1160', '\uffa0', '\u2800', '\u{e0100}']],
    ['declaration', 'max-length', ['x'.repeat(129), '😀'.repeat(129)]],
    ['declaration', 'no-control-characters', ['a\u0000', 'a\nb', 'a\tb', 'a\u0085']],
    ['declaration', 'well-formed-unicode', ['a\ud800', '\udc00a']],
    ['declaration', 'not-blank', [' ', '\u200b', '\u3164']],
    ['clientRequestToken', 'max-length', ['x'.repeat(256)]],
    ['clientRequestToken', 'printable-ascii', ['a\n', '\u0000', 'ä', '😀', '\u007f', '\ud800']],
  ];

  describe.each(rejected)('%s breaks %s', (field, rule, values) => {
    test.each(values)('as %j', (value) => {
      expect(rulesBrokenBy({ [field]: value })).toEqual([`${field} ${rule}`]);
    });
  });

  test('a finding on a control character has its code point', () => {
    expect(onlyFindingOf({ reason: 'a\u001b[31m' }).message).toBe(
      'reason "a\\U+001B[31m" contains the control character U+001B.',
    );
  });

  test.each([
    ['plain', '"plain"'],
    ['a\nb\tc\rd', '"a\\nb\\tc\\rd"'],
    ['say "x\\y"', '"say \\"x\\\\y\\""'],
    ['\u202egnp.exe\u2028\ud800', '"\\U+202Egnp.exe\\U+2028\\U+D800"'],
    ['x'.repeat(60), `"${'x'.repeat(60)}"`],
    ['x'.repeat(61), `"${'x'.repeat(60)}…"`],
    ['\u0000'.repeat(1000), `"${'\\U+0000'.repeat(8)}…"`],
    ['😀'.repeat(31), `"${'😀'.repeat(30)}…"`],
  ])('%j is quoted as %s', (value, quoted) => {
    expect(quote(value)).toBe(quoted);
  });
});

const numbered = (count: number): TagInput[] =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: 'v' }));

test.each([
  'team',
  'cost-center',
  'a b',
  'Straße',
  '数',
  'a_.:/=+-@',
  '𝒜',
  'a\u3000b',
  'k'.repeat(128),
  '𝒜'.repeat(128),
])('a key may be %j', (key) => {
  expect(rulesBrokenBy({ tags: [{ key, value: 'v' }] })).toEqual([]);
});

test.each([undefined, null, '', ' x ', 'payments', 'v'.repeat(256), '𝒜'.repeat(256)])('a value may be %j', (value) => {
  expect(rulesBrokenBy({ tags: [{ key: 'team', value }] })).toEqual([]);
});

const badKeys: [rule: string, keys: string[]][] = [
  ['not-empty', ['']],
  ['max-length', ['k'.repeat(129), '𝒜'.repeat(129)]],
  ['tag-characters', ['a#b', 'a*', 'tab\t', 'line\n', '😀', 'a\u0000', 'a\u200b', 'e\u0301']],
  ['well-formed-unicode', ['\ud800', 'a\udc00b', '\udc00\ud800']],
  ['not-blank', [' ', '\u00a0\u3000', '\u2003', '\u3164', '\u115f\u1160 ']],
  ['no-aws-prefix', ['aws:team', 'AWS:team', 'Aws:', 'aWs:x']],
  ['no-own-prefix', ['pod-identity-gateway/operation', 'POD-Identity-Gateway/x', 'pod-identity-gateway/']],
];

describe.each(badKeys)('a key breaks %s', (rule, keys) => {
  test.each(keys)('as %j', (key) => {
    expect(rulesBrokenBy({ tags: [{ key: 'first' }, { key, value: 'v' }] })).toEqual([`tags.1.key ${rule}`]);
  });
});

const badValues: [rule: string, values: string[]][] = [
  ['max-length', ['v'.repeat(257), '𝒜'.repeat(257)]],
  ['tag-characters', ['a#b', '<script>', 'tab\t', '😀']],
  ['well-formed-unicode', ['\ud83d', 'a\udc00b']],
  ['not-blank', [' ', '  ', '\u00a0', '\u3164', '\uffa0 ']],
  ['no-aws-prefix', ['aws:x', 'AWS:x', 'aWs:']],
];

describe.each(badValues)('a value breaks %s', (rule, values) => {
  test.each(values)('as %j', (value) => {
    expect(rulesBrokenBy({ tags: [{ key: 'first' }, { key: 'second', value }] })).toEqual([`tags.1.value ${rule}`]);
  });
});

test.each(['aws', 'xaws:y', 'my/aws:', 'pod-identity-gateway', 'pod-identity-gateways/x', 'x/pod-identity-gateway/'])(
  'a prefix that only resembles a kept one is allowed: %s',
  (text) => {
    expect(rulesBrokenBy({ tags: [{ key: text, value: text }] })).toEqual([]);
  },
);

test('a value may have the prefix that is reserved for keys of the gateway', () => {
  expect(rulesBrokenBy({ tags: [{ key: 'made-by', value: 'pod-identity-gateway/x' }] })).toEqual([]);
});

test('accepts 50 tags and rejects 51', () => {
  expect(rulesBrokenBy({ tags: numbered(50) })).toEqual([]);
  expect(onlyFindingOf({ tags: numbered(51) })).toMatchObject({
    path: 'tags',
    rule: 'max-tags',
    message: 'tags has 51 entries; at most 50 are allowed.',
  });
});

test('checks all of 60 tags one by one', () => {
  expect(onlyFindingOf({ tags: numbered(60) }).message).toBe('tags has 60 entries; at most 50 are allowed.');
});

test('checks only the first 60 tags one by one, and says so in the finding', () => {
  const tags = numbered(100);
  tags[59] = { key: 'a#' };
  tags[60] = { key: 'b#' };
  tags[99] = { key: 'k0' };
  expect(rulesBrokenBy({ tags })).toEqual(['tags max-tags', 'tags.59.key tag-characters']);
  expect(findingsOf({ tags })[0]?.message).toBe(
    'tags has 100 entries; at most 50 are allowed. Only the first 60 were checked one by one.',
  );
});

test('a finding on a duplicate key has the index of the first one', () => {
  const tags = ['team', 'Team', 'a', 'team', 'team'].map((key) => ({ key }));
  expect(findingsOf({ tags }).map(({ path, rule, message }) => ({ path, rule, message }))).toEqual([
    { path: 'tags.3.key', rule: 'unique-key', message: 'tags.3.key "team" duplicates tags.0.key.' },
    { path: 'tags.4.key', rule: 'unique-key', message: 'tags.4.key "team" duplicates tags.0.key.' },
  ]);
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('accepts the key %s', (key) => {
  expect(rulesBrokenBy({ tags: [{ key, value: 'v' }] })).toEqual([]);
  expect(rulesBrokenBy({ tags: [{ key }, { key }] })).toEqual(['tags.1.key unique-key']);
});

test('the AWS SDK sends a tag with the key __proto__', async () => {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      bodies.push(body);
      response.setHeader('content-type', 'application/json').end('{"association":{}}');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const client = new EKSClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${address.port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const tags = Object.fromEntries([['__proto__', 'kept']]);
  await client.send(new CreatePodIdentityAssociationCommand({ ...goodInput, tags }));
  client.destroy();
  await new Promise((closed) => server.close(closed));
  expect(bodies.join()).toContain('"tags":{"__proto__":"kept"}');
});

test('a finding on a character has its code point', () => {
  expect(onlyFindingOf({ tags: [{ key: 'a\u0007' }] }).message).toBe(
    'tags.0.key "a\\U+0007" contains "\\U+0007" (U+0007).',
  );
  expect(onlyFindingOf({ tags: [{ key: '\ud800' }] }).message).toContain('"\\U+D800"');
});

test.each([
  ['2026-11-24T10:00:00Z', Date.UTC(2026, 10, 24, 10)],
  ['2026-11-24t10:00:00z', Date.UTC(2026, 10, 24, 10)],
  ['2026-11-24T11:00:00+01:00', Date.UTC(2026, 10, 24, 10)],
  ['2026-11-24T10:00:00.25Z', Date.UTC(2026, 10, 24, 10) + 250],
  ['2026-11-24T10:00:00.0005-00:00', Date.UTC(2026, 10, 24, 10) + 0.5],
  ['2024-02-29T23:59:59.999Z', Date.UTC(2024, 1, 29, 23, 59, 59, 999)],
])('parses %s', (text, instant) => {
  expect(parseTimestamp(text)).toBe(instant);
});

test.each([
  '',
  'yesterday',
  '2026-11-24',
  '2026-11-24T10:00Z',
  '2026-11-24T10:00:00',
  '2026-11-24 10:00:00Z',
  '2026-11-24T10:00:00 Z',
  ' 2026-11-24T10:00:00Z',
  '2026-11-24T10:00:00Z\n',
  '2026-11-24T10:00:00+0100',
  '2026-11-24T10:00:00+24:00',
  '2026-11-24T24:00:00Z',
  '2026-11-24T10:60:00Z',
  '2026-11-24T10:00:60Z',
  '2026-13-24T10:00:00Z',
  '2026-00-24T10:00:00Z',
  '2026-02-30T10:00:00Z',
  '2025-02-29T10:00:00Z',
  '2026-11-31T10:00:00Z',
  '2026-11-24T10:00:00.Z',
  '+002026-11-24T10:00:00Z',
  1_795_000_000_000,
  true,
  {},
  [],
  null,
  undefined,
])('rejects %j', (value) => {
  expect(parseTimestamp(value)).toBeNull();
});
