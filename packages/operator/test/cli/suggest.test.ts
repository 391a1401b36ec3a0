import { suggestion } from '../../src/cli/suggest.ts';

test.each([
  ['form', ' Did you mean from?'],
  ['fom', ' Did you mean from?'],
  ['frame', ''],
  ['fog', ''],
])('the suggestion for %s is %j', (wrong, expected) => {
  expect(suggestion(wrong, ['to', 'from', 'principal'])).toBe(expected);
});
