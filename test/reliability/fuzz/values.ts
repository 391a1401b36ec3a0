import type { Random } from '../processes/random.ts';

/** Values that no field expects, or only few. */
const hostileValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2_147_483_648,
  Number.MAX_VALUE,
  '',
  ' ',
  '*',
  '\u0000',
  '\ud800',
  '\udfff\ud800',
  '\u202e\u200b',
  '__proto__',
  'constructor',
  'toString',
  '${7*7}',
  "' OR 1=1 --",
  '{"a":1}',
  '../../../etc/passwd',
  '2026-02-30T10:00:00Z',
  '2026-11-24T10:00:00Z',
  'x'.repeat(300),
  '😀'.repeat(5_000),
  [],
  [null],
  [[[]]],
  {},
  { __typename: 'Query' },
  { toString: 1, valueOf: null },
  Array.from({ length: 200 }, () => 'x'),
];

/** JSON texts that only a parser makes: keys of prototypes, numbers beyond the range, lists and objects of many levels. */
const hostileTexts: readonly string[] = [
  '{"__proto__": {"isAdmin": true}}',
  '{"constructor": {"prototype": 1}}',
  '1e400',
  '-0',
  '123456789012345678901234567890',
  `${'['.repeat(3_000)}${']'.repeat(3_000)}`,
  `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`,
];

/** A value that a client should not send. */
export function hostileValue(random: Random): unknown {
  return random.chance(0.3) ? (JSON.parse(random.oneOf(hostileTexts)) as unknown) : random.oneOf(hostileValues);
}

const hostileStrings = hostileValues.filter((value) => typeof value === 'string');

/** A text of the right type that differs in one place, or is hostile as a whole. */
function mutateText(random: Random, text: string): string {
  if (random.chance(0.4)) return random.oneOf(hostileStrings);
  const at = random.between(0, text.length);
  const inserted = random.oneOf(['', '*', '-', '/', ':', ' ', '\u0000', '\ud800', 'A', 'é', 'x'.repeat(2_000), text]);
  return `${text.slice(0, at)}${inserted}${text.slice(at + random.between(0, 2))}`;
}

/** The value with one part of it, at any depth, replaced, removed or added. */
export function mutateValue(random: Random, value: unknown): unknown {
  if (typeof value === 'string' && random.chance(0.75)) return mutateText(random, value);
  if (typeof value === 'number' && random.chance(0.75)) return random.oneOf([0, 1, -1, 100, 1_000, 1_001, 2 ** 31 - 1]);
  if (typeof value !== 'object' || value === null || random.chance(0.05)) return hostileValue(random);
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.2)) return [...(value as unknown[]), hostileValue(random)];
    const at = random.between(0, value.length - 1);
    return (value as unknown[]).map((item, index) => (index === at ? mutateValue(random, item) : item));
  }
  const fields = Object.entries(value);
  const added = [random.oneOf(['__proto__', 'constructor', 'nothing', 'accountId', 'first', '']), hostileValue(random)];
  if (fields.length === 0 || random.chance(0.1)) return Object.fromEntries([...fields, added]) as unknown;
  const at = random.between(0, fields.length - 1);
  const isRemoved = random.chance(0.15);
  return Object.fromEntries(
    fields.flatMap(([name, item], index) => {
      if (index !== at) return [[name, item]];
      return isRemoved ? [] : [[name, mutateValue(random, item)]];
    }),
  );
}
