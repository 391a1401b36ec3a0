import { makeSeal } from '../../src/runtime/seal.ts';

const secret = Buffer.alloc(32, 1).toString('base64');
const { seal, open } = makeSeal(secret);

test.each([null, 0, 'text', { id: '\ud800ü', list: [1] }, 'x'.repeat(10_000)])(
  'a sealed value is opened again: %j',
  (value) => {
    const sealed = seal('query', value);
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(open('query', sealed)).toEqual({ value });
  },
);

test('equal values have equal texts, and others, also those bound to something else, have other nonces', () => {
  expect(makeSeal(secret).seal('query', 'one')).toBe(seal('query', 'one'));
  const nonces = [seal('query', 'one'), seal('query', 'two'), seal('other', 'one')].map((text) => text.slice(0, 16));
  expect(new Set(nonces).size).toBe(3);
});

test('values of usual lengths have texts of one length', () => {
  const lengths = [1, 100, 250].map((length) => seal('query', 'x'.repeat(length)).length);
  expect(new Set(lengths).size).toBe(1);
});

test('rejects a text that is bound to something else, and one of another secret', () => {
  expect(open('other', seal('query', 1))).toBeNull();
  expect(makeSeal(Buffer.alloc(32, 2).toString('base64')).open('query', seal('query', 1))).toBeNull();
});

test('rejects a text with any character changed, left out or added', () => {
  const text = seal('query', 1);
  const changed = Array.from(text).flatMap((character, index) => {
    const [before, after] = [text.slice(0, index), text.slice(index + 1)];
    return ['A', 'B', '', '=', '.'].filter((one) => one !== character).map((one) => `${before}${one}${after}`);
  });
  const others = ['', 'x', `${text}A`, `${text}=`, `${text}\n`, text.slice(0, 20), text.replaceAll('-', '+')];
  const accepted = [...changed, ...others].filter((one) => one !== text && open('query', one) !== null);
  expect(accepted).toEqual([]);
});
