import { GeneralError } from '../errors.ts';
import { str } from '../python.ts';
import { compareText } from '../strings.ts';
import type { Value, ValueMap } from '../value.ts';
import { isList, isMap, isPythonValue, isScalar } from '../value.ts';
import { renderTable } from './table-render.ts';
import type { Section, TableStyle } from './table-render.ts';

/**
 * `--output table`. An empty result, which includes 0 and false, prints nothing, as with the AWS
 * CLI.
 *
 * @param title the name of the operation
 * @throws {@link GeneralError} for lists that the format can't show
 */
export function formatTable(title: string, value: Value, style: TableStyle): string {
  const sections: Section[] = [];
  return addValue(sections, title, value, 0) ? renderTable(sections, style) : '';
}

/**
 * Adds the sections of a value; null as title continues the current section. Returns false if it is
 * empty.
 */
function addValue(sections: Section[], title: string | null, value: Value, indent: number): boolean {
  if (isEmpty(value)) return false;
  if (title !== null) newSection(sections, title, indent);
  if (isMap(value)) addMap(sections, value, indent);
  else if (isList(value)) addList(sections, value, title, indent);
  return true;
}

function isEmpty(value: Value): boolean {
  if (isList(value)) return value.length === 0;
  if (isMap(value)) return Object.keys(value).length === 0;
  if (isPythonValue(value)) return value.number === 0;
  return value === null || value === false || value === 0 || value === '';
}

function newSection(sections: Section[], title: string | null, indent: number): void {
  sections.push({ title, indent, headers: [], rows: [] });
}

function addList(sections: Section[], list: readonly Value[], title: string | null, indent: number): void {
  if (isMap(list[0])) {
    addMaps(sections, list, title, indent);
    return;
  }
  for (const item of list) {
    if (isScalar(item)) addRow(sections, [item]);
    // Iterating over a map gives its keys in Python.
    else if (isMap(item)) addRow(sections, Object.keys(item));
    else if (isList(item) && item.every(isScalar)) addRow(sections, item);
    else addValue(sections, null, item, 0);
  }
}

/** A row with the scalars of each map. Maps with nested values have a section each. */
function addMaps(sections: Section[], list: readonly Value[], title: string | null, indent: number): void {
  const maps = list.filter(isMap);
  if (maps.length < list.length) throw unsuitable('a list that mixes maps with other values');
  const scalars = keysOf(maps, isScalar);
  const nested = keysOf(maps, (value) => !isScalar(value));
  addHeaders(sections, scalars);
  maps.forEach((map, index) => {
    if (index > 0 && nested.length > 0) {
      newSection(sections, title, indent);
      addHeaders(sections, scalars);
    }
    addRow(
      sections,
      scalars.map((key) => (Object.hasOwn(map, key) ? (map[key] ?? null) : '')),
    );
    for (const key of nested) if (Object.hasOwn(map, key)) addValue(sections, key, map[key] ?? null, indent + 1);
  });
}

/**
 * A row with the scalars of a map, with their keys as headers; a map with one scalar is a row of
 * key and value.
 */
function addMap(sections: Section[], map: ValueMap, indent: number): void {
  const scalars = keysOf([map], isScalar);
  const [only, ...others] = scalars;
  if (only !== undefined && others.length === 0) addRow(sections, [only, map[only] ?? null]);
  else if (scalars.length > 0) {
    addHeaders(sections, scalars);
    addRow(
      sections,
      scalars.map((key) => map[key] ?? null),
    );
  }
  for (const key of keysOf([map], (value) => !isScalar(value))) addValue(sections, key, map[key] ?? null, indent + 1);
}

function keysOf(maps: readonly ValueMap[], isWanted: (value: Value | undefined) => boolean): readonly string[] {
  const keys = maps.flatMap((map) => Object.keys(map).filter((key) => isWanted(map[key])));
  return [...new Set(keys)].sort(compareText);
}

function addHeaders(sections: Section[], headers: readonly string[]): void {
  const section = current(sections);
  section.columns ??= headers.length;
  section.headers = headers;
}

function addRow(sections: Section[], values: readonly Value[]): void {
  const section = current(sections);
  section.columns ??= values.length;
  if (section.columns !== values.length) throw unsuitable('rows of different lengths');
  section.rows.push(values.map(str));
}

function current(sections: readonly Section[]): Section {
  const section = sections.at(-1);
  if (!section) throw new Error('A table begins with a titled section.');
  return section;
}

function unsuitable(what: string): GeneralError {
  return new GeneralError(
    `The table format cannot show ${what}. Select a part of it with --query, or use --output json.`,
  );
}
