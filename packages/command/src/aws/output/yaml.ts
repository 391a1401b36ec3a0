import { repr, dateText } from '../python.ts';
import { compareText } from '../strings.ts';
import type { Value } from '../value.ts';
import { isList, isMap, isScalar } from '../value.ts';
import { formatJson, isEmptyMap } from './json.ts';
import { yamlScalar } from './yaml-scalar.ts';

/**
 * `--output yaml`: block style with sorted keys. A scalar is printed as JSON, and an empty map not
 * at all.
 */
export function formatYaml(value: Value): string {
  if (isEmptyMap(value)) return '';
  if (isScalar(value)) return formatJson(value);
  if (isEmpty(value)) return '[]\n';
  return `${block(value, 0, { names: anchorNames(value), written: new Set() })}\n`;
}

/** `--output yaml-stream`: each page as a list of one element. */
export function formatYamlStream(pages: readonly Value[]): string {
  return pages.map((page) => formatYaml([page])).join('');
}

function isEmpty(value: Value): boolean {
  return isEmptyMap(value) || (isList(value) && value.length === 0);
}

/**
 * Names of the lists and maps that occur more than once, as `--query` can make them, and those that
 * are written.
 */
interface Anchors {
  readonly names: ReadonlyMap<Value, string>;
  readonly written: Set<Value>;
}

/** Names by the order in which a list or map occurs again. */
function anchorNames(value: Value): ReadonlyMap<Value, string> {
  const [seen, names] = [new Set<Value>(), new Map<Value, string>()];
  const visit = (part: Value): void => {
    if (isScalar(part)) return;
    if (!seen.has(part)) {
      seen.add(part);
      if (isList(part)) part.forEach(visit);
      else for (const [, member] of sortedEntries(part)) visit(member);
    } else if (!names.has(part)) names.set(part, `id${String(names.size + 1).padStart(3, '0')}`);
  };
  visit(value);
  return names;
}

function sortedEntries(value: Value): readonly (readonly [string, Value])[] {
  return Object.entries(isMap(value) ? value : {}).sort(([one], [other]) => compareText(one, other));
}

/** A list or map that is not empty, without the indentation of its first line. */
function block(value: Value, indent: number, anchors: Anchors): string {
  const lines = isList(value)
    ? value.map((item) => `- ${inline(item, indent + 2, anchors)}`)
    : sortedEntries(value).map(([key, member]) => keyAndValue(key, member, indent, anchors));
  return lines.join(`\n${' '.repeat(indent)}`);
}

/** A value that follows on the same line, at the column `indent`. */
function inline(value: Value, indent: number, anchors: Anchors): string {
  const mark = markOf(value, anchors);
  if (mark.startsWith('*')) return mark;
  if (isScalar(value) || isEmpty(value)) return spaced(mark, scalar(value, indent, indent));
  return `${mark}${mark === '' ? '' : `\n${' '.repeat(indent)}`}${block(value, indent, anchors)}`;
}

function keyAndValue(key: string, value: Value, indent: number, anchors: Anchors): string {
  if (!isShortKey(key)) {
    const place = { column: indent + 2, indent: indent + 2, isKey: false };
    return `? ${yamlScalar(key, place)}\n${' '.repeat(indent)}: ${inline(value, indent + 2, anchors)}`;
  }
  const start = `${yamlScalar(key, { column: indent, indent: indent + 2, isKey: true })}:`;
  const mark = markOf(value, anchors);
  if (mark.startsWith('*')) return spaced(start, mark);
  if (isScalar(value) || isEmpty(value)) {
    return `${spaced(start, mark)} ${scalar(value, indent + Array.from(start).length + 1, indent + 2)}`;
  }
  // A list has the indentation of its key.
  const nested = isList(value) ? indent : indent + 2;
  return `${spaced(start, mark)}\n${' '.repeat(nested)}${block(value, nested, anchors)}`;
}

/**
 * `&name` for the first occurrence of a list or map that occurs again, `*name` for a further one,
 * or nothing.
 */
function markOf(value: Value, { names, written }: Anchors): string {
  const name = names.get(value);
  if (name === undefined) return '';
  if (written.has(value)) return `*${name}`;
  written.add(value);
  return `&${name}`;
}

function spaced(...words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}

/**
 * Whether libyaml writes a key before its colon, rather than after a question mark on a line of its
 * own.
 */
function isShortKey(key: string): boolean {
  return Buffer.byteLength(key) <= 128 && !/[\n\u0085\u2028\u2029]/.test(key);
}

function scalar(value: Value, column: number, indent: number): string {
  if (typeof value === 'string') return yamlScalar(value, { column, indent, isKey: false });
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Date) return dateText(value, ' ');
  if (isList(value)) return '[]';
  return isMap(value) ? '{}' : repr(value).replace(/^-?(?:inf|nan)$/, (text) => text.replace(/inf|nan/, '.$&'));
}
