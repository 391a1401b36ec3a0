import { quote } from '../../src/validation/text-rules.ts';
import type { CreateInput } from './create-input.ts';
import { onlyFindingOf, rulesBrokenBy } from './create-input.ts';

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
