import { readFileSync } from 'node:fs';

/** JSON that does not have the shape it must have. The message says where, what, and what is expected. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** A JSON object whose fields have not been looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a text must look like, and how to say so. */
export interface TextForm {
  readonly pattern: RegExp;
  /** Ends the sentence "… must be …". */
  readonly means: string;
}

/** Reads and parses a JSON file. `what` says what it is for. Throws a ShapeError that names the file. */
export function readJsonFile(path: string, what: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ShapeError(`The ${what} ${path} can't be read: ${messageOf(error)}`);
  }
  return parseJson(text, `The ${what} ${path}`);
}

/** Parses JSON. Throws a ShapeError that begins with `where`. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ShapeError(`${where} is not JSON: ${messageOf(error)}`);
  }
}

/**
 * Takes `value` for a JSON object. With `known`, any other field is an error, because in a file or a request written by
 * hand it is a typing mistake that would otherwise go unnoticed.
 */
export function asFields(value: unknown, where: string, known?: readonly string[]): Fields {
  if (!isFields(value)) throw new ShapeError(`${where} must be a JSON object`);
  const stranger = known && Object.keys(value).find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw new ShapeError(`${where}.${stranger} is not a known field. Known fields: ${known?.join(', ')}`);
  }
  return value;
}

/** Takes `value` for a JSON array. */
export function asArray(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ShapeError(`${where} must be a JSON array`);
  return value;
}

/** Takes `value` for a string of the given form. */
export function asText(value: unknown, where: string, form?: TextForm): string {
  if (typeof value !== 'string') throw new ShapeError(`${where} must be ${form ? form.means : 'a string'}`);
  if (form && !form.pattern.test(value)) {
    throw new ShapeError(`${where} must be ${form.means}, but is ${JSON.stringify(value)}`);
  }
  return value;
}

/** Takes `value` for a whole number within the bounds. */
export function asWhole(value: unknown, where: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new ShapeError(`${where} must be a whole number from ${least} to ${most}, but is ${JSON.stringify(value)}`);
  }
  return value;
}

/** Takes `value` for a boolean. */
export function asBoolean(value: unknown, where: string): boolean {
  if (typeof value !== 'boolean') throw new ShapeError(`${where} must be true or false`);
  return value;
}

/** Takes `value` for an object of strings. Built without assignment, so that a key like `__proto__` stays a key. */
export function asTexts(value: unknown, where: string): Readonly<Record<string, string>> {
  const entries = Object.entries(asFields(value, where));
  return Object.fromEntries(entries.map(([key, text]) => [key, asText(text, `${where}.${key}`)]));
}

/** Takes a field with `take`; absent and null alike give null. */
export function optional<T>(
  fields: Fields,
  name: string,
  where: string,
  take: (value: unknown, where: string) => T,
): T | null {
  const value = fields[name];
  return value === null || value === undefined ? null : take(value, `${where}.${name}`);
}

/** Takes a field with `take`; absent or null is an error. */
export function required<T>(
  fields: Fields,
  name: string,
  where: string,
  take: (value: unknown, where: string) => T,
): T {
  const value = optional(fields, name, where, take);
  if (value === null) throw new ShapeError(`${where}.${name} is missing`);
  return value;
}

/** Message of anything thrown. Does not test for `Error`: an error of another realm, as under Jest, is not an instance. */
export function messageOf(error: unknown): string {
  return isFields(error) ? String(error.message) : String(error);
}

/** Code of an error of Node, such as `ENOENT`; the empty string where it has none. */
export function codeOf(error: unknown): string {
  return isFields(error) ? String(error.code ?? '') : '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
