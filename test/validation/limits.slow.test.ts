// Quick test: test/validation/fields.test.ts.
import { clientRequestTokenFindings, reasonFindings } from '../../src/validation/free-texts.ts';
import { tagFindings } from '../../src/validation/tags.ts';
import { validateCreate } from '../../src/validation/create.ts';
import { defaults, findingsOf, goodInput } from './create-input.ts';

const million = 1_000_000;

/** Strings on which a regular expression with backtracking would take hours. */
const hostile = [
  'a',
  '-',
  '.',
  'a.',
  'a-',
  '*',
  ' ',
  '/',
  'a/',
  ':',
  '"',
  '\\',
  '[',
  '{"a":',
  '😀',
  '\ud800',
  '\u0000',
  'aws-',
  '1',
];

describe('validation ends for inputs of a million characters', () => {
  const names = ['clusterName', 'accountId', 'region', 'namespace', 'serviceAccount'];
  const texts = ['clientRequestToken', 'policy', 'reason', 'onBehalfOf'];
  const inputs: ((text: string) => object)[] = [
    (text) => Object.fromEntries([...names, ...texts].map((field) => [field, `${text}!`])),
    (text) => ({ tags: [{ key: `${text}!`, value: `${text}!` }] }),
    (text) => ({ roleArn: `arn:aws:iam::111122223333:role/${text}\n` }),
    (text) => ({ roleArn: `arn:${text}:iam::${text}:role/${text}/` }),
  ];

  test.each(hostile)('made of %j', (unit) => {
    const text = unit.repeat(million / unit.length);
    for (const inputOf of inputs) {
      const validated = validateCreate({ ...goodInput, ...inputOf(text) }, defaults);
      expect(validated.kind).toBe('invalid');
      expect(JSON.stringify(validated).length).toBeLessThan(40_000);
    }
  });

  test('as 100,000 tags', () => {
    const tags = Array.from({ length: 100_000 }, (_, index) => ({ key: `#${index}`, value: '#' }));
    const validated = validateCreate({ ...goodInput, tags }, defaults);
    if (validated.kind !== 'invalid') throw new Error('The input is not valid.');
    expect(validated.recorded.invalidInput).toMatchObject({ findingCount: 121, fields: { tags: 100_000 } });
    expect(validated.findings).toHaveLength(101);
  });

  test('as deeply nested JSON, complete or truncated', () => {
    const depth = 150_000;
    const whole = `{"Statement":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;
    for (const policy of [
      whole,
      '['.repeat(million),
      `${'['.repeat(depth)}${']'.repeat(depth)}`,
      '{"a":'.repeat(depth),
    ]) {
      expect(findingsOf({ policy, disableSessionTags: true })[0]).toMatchObject({ path: 'policy', rule: 'max-length' });
    }
  });
});

test('the findings on the worst input, and what is recorded of it, are small', () => {
  const worst = `pod-identity-gateway/\ud800#${'\u{10000}'.repeat(300)}`;
  const tags = Array.from({ length: million / 10 }, () => ({
    key: worst,
    value: `aws:\ud800#${'\u{10000}'.repeat(300)}`,
  }));
  const text = `*${'\u{10000}'.repeat(3000)}\ud800\u0000`;
  const validated = validateCreate(
    {
      clusterName: text,
      accountId: text,
      region: text,
      namespace: text,
      serviceAccount: text,
      roleArn: `arn:${text}:iam::${text}:role/${text}/${text}`,
      targetRoleArn: `arn:${text}:iam::${text}:role/${text}/${text}`,
      clientRequestToken: text,
      policy: text,
      reason: text,
      onBehalfOf: text,
      tags,
    },
    defaults,
  );
  if (validated.kind !== 'invalid') throw new Error('The input is not valid.');
  expect(Buffer.byteLength(JSON.stringify(validated.findings))).toBeLessThan(64_000);
  expect(Buffer.byteLength(JSON.stringify(validated.recorded))).toBeLessThan(8_000);
});

describe('a text of a million characters that breaks many rules', () => {
  const huge = 'aws:#\ud800'.repeat(200_000);

  test.each([
    ['tags', () => tagFindings([{ key: huge, value: huge }])],
    ['reason', () => reasonFindings(huge)],
    ['clientRequestToken', () => clientRequestTokenFindings(huge)],
  ])('a text of a million characters that breaks many rules is only reported as too long (%s)', (_field, findings) => {
    expect(new Set(findings().map(({ rule }) => rule))).toEqual(new Set(['max-length']));
    expect(findings()[0]?.message).toContain('has more than 5000 characters');
  });

  test('a text of a million characters that breaks many rules is not read to its end, however many tags repeat it', () => {
    const match = jest.spyOn(String.prototype, 'match');
    const tags = Array.from({ length: 60 }, () => ({ key: huge, value: huge }));
    expect(tagFindings(tags).filter(({ rule }) => rule === 'max-length')).toHaveLength(120);
    // Counting characters is the only rule that needs the whole text.
    const counted = match.mock.contexts.filter((text) => String(text).length > 10_000);
    match.mockRestore();
    expect(counted).toEqual([]);
  });
});
