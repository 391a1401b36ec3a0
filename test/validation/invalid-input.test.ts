import { createHash } from 'node:crypto';
import { canonicalJson, describeInvalidInput } from '../../src/validation/invalid-input.ts';
import type { Finding } from '../../src/model/refusal.ts';

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
