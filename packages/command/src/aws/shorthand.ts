import { codePoint, skipBlanks, trimEnd } from './strings.ts';

/** What shorthand can express; the option's type decides which of it is valid. */
export type ShorthandValue = string | readonly ShorthandValue[] | { readonly [key: string]: ShorthandValue };

/**
 * A value that is not valid shorthand. Its message shows the input with a mark under the position
 * of the problem.
 */
export class ShorthandError extends Error {}

/** How deeply lists and maps may be nested. No option needs more than one level. */
const maxDepth = 100;

/** Returns the contents of `file://…` and `fileb://…`, and any other value unchanged. */
type ResolveFile = (value: string) => string;

interface Cursor {
  readonly text: string;
  readonly resolveFile: ResolveFile;
  index: number;
  depth: number;
  /** Whether the current key was followed by `@=`: its values may name files. */
  namesFiles: boolean;
}

/**
 * Parses the AWS CLI's shorthand syntax (`a=b,c=[d,e],f={g=h}`) as `awscli.shorthand` does, without
 * the option's type.
 *
 * @throws {@link ShorthandError}
 */
export function parseShorthand(text: string, resolveFile: ResolveFile): Readonly<Record<string, ShorthandValue>> {
  const cursor: Cursor = { text, resolveFile, index: 0, depth: 0, namesFiles: false };
  const values = new Map([keyAndValues(cursor)]);
  let last = cursor.index;
  while (!atEnd(cursor)) {
    expect(cursor, ',', true);
    const [key, value] = keyAndValues(cursor);
    if (values.has(key)) throw duplicateKey(text, key, last + 1);
    values.set(key, value);
    last = cursor.index;
  }
  return Object.fromEntries(values);
}

function keyAndValues(cursor: Cursor): [string, ShorthandValue] {
  const key = keyAndSign(cursor);
  return [key, valuesAt(cursor)];
}

/** Consumes `key=` or `key@=`. The key can be empty. */
function keyAndSign(cursor: Cursor): string {
  const key = match(cursor, /[A-Za-z0-9\-_.#/:]*/y) ?? '';
  cursor.index = skipBlanks(cursor.text, cursor.index);
  cursor.namesFiles = cursor.text[cursor.index] === '@';
  if (cursor.namesFiles) expect(cursor, '@', true);
  expect(cursor, '=', true);
  return key;
}

function valuesAt(cursor: Cursor): ShorthandValue {
  if (atEnd(cursor)) return '';
  return bracketed(cursor) ?? commaSeparated(cursor);
}

function bracketed(cursor: Cursor): ShorthandValue | null {
  const parse = { '[': listAt, '{': mapAt }[cursor.text[cursor.index] ?? ''];
  if (!parse) return null;
  if (cursor.depth === maxDepth) throw new ShorthandError(`Lists and maps are nested more than ${maxDepth} deep.`);
  cursor.depth += 1;
  const value = parse(cursor);
  cursor.depth -= 1;
  return value;
}

function listAt(cursor: Cursor): ShorthandValue {
  expect(cursor, '[', true);
  const values: ShorthandValue[] = [];
  while (cursor.text[cursor.index] !== ']') {
    values.push(bracketed(cursor) ?? firstValue(cursor));
    separator(cursor, ']');
  }
  expect(cursor, ']');
  return values;
}

function mapAt(cursor: Cursor): ShorthandValue {
  expect(cursor, '{', true);
  const values = new Map<string, ShorthandValue>();
  while (cursor.text[cursor.index] !== '}') {
    const key = keyAndSign(cursor);
    values.set(key, bracketed(cursor) ?? firstValue(cursor));
    separator(cursor, '}');
  }
  expect(cursor, '}');
  return Object.fromEntries(values);
}

function separator(cursor: Cursor, end: string): void {
  cursor.index = skipBlanks(cursor.text, cursor.index);
  if (cursor.text[cursor.index] === end) return;
  expect(cursor, ',');
  cursor.index = skipBlanks(cursor.text, cursor.index);
}

/**
 * `a=b` is a string and `a=b,c` a list. In `a=b,c=d`, the value ends before the comma, because `c`
 * is a key.
 */
function commaSeparated(cursor: Cursor): ShorthandValue {
  const first = firstValue(cursor);
  cursor.index = skipBlanks(cursor.text, cursor.index);
  if (atEnd(cursor) || cursor.text[cursor.index] !== ',') return first;
  expect(cursor, ',', true);
  const values: ShorthandValue[] = [first];
  for (;;) {
    const value = secondValue(cursor);
    cursor.index = skipBlanks(cursor.text, cursor.index);
    if (atEnd(cursor)) return [...values, value ?? fail(cursor, '<second>', '<none>')];
    if (value === null || cursor.text[cursor.index] !== ',') break;
    expect(cursor, ',', true);
    values.push(value);
  }
  cursor.index = cursor.text.lastIndexOf(',', cursor.index);
  return values.length === 1 ? first : values;
}

/*
 * The characters of unquoted values, as in awscli.shorthand. Characters beyond the Basic
 * Multilingual Plane are in none of them. `\x1c-\x1f` are blanks in Python's regular expressions
 * and not in those of JavaScript.
 */
const start = String.raw`(?:\\,|[!#-&(-+\--<>-Z\\-z|-\uffff])`;
const firstFollow = String.raw`(?:\\,|[\s\x1c-\x1f!#-&(-+\--\\^-|~-\uffff])*`;
const secondFollow = String.raw`(?:\\,|[\s\x1c-\x1f!#-&(-+\--<>-\uffff])*`;
const firstWord = new RegExp(start + firstFollow, 'uy');
const secondWord = new RegExp(start + secondFollow, 'uy');
const singleQuoted = /'(?:\\'|[^'])*'/uy;
const doubleQuoted = /"(?:\\"|[^"])*"/uy;

function firstValue(cursor: Cursor): string {
  const quote = quoteAt(cursor);
  if (quote === null) return word(cursor, match(cursor, firstWord) ?? '');
  return quoted(cursor, quote) ?? fail(cursor, quote === "'" ? '<singled quoted>' : '<double quoted>', '<none>');
}

/** A value after a comma; null where there is none. */
function secondValue(cursor: Cursor): string | null {
  const quote = quoteAt(cursor);
  if (quote !== null) return quoted(cursor, quote);
  const text = match(cursor, secondWord);
  return text === null ? null : word(cursor, text);
}

function quoteAt({ text, index }: Cursor): '"' | "'" | null {
  const character = text[index];
  return character === '"' || character === "'" ? character : null;
}

function word(cursor: Cursor, text: string): string {
  return resolve(cursor, trimEnd(text.replaceAll('\\,', ',')));
}

/** The text in quotes; null if they are not closed. */
function quoted(cursor: Cursor, quote: '"' | "'"): string | null {
  const text = match(cursor, quote === "'" ? singleQuoted : doubleQuoted);
  if (text === null) return null;
  return resolve(cursor, text.slice(1, -1).replaceAll(`\\${quote}`, quote).replaceAll('\\\\', '\\'));
}

function resolve(cursor: Cursor, value: string): string {
  return cursor.namesFiles ? cursor.resolveFile(value) : value;
}

function match(cursor: Cursor, pattern: RegExp): string | null {
  pattern.lastIndex = cursor.index;
  const found = pattern.exec(cursor.text)?.[0];
  if (found === undefined) return null;
  cursor.index += found.length;
  return found;
}

function atEnd({ text, index }: Cursor): boolean {
  return index >= text.length;
}

/** Consumes `character`, with blanks on both sides if `blanks` is true. */
function expect(cursor: Cursor, character: string, blanks = false): void {
  if (blanks) cursor.index = skipBlanks(cursor.text, cursor.index);
  if (atEnd(cursor)) fail(cursor, character, 'EOF');
  if (cursor.text[cursor.index] !== character) fail(cursor, character, codePoint(cursor.text, cursor.index));
  cursor.index += 1;
  if (blanks) cursor.index = skipBlanks(cursor.text, cursor.index);
}

function fail({ text, index }: Cursor, expected: string, received: string): never {
  throw new ShorthandError(`Expected: '${expected}', received: '${received}' for input:\n${marked(text, index)}`);
}

function duplicateKey(text: string, key: string, index: number): ShorthandError {
  const reason = 'This is often because there is a preceding "," instead of a space.';
  return new ShorthandError(
    `Second instance of key "${key}" encountered for input:\n${marked(text, index)}\n${reason}`,
  );
}

/** The text with a mark below the character at `index`, on a line of its own. */
function marked(text: string, index: number): string {
  const before = text.slice(0, index);
  const column = Array.from(before.slice(before.lastIndexOf('\n') + 1)).length;
  const lineEnd = text.indexOf('\n', index);
  const end = lineEnd < 0 ? text.length : lineEnd;
  return `${text.slice(0, end)}\n${' '.repeat(column)}^${text.slice(end)}`;
}
