import { readFileSync } from 'node:fs';

/**
 * JSON has an unexpected shape. The message names the place, what is wrong, and what is expected.
 */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** A JSON object with unchecked fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** Required format of a string, and its description. */
export interface TextForm {
  readonly pattern: RegExp;
  /** Completes the sentence "… must be …". */
  readonly means: string;
}

/**
 * Reads and parses a JSON file; `what` names its kind in errors. Throws a ShapeError that names the
 * file.
 */
export function readJsonFile(path: string, what: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ShapeError(`The ${what} ${path} can't be read: ${messageOf(error)}`);
  }
  return parseJson(text, `The ${what} ${path}`);
}

/** Parses JSON. Throws a ShapeError whose message starts with `where`. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ShapeError(`${where} is not JSON: ${messageOf(error)}`);
  }
}

/**
 * Checks that `value` is a JSON object. With `known`, other fields are errors: in a file or request
 * written by hand they are typing mistakes.
 */
export function asFields(value: unknown, where: string, known?: readonly string[]): Fields {
  if (!isFields(value)) throw new ShapeError(`${where} must be a JSON object`);
  const unknown = known && Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ShapeError(`${where}.${unknown} is not a known field. Known fields: ${known?.join(', ')}`);
  }
  return value;
}

/** Checks that `value` is a JSON array. */
export function asArray(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ShapeError(`${where} must be a JSON array`);
  return value;
}

/** Checks that `value` is a string of the given format. */
export function asText(value: unknown, where: string, form?: TextForm): string {
  if (typeof value !== 'string') throw new ShapeError(`${where} must be ${form ? form.means : 'a string'}`);
  if (form && !form.pattern.test(value)) {
    throw new ShapeError(`${where} must be ${form.means}; got ${JSON.stringify(value)}`);
  }
  return value;
}

/** Checks that `value` is a whole number within the bounds, both inclusive. */
export function asWhole(value: unknown, where: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new ShapeError(`${where} must be a whole number from ${least} to ${most}; got ${JSON.stringify(value)}`);
  }
  return value;
}

/** Checks that `value` is a boolean. */
export function asBoolean(value: unknown, where: string): boolean {
  if (typeof value !== 'boolean') throw new ShapeError(`${where} must be true or false`);
  return value;
}

/**
 * Checks that `value` is an object of strings. `fromEntries` keeps a key such as `__proto__` an
 * ordinary key.
 */
export function asTexts(value: unknown, where: string): Readonly<Record<string, string>> {
  const entries = Object.entries(asFields(value, where));
  return Object.fromEntries(entries.map(([key, text]) => [key, asText(text, `${where}.${key}`)]));
}

/** Parses a field with `take`; returns null for an absent or null field. */
export function optional<T>(
  fields: Fields,
  name: string,
  where: string,
  take: (value: unknown, where: string) => T,
): T | null {
  const value = fields[name];
  return value === null || value === undefined ? null : take(value, `${where}.${name}`);
}

/** Parses a field with `take`. Throws a ShapeError for an absent or null field. */
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

/**
 * Message of anything thrown. Does not test for `Error`: an error of another realm, as under Jest,
 * is not an instance.
 */
export function messageOf(error: unknown): string {
  return isFields(error) ? String(error.message) : String(error);
}

/** Code of an error of Node, such as `ENOENT`; the empty string where it has none. */
export function codeOf(error: unknown): string {
  return isFields(error) && typeof error.code === 'string' ? error.code : '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
