import { createServer } from 'node:http';
import { CreatePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import type { TagInput } from '../../src/generated/types.ts';
import { findingsOf, goodInput, onlyFindingOf, rulesBrokenBy } from './create-input.ts';

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
