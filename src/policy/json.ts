/** A value somewhere in a JSON file. */
export interface JsonValue {
  /** Where it stands, e.g. `clusters.0.region`; empty for the whole file. */
  readonly path: string;
  /** Undefined when it is missing. */
  readonly value: unknown;
  /** Collects what is wrong in the file. */
  readonly problems: string[];
}

/**
 * Reads a value as T. What does not fit is noted among the problems, and some T is returned all the same, so that
 * reading goes on to the next problem.
 */
export type Reader<T> = (json: JsonValue) => T;

/** How each field of T is read. */
export type Fields<T> = { readonly [K in keyof T]: Reader<T[K]> };

/**
 * Reads a JSON text. Throws one Error that lists every problem with its path in the file.
 *
 * @param file its name, for the message
 */
export function readJson<T>(file: string, text: string, read: Reader<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} is not JSON: ${why}`, { cause: error });
  }
  const problems: string[] = [];
  const result = read({ path: '', value, problems });
  if (problems.length > 0) throw new Error(`${file} is not valid:\n${problems.map((line) => `- ${line}`).join('\n')}`);
  return result;
}

/** Notes what is wrong with a value and how to mend it, as `<path>: <problem>`. */
export function note(json: JsonValue, problem: string): void {
  json.problems.push(`${json.path === '' ? 'the file' : json.path}: ${problem}`);
}

/** A string that matches a pattern; `wanted` says in words what is to be written. */
export function text(pattern = /./s, wanted = 'a string that is not empty'): Reader<string> {
  return (json) => {
    if (typeof json.value === 'string' && pattern.test(json.value)) return json.value;
    note(json, `${found(json)}; write ${wanted}.`);
    return '';
  };
}

/** True or false. */
export const flag: Reader<boolean> = (json) => {
  if (typeof json.value === 'boolean') return json.value;
  note(json, `${found(json)}; write true or false.`);
  return false;
};

/** One of some strings. */
export function oneOf<T extends string>(first: T, ...others: readonly T[]): Reader<T> {
  const values = [first, ...others];
  return (json) => {
    const value = values.find((candidate) => candidate === json.value);
    if (value === undefined) note(json, `${found(json)}; write one of ${values.join(', ')}.`);
    return value ?? first;
  };
}

/** What stands there, or the fallback when it is missing or null. */
export function optional<T, F>(read: Reader<T>, fallback: F): Reader<T | F> {
  return (json) => (json.value === undefined || json.value === null ? fallback : read(json));
}

/** A list, each of its items read alike. */
export function list<T>(read: Reader<T>): Reader<readonly T[]> {
  return (json) => {
    if (Array.isArray(json.value)) return json.value.map((value, index) => read(inside(json, value, String(index))));
    note(json, `${found(json)}; write a list: [ … ].`);
    return [];
  };
}

/** An object with exactly these fields. A field that is not known is a problem too: most often it is a slip of the pen. */
export function object<T extends object>(fields: Fields<T>): Reader<T> {
  const read = part(fields);
  return (json) => {
    const result = read(json);
    for (const key of entries(json).keys()) {
      if (!Object.hasOwn(fields, key)) {
        note(json, `"${key}" is not known here; known are ${Object.keys(fields).join(', ')}.`);
      }
    }
    return result;
  };
}

/** These fields of an object that may have others. */
export function part<T extends object>(fields: Fields<T>): Reader<T> {
  return (json) => {
    const given = entries(json);
    const isOne = isObject(json);
    if (!isOne) note(json, `${found(json)}; write an object: { … }.`);
    const result: Partial<T> = {};
    for (const key in fields) {
      const field = inside(json, given.get(key), key);
      // Where there is no object at all, the one problem noted above is enough.
      result[key] = fields[key](isOne ? field : { ...field, problems: [] });
    }
    // Every field has been read above.
    return result as T;
  };
}

/** Those of these fields that an object has; it may have others. */
export function partial<T extends object>(fields: Fields<T>): Reader<Partial<T>> {
  return (json) => {
    const given = entries(json);
    if (!isObject(json)) note(json, `${found(json)}; write an object: { … }.`);
    const result: Partial<T> = {};
    for (const key in fields) if (given.has(key)) result[key] = fields[key](inside(json, given.get(key), key));
    return result;
  };
}

/** An object of which one field says how the rest is to be read. */
export function choice<T>(field: string, readers: Readonly<Record<string, Reader<T>>>): Reader<T> {
  const [first, ...others] = Object.keys(readers);
  if (first === undefined) throw new Error('a choice of nothing');
  return (json) => {
    const tag = oneOf(first, ...others)(inside(json, entries(json).get(field), field));
    const read = readers[tag];
    if (read === undefined) throw new Error(`no reader for ${tag}`);
    return read(json);
  };
}

function isObject({ value }: JsonValue): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entries(json: JsonValue): ReadonlyMap<string, unknown> {
  return new Map(typeof json.value === 'object' && json.value !== null ? Object.entries(json.value) : []);
}

/** What stands in a value under a key or index. */
export function inside(json: JsonValue, value: unknown, key: string): JsonValue {
  return { path: json.path === '' ? key : `${json.path}.${key}`, value, problems: json.problems };
}

function found(json: JsonValue): string {
  if (json.value === undefined) return 'is missing';
  return `${JSON.stringify(json.value).slice(0, 80)} does not fit`;
}
