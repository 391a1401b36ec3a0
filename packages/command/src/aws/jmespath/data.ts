import { isPythonValue } from '../value.ts';
import type { PythonValue } from '../value.ts';
import { EvaluationError } from './errors.ts';

/** An expression as an argument of a function: `&expression`. */
export type Reference = (value: Data) => Data;

/** A value while an expression is evaluated. */
export type Data = string | number | boolean | null | Date | PythonValue | Reference | readonly Data[] | DataMap;

export interface DataMap {
  readonly [key: string]: Data;
}

export function isArray(value: Data): value is readonly Data[] {
  return Array.isArray(value);
}

export function isReference(value: Data): value is Reference {
  return typeof value === 'function';
}

export function isObject(value: Data): value is DataMap {
  return typeOf(value) === 'object';
}

/** The type of a value as JMESPath names it; a time is of none. */
export function typeOf(
  value: Data,
): 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object' | 'expref' | 'unknown' {
  if (value === null) return 'null';
  if (isReference(value)) return 'expref';
  if (value instanceof Date) return 'unknown';
  if (isPythonValue(value)) return 'number';
  if (isArray(value)) return 'array';
  return typeof value as 'string' | 'number' | 'boolean' | 'object';
}

/** What JMESPath takes for false. A number never is. */
export function isFalse(value: Data): boolean {
  if (isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === null || value === false || value === '';
}

/**
 * Whether two values are equal by `==`. Below the top level, false and 0 are equal, and so are true
 * and 1, as in Python.
 */
export function isEqual(left: Data, right: Data): boolean {
  return (typeof left === 'boolean') === (typeof right === 'boolean') && isEqualInPython(left, right);
}

/** Whether two values are equal in Python, where false is 0 and true is 1. */
export function isEqualInPython(left: Data, right: Data): boolean {
  if (isArray(left) && isArray(right)) {
    return left.length === right.length && left.every((one, index) => isEqualInPython(one, right[index] ?? null));
  }
  if (isObject(left) && isObject(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && isEqualInPython(left[key] ?? null, right[key] ?? null))
    );
  }
  return numeric(left) === numeric(right);
}

function numeric(value: Data): Data {
  return typeof value === 'boolean' || isPythonValue(value) ? numberOf(value) : value;
}

/** The value of a number: of a float without a fraction too. */
export function numberOf(value: Data): number {
  return isPythonValue(value) ? value.number : Number(value);
}

/** What has an order. */
export type Ordered = number | string | PythonValue;

export function isOrdered(value: Data): value is Ordered {
  return typeof value === 'string' || typeOf(value) === 'number';
}

/**
 * Negative, 0 or positive as `left` is less than, equal to or greater than `right`: numbers by
 * value, texts by code points.
 *
 * @throws {@link EvaluationError} for a number and a text
 */
export function compareOrdered(left: Ordered, right: Ordered): number {
  if (typeof left !== 'string' && typeof right !== 'string') return numberOf(left) - numberOf(right);
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right);
  throw new EvaluationError('A number and a text have no order.');
}

/**
 * JavaScript compares UTF-16 units: it puts a character beyond U+FFFF before one from U+E000 on.
 */
function compareTexts(left: string, right: string): number {
  const [a, b] = [Array.from(left), Array.from(right)];
  const index = a.findIndex((character, at) => character !== b[at]);
  if (index === -1) return a.length - b.length;
  return (a[index]?.codePointAt(0) ?? -1) - (b[index]?.codePointAt(0) ?? -1);
}
