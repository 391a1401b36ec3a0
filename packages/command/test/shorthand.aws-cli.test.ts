import fc from 'fast-check';
import { parseShorthand, ShorthandError } from '../src/aws/shorthand.ts';
import { describeUnless } from '../../../test/support/requires.ts';
import { missingOracle, startOracle } from './oracle/oracle.ts';

const noFiles = (value: string) => value;

function parsed(text: string): unknown {
  try {
    return { result: parseShorthand(text, noFiles) };
  } catch (error) {
    if (error instanceof ShorthandError) return { error: error.message };
    throw error;
  }
}

test.each([
  ['team=payments', { team: 'payments' }],
  ['a=b,c=d', { a: 'b', c: 'd' }],
  ['a=b,c', { a: ['b', 'c'] }],
  ["a='b,c'", { a: 'b,c' }],
  [String.raw`a="say \"hi\"",b=1`, { a: 'say "hi"', b: '1' }],
  [String.raw`a=b\,c`, { a: 'b,c' }],
  ['a=[b,{c=d}]', { a: ['b', { c: 'd' }] }],
  ['__proto__=a', Object.fromEntries([['__proto__', 'a']])],
])('%s is parsed', (text, expected) => {
  expect(parseShorthand(text, noFiles)).toEqual(expected);
});

test('an error marks the position of the problem', () => {
  const message =
    "Expected: '=', received: 'EOF' for input:\nteam=payments,owner=[a],stage\n                             ^";
  expect(parsed('team=payments,owner=[a],stage')).toEqual({ error: message });
});

test('a value after @= can be a file, other values cannot', () => {
  const resolveFile = (value: string) => value.replace('file://name', 'content');
  expect(parseShorthand('a@=file://name,b=file://name', resolveFile)).toEqual({ a: 'content', b: 'file://name' });
});

test('the time to parse grows with the length of the input', () => {
  const pairs = Array.from({ length: 50_000 }, (_, index) => `key${index}=value`);
  expect(Object.keys(parseShorthand(pairs.join(','), noFiles))).toHaveLength(pairs.length);
  expect(parseShorthand(`a=${'b,'.repeat(50_000)}c`, noFiles)).toMatchObject({ a: { length: 50_001 } });
});

test('deep nesting is rejected', () => {
  expect(() => parseShorthand(`a=${'['.repeat(100_000)}`, noFiles)).toThrow(ShorthandError);
});

/** Pieces of the grammar and characters that parsers treat alike only by care, in random order. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'bc', 'Key', 'team', 'x-1', 'é', '日本', '😀', '5') },
  { weight: 6, arbitrary: fc.constantFrom('=', ',', '=', ',', 'k=v', 'k1=v1,k2=v2', '@=') },
  { weight: 3, arbitrary: fc.constantFrom('[', ']', '{', '}', '[a,b]', '{a=b}', '[]', '{}') },
  { weight: 3, arbitrary: fc.constantFrom('"', "'", '\\', '\\,', '\\"', "\\'", '"q,u"', "'s=t'", '\\\\') },
  { weight: 2, arbitrary: fc.constantFrom(' ', '\n', '\t', '\u00a0', '\u0085', '\u001c', '\ufeff', '\u3000', '\x00') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
);
const soup = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('v', 'a b', "'q,1'", '"x=y"', '[a,b]', '{k=v}', 'é', '', 'a\\,b', 'v,w') },
  { weight: 1, arbitrary: fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')) },
);
const pairs = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c.d', 'e/f', 'g:h'), { maxLength: 3 })
  .chain((keys) => fc.tuple(...keys.map((key) => value.map((text) => `${key}=${text}`))))
  .map((list) => list.join(','));

/** The same value with the keys of objects in one order: Python keeps it, and JavaScript puts integers first. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([key, member]) => [key, sorted(member)]);
}

describeUnless(missingOracle)('compared with the parser of the AWS CLI', () => {
  const oracle = startOracle();
  afterAll(() => oracle.close());

  test('2,000 generated inputs have the same result or the same error', async () => {
    const inputs = fc.sample(fc.oneof(soup, pairs), { numRuns: 2_000, seed: 11 });
    const answers = await oracle.ask('shorthand', inputs);
    const differences = inputs.flatMap((input, index) => {
      const { type: _, ...answer } = { type: '', ...answers[index] };
      const [ours, theirs] = [parsed(input), answer].map((value) => JSON.stringify(sorted(value)));
      return ours === theirs ? [] : [{ input, ours, theirs }];
    });
    expect(differences).toEqual([]);
    const accepted = answers.filter((answer) => 'result' in answer).length;
    expect(accepted).toBeGreaterThan(500);
    expect(accepted).toBeLessThan(1_500);
  });
});
