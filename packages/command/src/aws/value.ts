/** What no map that is read has. */
const mark = Symbol();

/**
 * A value of an answer, an input or an expression. A `Date` occurs in the skeletons of answers
 * only: the gateway sends times as text.
 */
export type Value = string | number | boolean | null | Date | PythonValue | readonly Value[] | ValueMap;

/**
 * A value of the AWS CLI's that JavaScript has no type for: a float without a fraction, an integer
 * that a number can't hold, a date. No parameter accepts one; queries calculate with numbers.
 */
export interface PythonValue {
  readonly [mark]: true;
  /** As messages name it. */
  readonly type: 'float' | 'int' | 'datetime.date' | 'datetime.datetime';
  /** As Python's `str` shows it. */
  readonly text: string;
  /** The nearest number; NaN for a date. */
  readonly number: number;
}

export function pythonValue(type: PythonValue['type'], text: string, number: number): PythonValue {
  return { [mark]: true, type, text, number };
}

export function isPythonValue(value: unknown): value is PythonValue {
  return typeof value === 'object' && value !== null && mark in value;
}

export interface ValueMap {
  readonly [key: string]: Value;
}

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !isList(value) && !isAtom(value);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

function isAtom(value: object): boolean {
  return value instanceof Date || isPythonValue(value);
}

/** Neither a map nor a list. */
export function isScalar(value: Value | undefined): boolean {
  return !isList(value) && !isMap(value);
}
