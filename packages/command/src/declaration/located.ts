import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Node, Pair, YAMLMap } from 'yaml';

/** A place in a text, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What is wrong at a place of a declaration. */
export interface Problem extends Place {
  readonly message: string;
}

/** A value of YAML with its place. */
export interface Located {
  readonly place: Place;
  readonly value: string | number | boolean | null | readonly Located[] | ReadonlyMap<string, Field>;
}

/** A field of a mapping. Its key has a place of its own. */
interface Field extends Located {
  readonly keyPlace: Place;
}

type At = (node: { readonly range?: readonly number[] | null } | null) => Place;

/**
 * The value of a YAML text and the place of each of its parts, in time linear in its length.
 * Anchors are rejected: an alias could repeat another without end. What is not valid is a problem,
 * not an error.
 */
export function readLocated(text: string): { readonly root: Located; readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const document = parse(text, lines);
  if (document === null) {
    const first = { line: 1, column: 1 };
    const message = 'The text is nested too deeply.';
    return { root: { place: first, value: null }, problems: [{ ...first, message }] };
  }
  const problems: Problem[] = [...document.errors, ...document.warnings].map(({ message, pos: [offset] }) => ({
    ...placeOf(offset),
    message,
  }));
  const at: At = (node) => placeOf(node?.range?.[0] ?? 0);
  const root = located(document.contents, at, problems);
  return { root, problems };
}

/**
 * Null for a text whose nesting exceeds the stack. Duplicate keys are found here: the library
 * compares each key with all others.
 */
function parse(text: string, lineCounter: LineCounter) {
  try {
    const options = {
      version: '1.2',
      schema: 'core',
      logLevel: 'error',
      prettyErrors: false,
      uniqueKeys: false,
    } as const;
    return parseDocument(text, { ...options, lineCounter });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function located(node: Node | null, at: At, problems: Problem[]): Located {
  const place = at(node);
  if (isAlias(node)) {
    problems.push({ ...place, message: 'Aliases are not supported: write the value again.' });
    return { place, value: null };
  }
  if (isSeq(node)) return { place, value: node.items.map((item) => located(item as Node | null, at, problems)) };
  if (isMap(node)) return { place, value: fieldsOf(node, at, problems) };
  return { place, value: isScalar(node) ? scalarOf(node.value) : null };
}

function fieldsOf(map: YAMLMap, at: At, problems: Problem[]): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  for (const { key, value } of map.items as readonly Pair<Node | null, Node | null>[]) {
    const keyPlace = at(key);
    const name = isScalar(key) ? (key.source ?? scalarOf(key.value)) : null;
    if (name === null) problems.push({ ...keyPlace, message: 'A key must be a text.' });
    else if (fields.has(String(name))) problems.push({ ...keyPlace, message: `${String(name)} is given twice.` });
    else {
      const found = located(value, at, problems);
      fields.set(String(name), { ...found, place: value === null ? keyPlace : found.place, keyPlace });
    }
  }
  return fields;
}

function scalarOf(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
