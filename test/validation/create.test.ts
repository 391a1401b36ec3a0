import { createHash } from 'node:crypto';
import type { CreatePodIdentityAssociationInput } from '../../src/generated/types.ts';
import type { Finding } from '../../src/model/refusal.ts';
import { associationIdFindings, isAssociationId, parseAssociationArn } from '../../src/validation/associations.ts';
import { validateDelete, validateUpdate } from '../../src/validation/change.ts';
import { validateCreate } from '../../src/validation/create.ts';
import { canonicalJson, describeInvalidInput } from '../../src/validation/invalid-input.ts';
import { isClusterName, resolveCluster } from '../../src/validation/names.ts';
import { defaults, goodInput } from './create-input.ts';

describe('a valid input', () => {
  test('becomes the canonical request, with defaults for absent fields', () => {
    expect(validateCreate(goodInput, defaults)).toEqual({
      kind: 'valid',
      request: {
        ...goodInput,
        accountId: '111122223333',
        region: 'eu-central-1',
        targetRoleArn: null,
        disableSessionTags: false,
        policy: null,
        tags: [],
      },
      clientRequestToken: null,
      reason: null,
      onBehalfOf: null,
      declaration: null,
    });
  });

  test('may have null for optional fields', () => {
    const nothing = {
      accountId: null,
      region: null,
      clientRequestToken: null,
      tags: null,
      disableSessionTags: null,
      targetRoleArn: null,
      policy: null,
      reason: null,
      onBehalfOf: null,
      declaration: null,
    };
    expect(validateCreate({ ...goodInput, ...nothing }, defaults)).toEqual(validateCreate(goodInput, defaults));
  });

  test('keeps every given value unchanged', () => {
    const given = {
      ...goodInput,
      accountId: '444455556666',
      region: 'us-gov-west-1',
      targetRoleArn: 'arn:aws-us-gov:iam::777788889999:role/target',
      disableSessionTags: true,
      policy: ' {"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}} ',
      tags: [{ key: 'team', value: 'payments' }],
    };
    const metadata = { clientRequestToken: ' t ', reason: 'why\n', onBehalfOf: 'alice@example.com', declaration: 'd' };
    expect(validateCreate({ ...given, ...metadata }, defaults)).toEqual({ kind: 'valid', request: given, ...metadata });
  });

  test('has its tags sorted by UTF-16 code units, with an empty value for an absent one', () => {
    const keys = ['b', 'a', '𝒜', 'B', 'ä', '\uff21', '10', '9', '__proto__'];
    const validated = validateCreate({ ...goodInput, tags: keys.map((key) => ({ key })) }, defaults);
    const request = validated.kind === 'valid' ? validated.request : null;
    expect(request?.tags).toEqual(
      ['10', '9', 'B', '__proto__', 'a', 'b', 'ä', '𝒜', '\uff21'].map((key) => ({ key, value: '' })),
    );
  });

  test('a valid input is not modified', () => {
    const tags = Object.freeze([Object.freeze({ key: 'b' }), Object.freeze({ key: 'a', value: null })]);
    const input = Object.freeze({ ...goodInput, tags });
    expect(validateCreate(input, defaults).kind).toBe('valid');
  });
});

describe('an invalid input', () => {
  test('has every finding, in the order of the fields', () => {
    const input: CreatePodIdentityAssociationInput = {
      clusterName: '',
      accountId: '1',
      region: 'x',
      namespace: 'A',
      serviceAccount: 'A',
      roleArn: 'x',
      clientRequestToken: '',
      tags: [{ key: '' }, { key: 'k', value: '#' }],
      targetRoleArn: '',
      policy: '{}',
      reason: ' ',
      onBehalfOf: '\n',
    };
    const validated = validateCreate(input, defaults);
    expect(validated.kind === 'invalid' && validated.findings.map(({ path }) => path)).toEqual([
      'clusterName',
      'accountId',
      'region',
      'namespace',
      'serviceAccount',
      'roleArn',
      'clientRequestToken',
      'tags.0.key',
      'tags.1.value',
      'targetRoleArn',
      'policy',
      'policy',
      'reason',
      'onBehalfOf',
      'onBehalfOf',
    ]);
  });

  test('keeps clientRequestToken, reason and onBehalfOf where they are valid', () => {
    const metadata = { clientRequestToken: 't', reason: 'r', onBehalfOf: 'alice' };
    const bad = { clientRequestToken: 'ä', reason: ' ', onBehalfOf: 'a\nb' };
    const none = { clientRequestToken: null, reason: null, onBehalfOf: null };
    expect(validateCreate({ ...goodInput, ...metadata, namespace: 'A' }, defaults)).toMatchObject({
      kind: 'invalid',
      ...metadata,
    });
    expect(validateCreate({ ...goodInput, ...bad }, defaults)).toMatchObject({ kind: 'invalid', ...none });
    expect(validateCreate({ ...goodInput, ...metadata, reason: ' ' }, defaults)).toMatchObject({
      ...metadata,
      reason: null,
    });
  });
});

const input = { clusterName: 'payments-prod', associationId: 'a-0123456789abcdefg' };

test.each([
  ['2026-11-24T10:00:00Z', '2026-11-24T10:00:00.000Z'],
  ['2026-11-24T11:00:00.25+01:00', '2026-11-24T10:00:00.250Z'],
  ['2026-11-24T10:00:00.123456789Z', '2026-11-24T10:00:00.123Z'],
  ['1969-12-31T23:59:59.9995Z', '1969-12-31T23:59:59.999Z'],
])('converts expectedModifiedAt %s to UTC with milliseconds', (expectedModifiedAt, canonical) => {
  const validated = validateDelete({ ...input, expectedModifiedAt }, defaults);
  expect(validated.kind === 'valid' && validated.request.expectedModifiedAt).toBe(canonical);
});

test.each([
  ['no field to change', {}, 'input'],
  ['null as role', { roleArn: null }, 'roleArn'],
  ['null as disableSessionTags', { disableSessionTags: null }, 'disableSessionTags'],
  ['an empty target role', { targetRoleArn: '' }, 'targetRoleArn'],
  ['a policy that is not JSON', { policy: 'allow' }, 'policy'],
])('an update with %s is invalid', (_, fields, path) => {
  const validated = validateUpdate({ ...input, ...fields }, defaults);
  const findings = validated.kind === 'invalid' ? validated.findings : [];
  expect(findings.map((finding) => finding.path)).toContain(path);
});

test.each([null, undefined])('accepts %s for expectedModifiedAt', (expectedModifiedAt) => {
  expect(validateDelete({ ...input, expectedModifiedAt }, defaults)).toMatchObject({
    kind: 'valid',
    request: { expectedModifiedAt: null },
  });
});

const id = 'a-0123456789abcdefg';
const place = { region: 'eu-central-1', accountId: '111122223333' };

test.each([
  [`arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${id}`, 'eu-central-1'],
  [`arn:aws-cn:eks:cn-north-1:111122223333:podidentityassociation/apps-dev/${id}`, 'cn-north-1'],
  [`arn:aws-us-gov:eks:us-gov-west-1:111122223333:podidentityassociation/apps-dev/${id}`, 'us-gov-west-1'],
])('parses the association ARN %s', (arn, region) => {
  expect(parseAssociationArn(arn)).toEqual({ ...place, region, clusterName: 'apps-dev', associationId: id });
});

test.each([
  '',
  id,
  `arn:gcp:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${id}`,
  `arn:aws:eks::111122223333:podidentityassociation/apps-dev/${id}`,
  `arn:aws:eks:eu-central-1:1111:podidentityassociation/apps-dev/${id}`,
  `arn:aws:eks:eu-central-1:111122223333:cluster/apps-dev/${id}`,
  `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/-dev/${id}`,
  `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/${'a'.repeat(101)}/${id}`,
  `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${id}h`,
  `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${id}\n`,
  `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/x/${id}`,
  ` arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${id}`,
])('rejects %j as an association ARN', (value) => {
  expect(parseAssociationArn(value)).toBeNull();
});

test('parses the ARN of an association whose ID begins with another letter', () => {
  const arn = 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/c-0123456789abcdefg';
  expect(parseAssociationArn(arn)).toMatchObject({ associationId: 'c-0123456789abcdefg' });
});

test.each([id, 'c-0123456789abcdefg', 'z-00000000000000000'])('accepts %j as an association ID', (value) => {
  expect(isAssociationId(value)).toBe(true);
  expect(associationIdFindings(value)).toEqual([]);
});

test.each([
  ...['', 'a-', 'a-0123456789abcdef', `${id}h`, `${id}\n`, 'A-0123456789abcdefg', 'a-0123456789ABCDEFG'],
  ...['aa-0123456789abcdefg', '1-0123456789abcdefg', '-0123456789abcdefgh', 'a0123456789abcdefgh', `${id} `],
])('rejects %j as an association ID', (value) => {
  expect(isAssociationId(value)).toBe(false);
  expect(associationIdFindings(value)).toHaveLength(1);
});

test.each(['', '-a', 'a b', 'a\n', 'a*', 'a'.repeat(101)])('rejects %j as a cluster name', (value) => {
  expect(isClusterName(value)).toBe(false);
});

test('resolves a cluster in the account and region of the deployment where the input has none', () => {
  const home = { accountId: '111122223333', region: 'eu-central-1' };
  expect(resolveCluster({ clusterName: 'apps' }, home)).toEqual({ ...home, clusterName: 'apps' });
  const input = { clusterName: 'apps', accountId: '444455556666', region: null };
  expect(resolveCluster(input, home)).toEqual({ ...home, accountId: '444455556666', clusterName: 'apps' });
});

const findingsOf = (count: number, text = 'text'): Finding[] =>
  Array.from({ length: count }, (_, index) => ({
    path: `tags.${index}.key`,
    rule: 'rule',
    message: text,
    advice: text,
  }));

const summaryOf = (input: object) => describeInvalidInput(input, findingsOf(1)).recorded.invalidInput;

describe('an invalid input is recorded', () => {
  test('as the hash and the size of its canonical JSON, and the lengths of its fields', () => {
    const input = {
      namespace: 'ä😀',
      tags: [{ key: 'b', value: '' }, { key: 'a' }],
      disableSessionTags: true,
      reason: null,
      policy: undefined,
      roleArn: '',
    };
    const json =
      '{"disableSessionTags":true,"namespace":"ä😀","reason":null,"roleArn":"","tags":[{"key":"b","value":""},{"key":"a"}]}';
    expect(summaryOf(input)).toEqual({
      sha256: createHash('sha256').update(json).digest('hex'),
      bytes: Buffer.byteLength(json),
      fields: { namespace: 2, tags: 2, disableSessionTags: null, roleArn: 0 },
      findingCount: 1,
    });
  });

  test('with the same hash for equal inputs only', () => {
    const { sha256 } = summaryOf({ a: 'x', b: [{ c: 1, d: 2 }] });
    expect(summaryOf({ b: [{ d: 2, c: 1 }], a: 'x' }).sha256).toBe(sha256);
    expect(summaryOf({ a: 'x', b: [{ c: 1, d: 3 }] }).sha256).not.toBe(sha256);
    expect(summaryOf({ a: '\ud800' }).sha256).not.toBe(summaryOf({ a: '\ud801' }).sha256);
  });

  test('without a hash if a repeated variable makes it longer than any request', () => {
    const tag = { key: 'k'.repeat(1_000_000), value: 'v'.repeat(1_000_000) };
    const repeated = (count: number) => ({ tags: Array.from({ length: count }, () => tag) });
    expect(summaryOf(repeated(5))).toMatchObject({ bytes: 10_000_120, fields: { tags: 5 } });
    expect(summaryOf(repeated(5_000))).toMatchObject({ sha256: null, bytes: null, fields: { tags: 5_000 } });
  });

  test('without any of its values', () => {
    const input = { reason: 'secret', policy: '{"secret":1}', tags: [{ key: 'secret', value: 'secret' }] };
    expect(JSON.stringify(summaryOf(input))).not.toContain('secret');
  });

  test('with its first 10 findings, their texts cut to 300 characters', () => {
    const { recorded } = describeInvalidInput({}, findingsOf(5_000, '😀'.repeat(301)));
    expect(recorded.invalidInput.findingCount).toBe(5_000);
    expect(recorded.findings).toEqual(findingsOf(10, `${'😀'.repeat(300)}…`));
    const whole = findingsOf(10, '😀'.repeat(300));
    expect(describeInvalidInput({}, whole).recorded.findings).toEqual(whole);
  });
});

describe('the answer to an invalid input', () => {
  test('lists up to 100 findings', () => {
    const findings = findingsOf(100);
    expect(describeInvalidInput({}, findings).findings).toEqual(findings);
  });

  test('has the number of those above 100', () => {
    const findings = findingsOf(621);
    expect(describeInvalidInput({}, findings).findings).toEqual([
      ...findings.slice(0, 100),
      {
        path: 'input',
        rule: 'more-findings',
        message: 'The input has 521 more findings.',
        advice: 'Fix those that are listed, and send the request again.',
      },
    ]);
  });
});

test('a value with more levels than the call stack can hold has canonical JSON', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect(canonicalJson({ deep })).toBe('{"deep":[[[[[[[[["[Array]"]]]]]]]]]}');
});
