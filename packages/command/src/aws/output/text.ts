import { GeneralError } from '../errors.ts';
import { str } from '../python.ts';
import { compareText } from '../strings.ts';
import type { Value, ValueMap } from '../value.ts';
import { isList, isMap, isScalar } from '../value.ts';

/**
 * `--output text`: one line for each map, with its scalars in the order of their keys, separated by
 * tabs. Nested maps and lists follow on lines that begin with their key in capitals.
 *
 * @throws {@link GeneralError} for a list that mixes maps with other values, which the format can't
 *   express
 */
export function formatText(value: Value): string {
  return lines(value, null).join('');
}

function lines(value: Value, label: string | null): string[] {
  if (isMap(value)) return linesOfMap(value, label, null);
  if (isList(value)) return linesOfList(value, label);
  return [`${str(value)}\n`];
}

function linesOfList(list: readonly Value[], label: string | null): string[] {
  if (list.length === 0) return [];
  if (list.some(isMap)) {
    const maps = list.filter(isMap);
    if (maps.length < list.length) throw mixedList();
    const columns = scalarKeys(maps);
    return maps.flatMap((map) => linesOfMap(map, label, columns));
  }
  const scalars = list.filter(isScalar);
  return [
    ...(scalars.length > 0 ? linesOfScalars(scalars, label) : []),
    ...list.filter(isList).flatMap((nested) => linesOfList(nested, label)),
  ];
}

function linesOfScalars(scalars: readonly Value[], label: string | null): string[] {
  if (label === null) return [`${scalars.map(str).join('\t')}\n`];
  return scalars.map((scalar) => `${label.toUpperCase()}\t${str(scalar)}\n`);
}

/**
 * @param columns the keys of all maps of a list; null for a map alone, whose scalars are the
 *   columns
 */
function linesOfMap(map: ValueMap, label: string | null, columns: readonly string[] | null): string[] {
  const keys = Object.keys(map).sort(compareText);
  const shown = columns ?? keys.filter((key) => isScalar(map[key]));
  const cells = shown.map((key) => str(Object.hasOwn(map, key) ? (map[key] ?? null) : ''));
  const line = [...(label === null ? [] : [label.toUpperCase()]), ...cells].join('\t');
  const inLine = new Set(shown);
  const rest = keys.filter((key) => !inLine.has(key));
  return [...(cells.length > 0 ? [`${line}\n`] : []), ...rest.flatMap((key) => lines(map[key] ?? null, key))];
}

function scalarKeys(maps: readonly ValueMap[]): readonly string[] {
  const keys = maps.flatMap((map) => Object.keys(map).filter((key) => isScalar(map[key])));
  return [...new Set(keys)].sort(compareText);
}

function mixedList(): GeneralError {
  return new GeneralError(
    'The text and table formats cannot show a list that mixes maps with other values. Select a part of it with --query, or use --output json.',
  );
}
