// Schemas for the JSON files of operators, and their error messages. A message names the path, what
// was found and what to write.
import * as v from 'valibot';
import { bounds, jsonProblem } from '../cedar/bounds.ts';
import { duplicateKeys, lineFinder } from './json-keys.ts';

/** The parts of a valibot issue that messages use. */
interface Issue {
  readonly input: unknown;
}

/**
 * Parses a JSON text and validates it against a schema. Throws one Error that lists every problem
 * with file, line and path; without file and line if the text has only one line.
 *
 * @param file its name, for the message
 * @param mostBytes of the text
 */
export function parseJson<Output>(
  file: string,
  text: string,
  schema: v.GenericSchema<unknown, Output>,
  mostBytes: number = bounds.jsonBytes,
): Output {
  const problem = jsonProblem(file, text, mostBytes);
  if (problem !== null) throw new Error(problem);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const [, line] = /\(line (\d+) column/.exec(why) ?? [];
    throw new Error(`${file}${line && isOfLines(text) ? `:${line}` : ''} is not JSON: ${why}`, { cause: error });
  }
  // Each problem takes memory: a large list of wrong items would take more than a function has.
  const result = v.safeParse(schema, value, { abortEarly: text.length > manyProblemsLength });
  const duplicates = duplicateKeys(text);
  if (result.success && duplicates.length === 0) return result.output;
  const lineOf = isOfLines(text) ? lineFinder(text) : null;
  const place = (path: readonly string[]) =>
    `${lineOf === null ? '' : `${file}:${lineOf(path)}: `}${path.join('.') || 'the file'}`;
  const problems = [
    ...duplicates.map((path) => `- ${place(path)}: is there more than once; keep one of them.`),
    ...(result.issues ?? []).map((issue) => `- ${place(pathOf(issue))}: ${issue.message}`),
  ];
  const more = problems.length - maxProblems;
  const listed = problems.slice(0, maxProblems).concat(more > 0 ? [`- and ${more} more.`] : []);
  throw new Error(`${file} is not valid:\n${listed.join('\n')}`);
}

/** The most problems in a message. */
const maxProblems = 100;

/** The longest text whose problems are all reported; of a longer one, only the first is. */
const manyProblemsLength = 1_000_000;

/** Whether a text has several lines. A line of a longer file is named with its number already. */
function isOfLines(text: string): boolean {
  return text.trim().includes('\n');
}

/**
 * The path of the value that an issue is about. Unknown fields are a problem of the object that
 * holds them.
 */
function pathOf(issue: v.BaseIssue<unknown>): readonly string[] {
  const keys = issue.path?.map(({ key }) => String(key)) ?? [];
  return isUnknownField(issue) ? keys.slice(0, -1) : keys;
}

/** The message of an issue: what was found, and what to write instead. */
function expected(wanted: string): (issue: Issue) => string {
  return ({ input }) => {
    if (input === undefined) return `is missing; write ${wanted}.`;
    return `${JSON.stringify(input).slice(0, 80)} is not valid; write ${wanted}.`;
  };
}

/**
 * A string.
 *
 * @param wanted describes the valid strings, for the message
 */
export function text(wanted = 'a string that is not empty', isValid = (value: string) => value !== '') {
  return v.pipe(v.string(expected(wanted)), v.check(isValid, expected(wanted)));
}

/** A string, which can be empty. */
export const anyText = v.string(expected('a string'));

/** True or false. */
export const flag = v.boolean(expected('true or false'));

/** A whole number. */
export const wholeNumber = v.pipe(v.number(expected('a whole number')), v.safeInteger(expected('a whole number')));

/** A whole number of a range, both inclusive. */
export function wholeNumberIn(least: number, most: number) {
  // Written when it is needed: the first use of Intl takes milliseconds, of each cold start.
  const message = (issue: Issue) => expected(`a whole number from ${least} to ${most.toLocaleString('en')}`)(issue);
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
}

/** One of some strings. */
export function oneOf<const Value extends string>(...values: readonly Value[]) {
  return v.picklist(values, expected(`one of ${values.join(', ')}`));
}

/** A list. */
export function list<Item extends v.GenericSchema>(item: Item) {
  return v.array(item, expected('a list: [ … ]'));
}

const notAnObject = expected('an object: { … }');

/** Any object. The message covers arrays too, which valibot's own schemas take for objects. */
function objectShape<Input>() {
  return v.custom<Input>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), notAnObject);
}

/** Any object. */
export const anyObject = objectShape<object>();

/**
 * An object with exactly these fields. An unknown field is a problem: usually it is a typing
 * mistake.
 */
export function exactly<const Entries extends v.ObjectEntries>(entries: Entries) {
  const schema = strictFields(entries);
  return v.pipe(objectShape<v.InferInput<typeof schema>>(), schema);
}

/** An object with at least these fields. Others are ignored. */
export function atLeast<const Entries extends v.ObjectEntries>(entries: Entries) {
  const schema = fields(entries);
  return v.pipe(objectShape<v.InferInput<typeof schema>>(), schema);
}

/** As `exactly`, for `oneKindOf`. */
export function strictFields<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, fieldMessage(entries));
}

/** As `atLeast`, for `oneKindOf`. */
export function fields<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.object(entries, fieldMessage(entries));
}

/**
 * An object with a tag: a field whose value determines the other fields.
 *
 * @param tag the name of the field
 * @param options the fields of each kind of object, with the tag as a literal
 */
export function oneKindOf<const Tag extends string, const Options extends v.VariantOptions<Tag>>(
  tag: Tag,
  options: Options,
) {
  return v.variant(tag, options, (issue) => {
    if (issue.path === undefined) return notAnObject(issue);
    // Valibot lists the literals of the tag as `("a" | "b")`.
    return expected(`one of ${issue.expected.replace(/[()"]/g, '').replaceAll(' | ', ', ')}`)(issue);
  });
}

/** The message on a missing field or on unknown fields. */
function fieldMessage(entries: v.ObjectEntries): (issue: v.StrictObjectIssue | v.ObjectIssue) => string {
  return (issue) => {
    const { input: object, key } = issue.path?.[0] ?? {};
    if (isUnknownField(issue) && typeof object === 'object' && object !== null) {
      const unknown = Object.keys(object).filter((name) => !Object.hasOwn(entries, name));
      const names = unknown.map((name) => JSON.stringify(name)).join(', ');
      return `${names} is not a known field; known fields are ${Object.keys(entries).join(', ')}.`;
    }
    return missingMessage(entries[String(key)], issue);
  };
}

/** The message on a missing field: that of the field's schema, which says what to write. */
function missingMessage(schema: object | undefined, issue: Issue): string {
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- `object` has no message
  const message = (schema as { readonly message?: unknown } | undefined)?.message;
  return typeof message === 'function' ? (message as (issue: Issue) => string)(issue) : 'is missing.';
}

function isUnknownField(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never';
}
