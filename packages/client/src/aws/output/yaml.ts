import { repr, dateText } from '../python.ts';
import { compareText } from '../strings.ts';
import type { Value } from '../value.ts';
import { isList, isMap, isScalar } from '../value.ts';
import { formatJson, isEmptyMap } from './json.ts';
import { yamlScalar } from './yaml-scalar.ts';

/** `--output yaml`: block style with sorted keys. A scalar is printed as JSON, and an empty map not at all. */
export function formatYaml(value: Value): string {
  if (isEmptyMap(value)) return '';
  if (isScalar(value)) return formatJson(value);
  if (isEmpty(value)) return '[]\n';
  return `${block(value, 0)}\n`;
}

/** `--output yaml-stream`: each page as a list of one element. */
export function formatYamlStream(pages: readonly Value[]): string {
  return pages.map((page) => formatYaml([page])).join('');
}

function isEmpty(value: Value): boolean {
  return isEmptyMap(value) || (isList(value) && value.length === 0);
}

/** A list or map that is not empty, without the indentation of its first line. */
function block(value: Value, indent: number): string {
  const lines = isList(value)
    ? value.map((item) => `- ${inline(item, indent + 2)}`)
    : Object.entries(isMap(value) ? value : {})
        .sort(([one], [other]) => compareText(one, other))
        .map(([key, member]) => keyAndValue(key, member, indent));
  return lines.join(`\n${' '.repeat(indent)}`);
}

/** A value that follows on the same line, at the column `indent`. */
function inline(value: Value, indent: number): string {
  return isScalar(value) || isEmpty(value) ? scalar(value, indent, indent) : block(value, indent);
}

function keyAndValue(key: string, value: Value, indent: number): string {
  if (!isShortKey(key)) {
    const place = { column: indent + 2, indent: indent + 2, isKey: false };
    return `? ${yamlScalar(key, place)}\n${' '.repeat(indent)}: ${inline(value, indent + 2)}`;
  }
  const start = `${yamlScalar(key, { column: indent, indent: indent + 2, isKey: true })}:`;
  if (isScalar(value) || isEmpty(value))
    return `${start} ${scalar(value, indent + Array.from(start).length + 1, indent + 2)}`;
  // A list has the indentation of its key.
  const nested = isList(value) ? indent : indent + 2;
  return `${start}\n${' '.repeat(nested)}${block(value, nested)}`;
}

/** Whether libyaml writes a key before its colon, rather than after a question mark on a line of its own. */
function isShortKey(key: string): boolean {
  return Buffer.byteLength(key) <= 128 && !/[\n\u0085\u2028\u2029]/.test(key);
}

function scalar(value: Value, column: number, indent: number): string {
  if (typeof value === 'string') return yamlScalar(value, { column, indent, isKey: false });
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Date) return dateText(value, ' ');
  if (isList(value)) return '[]';
  return isMap(value) ? '{}' : repr(value);
}
