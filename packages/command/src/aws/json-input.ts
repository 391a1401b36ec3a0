import { float } from './python.ts';
import type { Value } from './value.ts';
import { pythonValue } from './value.ts';

/** The key of an object that stands for a number, by its index. */
const mark = '\0number';
const tokens = /"(?:[^"\\]|\\[^])*"|-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity)|NaN/g;

/**
 * The value of a JSON text as Python reads it: 1.0 is not 1, an integer has any size, and NaN and
 * Infinity are numbers.
 *
 * @throws SyntaxError for a text that is not valid
 */
export function parseJson(text: string): Value {
  const numbers: Value[] = [];
  const marked = text.replaceAll(tokens, (token) => {
    const number = token.startsWith('"') ? undefined : numberOf(token);
    if (number === undefined || (typeof number === 'number' && Number.isInteger(number))) return token;
    return JSON.stringify({ [mark]: numbers.push(number) - 1 });
  });
  if (numbers.length === 0) return JSON.parse(text) as Value;
  return JSON.parse(marked, (_, value: Value) => {
    const index =
      typeof value === 'object' && value !== null ? (value as Readonly<Record<string, Value>>)[mark] : undefined;
    return typeof index === 'number' ? (numbers[index] ?? value) : value;
  }) as Value;
}

/** The number that a text shows. */
export function numberOf(text: string): Value {
  const number = Number(text);
  if (/[.eE]|NaN|Infinity/.test(text)) return float(number);
  return Number.isSafeInteger(number) ? number : pythonValue('int', String(BigInt(text)), number);
}
