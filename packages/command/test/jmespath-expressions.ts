import fc from 'fast-check';

// Expressions of the whole grammar of JMESPath (https://jmespath.org/specification.html) and near misses, and data to apply them to.

const texts = [
  ...['', 'a', 'ab', 'b', '😀', '\uffee', '😀x', 'é', '1', '+1', ' 1 ', '1.5', '1e3', '.5', '1_0', '0x1'],
  ...['nan', '-inf', '\ufeff1'],
];
const text = fc.constantFrom(...texts);
const number = fc.constantFrom(0, 1, -1, 2, 3, 1.5, -2.5);
const key = fc.constantFrom('a', 'b', 'foo', 'q s', 'é', '😀', 'constructor', '__proto__');

/** A JSON value, at most three levels deep. */
export const jsonValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(text, number, fc.constantFrom(null, true, false)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(text, { maxLength: 4 }),
    fc.array(number, { maxLength: 4 }),
    fc.array(fc.record({ a: fc.oneof(number, text), b: text }), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value;

const name = fc.constantFrom('a', 'b', 'foo', 'associations', '_x', '"q s"', '"é"', '"\\u00e9"', '"😀"', 'constructor');
/** Numbers as JSON may have them, also those that JavaScript shows otherwise. */
const numeral = fc.constantFrom(
  ...['0', '-0', '1', '-1', '2', '1.0', '-0.0', '0.0', '2.50', '1e2', '1E-7', '1e16', '1e22', '0.1', '0.2', '-2.5'],
  ...['12345678901234567890', '9007199254740993', '1e400', '123456789.125'],
);

/** A JSON text, at most three levels deep. */
const jsonText = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(
      numeral,
      numeral,
      text.map((one) => JSON.stringify(one)),
      fc.constantFrom('null', 'true', 'false'),
    ),
    fc.array(tie('text'), { maxLength: 3 }).map((all) => `[${all.join(', ')}]`),
    fc.array(numeral, { maxLength: 4 }).map((all) => `[${all.join(',')}]`),
    fc.array(numeral, { maxLength: 3 }).map((all) => `[${all.map((one) => `{"a": ${one}}`).join(',')}]`),
    fc.dictionary(key, tie('text'), { maxKeys: 3 }).map(
      (map) =>
        `{${Object.entries(map)
          .map(([name, one]) => `${JSON.stringify(name)}: ${one}`)
          .join(', ')}}`,
    ),
  ),
})).text;

const jsonLiteral = fc
  .oneof(
    jsonText,
    jsonValue.map((value) => JSON.stringify(value)),
  )
  .map((json) => `\`${json.replaceAll('`', '\\`')}\``);
const otherLiteral = fc.constantFrom('`a`', '`foo bar`', '` 1`', '`\\``', "'raw'", "''", "'\\''", "'\\\\'", '`NaN`');
const comparison = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
const bracket = fc.constantFrom('0', '-1', '99', '*', '', '1:', '::2', '::-1', ':1', '-2:', '1:2:1', '::0');

/** Each function with its parameters: `v` takes a value, `&` an expression. */
const functionParameters = {
  ...{ abs: 'v', avg: 'v', ceil: 'v', contains: 'vv', ends_with: 'vv', floor: 'v', join: 'vv', keys: 'v', length: 'v' },
  ...{
    map: '&v',
    max: 'v',
    max_by: 'v&',
    merge: 'vv',
    min: 'v',
    min_by: 'v&',
    not_null: 'vv',
    reverse: 'v',
    sort: 'v',
  },
  ...{
    sort_by: 'v&',
    starts_with: 'vv',
    sum: 'v',
    to_array: 'v',
    to_number: 'v',
    to_string: 'v',
    type: 'v',
    values: 'v',
  },
  unknown: 'v',
};

/** The call of a function with arguments of mostly the right number. */
function call(argument: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.constantFrom(...Object.entries(functionParameters)).chain(([called, parameters]) => {
    const right = Array.from(parameters, (kind) => (kind === '&' ? argument.map((one) => `&${one}`) : argument));
    const args = fc.oneof(
      { weight: 9, arbitrary: fc.tuple(...right) },
      { weight: 1, arbitrary: fc.array(argument, { maxLength: 3 }) },
    );
    return args.map((given: readonly string[]) => `${called}(${given.join(', ')})`);
  });
}

/** A call of a function with literals only. */
export const functionCall = call(
  fc.oneof(jsonLiteral, jsonLiteral, fc.constantFrom('@', 'a', 'length(@)', 'to_number(@)')),
);

/** A valid expression. */
export const expression = fc.letrec<{ expression: string; part: string }>((tie) => {
  const one = tie('expression');
  const joined = (...parts: readonly (string | fc.Arbitrary<string>)[]) =>
    fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((all) => all.join(''));
  const hash = joined('{a: ', one, ', "b": ', one, '}');
  return {
    part: fc.oneof(name, fc.constant('*'), joined('[', one, ', ', one, ']'), hash, call(one)),
    expression: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(name, jsonLiteral, otherLiteral, fc.constantFrom('@', '*', '[]', '[0]', '[*]')),
      joined(one, '.', tie('part')),
      joined(one, '[', bracket, ']'),
      joined(one, '[?', one, ' ', comparison, ' ', one, ']'),
      joined(one, fc.constantFrom(' | ', ' || ', ' && '), one),
      joined(one, ' ', comparison, ' ', one),
      joined(fc.constantFrom('!', '&', '*.', '[*].'), one),
      joined('(', one, ')'),
      joined('[', one, ', ', one, ']'),
      hash,
      call(one),
    ),
  };
}).expression;

const pieces = [
  ...['.', '[', ']', '(', ')', '{', '}', '*', '@', '&', '&&', '|', '!', '=', '<', '-', '1', '-0', '01'],
  ...[':', ',', '`', '"', "'", '\\', ' ', '#', '[?', '[]', 'é', '1a', '\u00a0', '/'],
];

/** An expression in which a piece is replaced or inserted: mostly not valid. */
export const brokenExpression = fc
  .tuple(expression, fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 2), fc.constantFrom(...pieces))
  .map(([whole, place, removed, piece]) => {
    const start = Math.floor(place * whole.length);
    return whole.slice(0, start) + piece + whole.slice(start + removed);
  });
