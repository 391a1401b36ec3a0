import type { Shape } from '../commands.ts';
import { awsTime } from './timestamp.ts';
import type { Value, ValueMap } from './value.ts';
import { isList, isMap } from './value.ts';

/**
 * An answer as the AWS CLI holds it: the fields of the shape, in its order, without those that are
 * null; times as text in the local time zone.
 */
export function toAnswer(shape: Readonly<Record<string, Shape>>, raw: ValueMap): ValueMap {
  const fields = Object.entries(shape).flatMap(([field, part]) => {
    const value = raw[field] ?? null;
    return value === null ? [] : [[field, toValue(part, value)] as const];
  });
  return Object.fromEntries(fields);
}

function toValue(shape: Shape, value: Value): Value {
  if (shape === 'timestamp')
    return value instanceof Date || typeof value === 'string' ? awsTime(new Date(value)) : value;
  if (typeof shape === 'string') return value;
  if (isListShape(shape)) return isList(value) ? value.map((item) => toValue(shape[0], item)) : value;
  return isMap(value) ? toAnswer(shape, value) : value;
}

/** Whether a shape is that of a list. */
export function isListShape(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
