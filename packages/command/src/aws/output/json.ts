import { dateText, str } from '../python.ts';
import type { Value } from '../value.ts';
import { isList, isMap } from '../value.ts';

/** `--output json`. An empty map prints nothing, as with the AWS CLI. */
export function formatJson(value: Value): string {
  return isEmptyMap(value) ? '' : `${jsonOf(value, '\n')}\n`;
}

export function isEmptyMap(value: Value): boolean {
  return isMap(value) && Object.keys(value).length === 0;
}

/** A number in JSON, where Python has NaN and infinities too. */
export function jsonNumber(value: Value): string {
  return str(value).replace('inf', 'Infinity').replace('nan', 'NaN');
}

/** @param end of a line, with the indentation of the next */
function jsonOf(value: Value, end: string): string {
  const inner = `${end}    `;
  const members = isList(value)
    ? value.map((item) => jsonOf(item, inner))
    : isMap(value)
      ? Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${jsonOf(member, inner)}`)
      : null;
  if (members === null) return scalarOf(value);
  const [first, last] = isList(value) ? '[]' : '{}';
  return members.length === 0 ? `${first}${last}` : `${first}${inner}${members.join(`,${inner}`)}${end}${last}`;
}

function scalarOf(value: Value): string {
  if (value instanceof Date) return JSON.stringify(dateText(value, 'T'));
  return typeof value === 'string' || typeof value === 'boolean' || value === null
    ? JSON.stringify(value)
    : jsonNumber(value);
}
