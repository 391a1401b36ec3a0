import fc from 'fast-check';
import { describeUnless } from '../../../test/support/requires.ts';
import { CommandError } from '../src/aws/errors.ts';
import { formatJson, isEmptyMap } from '../src/aws/output/json.ts';
import { formatTable } from '../src/aws/output/table.ts';
import { formatText } from '../src/aws/output/text.ts';
import { formatYaml, formatYamlStream } from '../src/aws/output/yaml.ts';
import { textWidth } from '../src/aws/output/width.ts';
import { compileQuery } from '../src/aws/query.ts';
import type { Value } from '../src/aws/value.ts';
import { missingOracle, resultOf, startOracle } from './oracle/oracle.ts';

const title = 'DescribePodIdentityAssociation';

const formats: Readonly<Record<string, (value: Value) => string>> = {
  json: formatJson,
  yaml: formatYaml,
  'yaml-stream': (value) => (isEmptyMap(value) ? '' : formatYamlStream([value])),
  text: formatText,
  table: (value) => formatTable(title, value, { width: 80, color: false }),
};

function attempt(format: string, value: Value): string {
  try {
    return (formats[format] ?? formatJson)(value);
  } catch (error) {
    if (error instanceof CommandError) return 'rejected';
    throw error;
  }
}

/** Symbols that are wide since Unicode 16, which the Python of the AWS CLI may precede. */
const changedInUnicode16 = /[\u2630-\u2637\u268a-\u268f\u31e4\u31e5\u4dc0-\u4dff]|[^\0-\uffff]/u;

/** Keys that libyaml writes after a question mark, or just not. */
const longKey = fc.constantFrom(
  'k'.repeat(128),
  'k'.repeat(129),
  'é'.repeat(65),
  'k '.repeat(50),
  'a\nb',
  'w '.repeat(80),
  '\t',
);

const key = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'B', 'é', '日本', 'yes', 'null', 'a b', '-', 'x: y'),
  fc.string({ maxLength: 3 }),
  longKey,
);
const word = fc.constantFrom(
  'on',
  '012',
  '1:30',
  'a: b',
  ' #',
  "it's",
  'x\ny',
  'a\tb',
  '日本 語',
  '😀',
  '',
  'true',
  'x  y',
  'p\n\nq',
  '\n',
  '…',
  '\u2028',
  'word',
  '"',
  'α',
);
const sentence = fc
  .array(fc.oneof(word, fc.string({ maxLength: 12 })), { maxLength: 24 })
  .map((words) => words.join(' '));
const scalar = fc.oneof(word, sentence, fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null));
const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.dictionary(key, fc.oneof(scalar, tie('value')), { maxKeys: 3 }), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}));

describeUnless(missingOracle)('compared with the formatters of the AWS CLI', () => {
  const oracle = startOracle();
  afterAll(() => oracle.close());

  /** What our formats and those of the AWS CLI make of the values, where they differ. */
  async function differences(values: readonly Value[], format: string) {
    const questions = values.map((response) => ({ response: { response }, query: 'response', output: format, title }));
    const answers = await oracle.ask('formatted', questions);
    return values.flatMap((value, index) => {
      const answer = answers[index];
      const theirs = answer && 'result' in answer ? answer.result : 'rejected';
      const ours = attempt(format, value);
      return ours === theirs ? [] : [{ value: JSON.stringify(value), ours, theirs, answer }];
    });
  }

  describe.each(Object.keys(formats))('%s', (format) => {
    test('prints 1,000 generated values as the AWS CLI', async () => {
      const samples = fc.sample(anyValue, { numRuns: 1_000, seed: 23 });
      const values = samples.filter((value) => format !== 'table' || !changedInUnicode16.test(JSON.stringify(value)));
      expect((await differences(values, format)).slice(0, 3)).toEqual([]);
    });
  });

  test('the width of a character is that of the AWS CLI, but for those that Unicode 16 changed', async () => {
    const codes = Array.from({ length: 0xd800 - 0x20 }, (_, index) => index + 0x20);
    const characters = codes.map((code) => String.fromCodePoint(code)).filter((one) => /\P{Cn}/u.test(one));
    const widths = (await oracle.ask('width', characters)).map(resultOf);
    const different = characters.filter((character, index) => textWidth(character) !== widths[index]);
    expect(different.filter((character) => !changedInUnicode16.test(character))).toEqual([]);
  });

  test.each([
    '[a, a]',
    '{z: b, y: [b, a], x: a, w: a}',
    '[[a, b], [b, c, c], d, [d]]',
    '{a: c, b: c, c: [[c], [d, d]], e: e, f: e}',
    '[{q: a.b, r: [a.b, a]}, a]',
  ])('yaml names what the query %s selects twice as the AWS CLI', async (query) => {
    const response = { a: { b: { c: 'd' } }, b: [1, [2]], c: [], d: {}, e: [{ f: 'g' }] };
    const answers = await oracle.ask('formatted', [{ response, output: 'yaml', query }]);
    expect(formatYaml(compileQuery(query)(response))).toBe(resultOf(answers[0]));
  });

  test('keys that are integers come first in JSON, which differs from the AWS CLI', async () => {
    const entries = [
      ['b', '1'],
      ['2', '2'],
    ];
    const [answer] = await oracle.ask('formatted', [{ entries, output: 'json', query: '@' }]);
    expect(resultOf(answer)).toBe('{\n    "b": "1",\n    "2": "2"\n}\n');
    expect(formatJson({ b: '1', 2: '2' })).toBe('{\n    "2": "2",\n    "b": "1"\n}\n');
  });
});
