import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describeUnless } from '../../../test/support/requires.ts';
import { InvalidExpression } from '../src/aws/jmespath/errors.ts';
import { evaluate } from '../src/aws/jmespath/evaluate.ts';
import { parseExpression } from '../src/aws/jmespath/parser.ts';
import { jsonNumber } from '../src/aws/output/json.ts';
import { isLarge } from '../../../test/support/sizes.ts';
import type { Value } from '../src/aws/value.ts';
import { isList, isMap, isPythonValue } from '../src/aws/value.ts';
import { brokenExpression, expression, functionCall, jsonValue } from './jmespath-expressions.ts';
import { missingOracle, resultOf, startOracle } from './oracle/oracle.ts';

/** What an expression selects, or when it fails. */
function search(text: string, data: Value): { readonly value: Value } | 'invalid' | 'failed' {
  try {
    return { value: evaluate(parseExpression(text), data) };
  } catch (error) {
    return error instanceof InvalidExpression ? 'invalid' : 'failed';
  }
}

/** A value as text, for comparison: keys in order, numbers without the last digits, where libraries round differently. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (isPythonValue(part)) return Number(part.number.toPrecision(12));
    if (typeof part === 'number') return Number.isFinite(part) ? Number(part.toPrecision(12)) : String(part);
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1));
  });
}

/** A value as JSON with sorted keys, in which 1.0 is not 1, and an integer has any size. */
function exact(value: Value): string {
  if (typeof value === 'number' || isPythonValue(value)) return jsonNumber(value);
  if (isList(value)) return `[${value.map(exact).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${exact(member)}`).join(',')}}`;
}

interface Suite {
  readonly given: Value;
  readonly cases: readonly { readonly expression: string; readonly result?: Value; readonly error?: string }[];
}

test('every case of the official compliance suite has its result', () => {
  // The package with the suite is in the tests only.
  const folder = join(dirname(createRequire(import.meta.filename).resolve('jmespath/package.json')), 'test/compliance');
  const suites = readdirSync(folder).flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Suite[]);
  const cases = suites.flatMap(({ given, cases: all }) => all.map((one) => ({ given, ...one })));
  expect(cases.length).toBeGreaterThan(800);
  const wrong = cases.filter(({ given, expression: text, result, error }) => {
    const found = search(text, given);
    return error === undefined ? canonical(found) !== canonical({ value: result }) : typeof found !== 'string';
  });
  expect(wrong).toEqual([]);
});

test.each([
  [
    'a.',
    "Expecting: ['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace'], got: eof: Parse error at column 2",
  ],
  ['a[', 'Invalid jmespath expression: Incomplete expression:\n"a["\n   ^'],
  ["'abc", "Bad jmespath expression: Unclosed ' delimiter:\n'abc\n^"],
  ['@(a)', 'Invalid function name \'@\': Parse error at column 0, token "@" (CURRENT)'],
  ['', 'Invalid JMESPath expression: cannot be empty.'],
  ['"😀" #', 'Bad jmespath expression: Unknown token #:\n"😀" #\n    ^'],
  [`"😀" b`, 'Unexpected token: b: Parse error at column 4, token "b" (UNQUOTED_IDENTIFIER), for expression:'],
])('the message about %s is that of the AWS CLI', (text, message) => {
  expect(() => parseExpression(text)).toThrow(message);
});

test('integers have any size, and floats are added as Python adds them', () => {
  const resultOf = (text: string) => exact((search(text, null) as { value: Value }).value);
  expect(resultOf('abs(`-12345678901234567890`)')).toBe('12345678901234567890');
  expect(resultOf('sum(`[9007199254740993, 2]`)')).toBe('9007199254740995');
  expect(resultOf('ceil(`1e22`)')).toBe('10000000000000000000000');
  expect(resultOf('sum(`[1, 2.50, 0.2, -2.5]`)')).toBe('1.2');
});

describeUnless(missingOracle)('compared with the library of the AWS CLI', () => {
  const oracle = startOracle();
  afterAll(() => oracle.close());

  test.each([
    ['expressions of the whole grammar', fc.tuple(expression, jsonValue), 6_000],
    ['expressions with one thing wrong', fc.tuple(brokenExpression, jsonValue), 2_000],
    ['functions with values of every type', fc.tuple(functionCall, jsonValue), 4_000],
  ] as const)('%s are accepted and evaluated alike', async (_name, questions, count) => {
    const asked = fc.sample(questions, { numRuns: isLarge ? 10 * count : count, seed: 2_023 }) as (readonly [
      string,
      Value,
    ])[];
    const answers = await oracle.ask('search', asked);
    const different = asked.flatMap(([text, data], index) => {
      const theirs = resultOf(answers[index]) as Readonly<Record<string, Value>>;
      const ours = search(text, data);
      const isSame =
        typeof ours === 'string'
          ? ours in theirs
          : exact(ours.value) === theirs.text || ('value' in theirs && hasOwnOrder(ours, theirs));
      return isSame || isKnownDifference(text, theirs) ? [] : [{ text, data, theirs, ours }];
    });
    expect(different).toEqual([]);
  });

  /** Python can't sort keys of several types, which only lists of pairs can have. */
  function hasOwnOrder(ours: object, theirs: Readonly<Record<string, Value>>): boolean {
    return (
      /"-?\d[\d.]*":/.test(typeof theirs.text === 'string' ? theirs.text : '') &&
      canonical(ours) === canonical({ value: theirs.value })
    );
  }

  /** An expression as text shows its address in memory. */
  function isKnownDifference(text: string, theirs: Readonly<Record<string, Value>>): boolean {
    return text.includes('to_string(') && JSON.stringify(theirs).includes('_Expression object at 0x');
  }
});
