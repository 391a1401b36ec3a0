import { dateText } from '../python.ts';
import type { Value } from '../value.ts';
import { isMap } from '../value.ts';

/** `--output json`. An empty map prints nothing, as with the AWS CLI. */
export function formatJson(value: Value): string {
  if (isEmptyMap(value)) return '';
  return `${JSON.stringify(withTexts(value), null, 4)}\n`;
}

export function isEmptyMap(value: Value): boolean {
  return isMap(value) && Object.keys(value).length === 0;
}

/** `JSON.stringify` gives a `Date` a fraction and a zone before a replacer gets it. */
function withTexts(value: Value): Value {
  if (value instanceof Date) return dateText(value, 'T');
  if (Array.isArray(value)) return value.map(withTexts);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withTexts(member)]));
}
