import { Composer, isAlias, isMap, isScalar, isSeq, LineCounter, Parser } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { brokenRanges, countUpTo, surrogatePairs, tooDeepIn } from './yaml-errors.ts';
import type { IsBroken } from './yaml-errors.ts';

/** A place in a file, counted from 1. */
export interface Place {
  readonly file: string;
  /** 0 for the file as a whole. */
  readonly line: number;
  readonly column: number;
}

/** What is wrong at a place of a declaration. */
export interface Problem extends Place {
  readonly message: string;
}

/** The text of a file, or of standard input. */
export interface Source {
  /** The name in messages. */
  readonly file: string;
  readonly text: string;
}

/** A value of YAML with its place. */
export interface Located {
  readonly place: Place;
  readonly value: string | number | boolean | null | readonly Located[] | ReadonlyMap<string, Field>;
  /** Whether a problem of the text is in it, so that the value may not be what was meant. */
  readonly isBroken: boolean;
}

/** A field of a mapping. Its key has a place of its own. */
interface Field extends Located {
  readonly keyPlace: Place;
}

interface Context {
  readonly placeOf: (offset: number) => Place;
  readonly isBroken: IsBroken;
  readonly problems: Problem[];
}

/** As `a.yaml:5:15`. */
export function placeText({ file, line, column }: Place): string {
  return line === 0 ? file : `${file}:${line}:${column}`;
}

/**
 * The documents of a YAML text with the place of each of their parts, in time linear in its length.
 * Aliases are rejected: one could repeat another without end. What is not valid is a problem, not
 * an error, and the rest is read.
 */
export function readLocated({ file, text }: Source): {
  readonly documents: readonly Located[];
  readonly problems: readonly Problem[];
} {
  const lines = new LineCounter();
  const pairs = surrogatePairs(text);
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    const pairsBefore = countUpTo(pairs, offset) - countUpTo(pairs, offset - col);
    return { file, line: Math.max(line, 1), column: Math.max(col - pairsBefore, 1) };
  };
  const problems: Problem[] = [];
  const documents: Located[] = [];
  const read = (document: Document.Parsed) => {
    for (const { message, pos } of [...document.errors, ...document.warnings]) {
      problems.push({ ...placeOf(pos[0]), message });
    }
    const isBroken = brokenRanges(document.errors, lines, text.length);
    if (!isEmpty(document.contents)) documents.push(located(document.contents, { placeOf, isBroken, problems }));
  };
  const composer = new Composer({ ...options, lineCounter: lines });
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    const deep = tooDeepIn(token);
    if (deep === null) for (const document of composer.next(token)) read(document);
    else problems.push({ ...placeOf(deep.offset), message: 'The text is nested too deeply.' });
  }
  for (const document of composer.end(true, text.length)) read(document);
  if (documents.length === 0 && problems.length === 0) {
    problems.push({ ...placeOf(0), message: 'The file has no declaration: write one, or leave the file out.' });
  }
  return { documents, problems };
}

/** Duplicate keys are found here: the library compares each key with all others. */
const options = {
  version: '1.2',
  schema: 'core',
  logLevel: 'error',
  prettyErrors: false,
  uniqueKeys: false,
} as const;

function isEmpty(contents: Node | null): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function located(node: Node | null, context: Context): Located {
  const [start, , end] = node?.range ?? [0, 0, 0];
  const place = context.placeOf(start);
  const isBroken = context.isBroken(start, end);
  if (isAlias(node)) {
    context.problems.push({ ...place, message: 'Aliases are not supported: write the value again.' });
    return { place, value: null, isBroken: true };
  }
  if (isSeq(node)) {
    return { place, value: node.items.map((item) => located(item as Node | null, context)), isBroken };
  }
  if (isMap(node)) return { place, value: fieldsOf(node, context), isBroken };
  return { place, value: isScalar(node) ? scalarOf(node.value) : null, isBroken };
}

function fieldsOf(map: YAMLMap, context: Context): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  for (const { key, value } of map.items as readonly Pair<Node | null, Node | null>[]) {
    const [start, end] = key?.range ?? map.range ?? [0, 0];
    const keyPlace = context.placeOf(start);
    const name = isScalar(key) ? (key.source ?? scalarOf(key.value)) : null;
    const first = fields.get(String(name));
    if (name === null) context.problems.push({ ...keyPlace, message: 'A key must be a text.' });
    else if (first) context.problems.push({ ...keyPlace, message: givenTwice(String(name), first.keyPlace) });
    else {
      const isBroken = context.isBroken(start, end);
      const found = value === null ? { place: keyPlace, value: null, isBroken } : located(value, context);
      fields.set(String(name), { ...found, isBroken: found.isBroken || isBroken, keyPlace });
    }
  }
  return fields;
}

function givenTwice(name: string, { line }: Place): string {
  return `${name} is given twice: it is also in line ${line}.`;
}

function scalarOf(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
