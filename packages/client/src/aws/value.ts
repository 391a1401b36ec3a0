/** A value of an answer or an input. A `Date` occurs in the skeletons of answers only: the gateway sends times as text. */
export type Value = string | number | boolean | null | Date | readonly Value[] | ValueMap;

export interface ValueMap {
  readonly [key: string]: Value;
}

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Date);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** Neither a map nor a list. */
export function isScalar(value: Value | undefined): boolean {
  return !isList(value) && !isMap(value);
}
