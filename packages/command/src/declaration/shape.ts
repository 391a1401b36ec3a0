import type { Located, Problem } from './located.ts';

/**
 * The keywords of JSON Schema that the schema of declarations uses.
 * `test/declaration/read.test.ts` finds others.
 */
export interface Schema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

/**
 * What a value violates of a schema: all problems, each at its place. Of a broken value only the
 * parts are judged that are not broken.
 */
export function shapeProblems(schema: Schema, located: Located, path = ''): readonly Problem[] {
  const { value, isBroken } = located;
  const problem = (message: string, at = located.place): Problem => ({
    ...at,
    message: `${path === '' ? 'The declaration' : path} ${message}`,
  });
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  const isOther = types.length > 0 && !types.includes(typeOf(value));
  if (isBroken && (isOther || typeof value !== 'object')) return [];
  if (schema.const !== undefined) return value === schema.const ? [] : [problem(`must be ${schema.const}.`)];
  if (isOther) return [problem(typeMessage(types, value))];
  if (typeof value === 'string') return textProblems(schema, value).map((message) => problem(message));
  if (value instanceof Map) return fieldProblems(schema, located, value, path, problem);
  return Array.isArray(value) ? itemProblems(schema, located, value, path, problem) : [];
}

type MakeProblem = (message: string, at?: Located['place']) => Problem;
type Fields = Extract<Located['value'], ReadonlyMap<string, unknown>>;

function typeOf(value: Located['value']): string {
  if (value === null) return 'null';
  if (value instanceof Map) return 'object';
  return Array.isArray(value) ? 'array' : typeof value;
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'a text',
  boolean: 'true or false',
};

function typeMessage(types: readonly string[], value: Located['value']): string {
  const wanted = types.map((type) => typeNames[type] ?? type).join(' or ');
  const isUnquoted = types.includes('string') && (typeof value === 'number' || typeof value === 'boolean');
  return `must be ${wanted}${isUnquoted ? ': write it in quotes' : ''}.`;
}

function textProblems({ minLength = 0, maxLength = Infinity, pattern, description }: Schema, text: string) {
  const about = description === undefined ? '' : ` ${description}`;
  if (text.length < minLength) return [`is too short.${about}`];
  if (text.length > maxLength) return [`has more than ${maxLength} characters.`];
  const isMatch = pattern === undefined || new RegExp(pattern, 'u').test(text);
  return isMatch ? [] : [`is not valid: ${JSON.stringify(text)}.${about}`];
}

function fieldProblems(
  schema: Schema,
  { place, isBroken }: Located,
  fields: Fields,
  path: string,
  problem: MakeProblem,
) {
  const { properties = {}, required = [], additionalProperties: others = true, minProperties = 0 } = schema;
  const { maxProperties = Infinity } = schema;
  const known = Object.keys(properties);
  const missing = required.filter((name) => !fields.has(name)).map((name) => problem(`lacks ${name}.`, place));
  const of = (name: string) => (path === '' ? name : `${path}.${name}`);
  const found = [...fields].flatMap(([name, field]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : others;
    if (property === false && field.isBroken) return [];
    if (property === false) return [problem(`has no field ${name}, only ${known.join(', ')}.`, field.keyPlace)];
    return typeof property === 'object' ? shapeProblems(property, field, of(name)) : [];
  });
  const size = [
    ...(fields.size < minProperties ? [problem(`needs at least one of ${known.join(', ')}.`)] : []),
    ...(fields.size > maxProperties ? [problem(`has more than ${maxProperties} fields.`)] : []),
  ];
  return isBroken ? found : [...missing, ...size, ...found];
}

function itemProblems(
  { items, minItems = 0, maxItems = Infinity, uniqueItems = false }: Schema,
  { isBroken }: Located,
  list: readonly Located[],
  path: string,
  problem: MakeProblem,
) {
  if (list.length < minItems && !isBroken) return [problem('must not be empty.')];
  if (list.length > maxItems) return [problem(`has more than ${maxItems} items.`)];
  const repeated = uniqueItems ? repeatedItems(list, path) : [];
  if (items === undefined) return repeated;
  return [...repeated, ...list.flatMap((item, index) => shapeProblems(items, item, `${path}[${index}]`))];
}

/** The items that are in a list before. */
function repeatedItems(list: readonly Located[], path: string): readonly Problem[] {
  const first = new Map<string, Located>();
  return list.flatMap((item, index) => {
    const key = JSON.stringify(plain(item));
    const other = first.get(key);
    if (other === undefined) first.set(key, item);
    if (other === undefined || item.isBroken) return [];
    return [{ ...item.place, message: `${path}[${index}] is given twice: it is also in line ${other.place.line}.` }];
  });
}

/** A value without places, the same for equal ones, whatever the order of their fields. */
function plain({ value }: Located): unknown {
  if (Array.isArray(value)) return (value as readonly Located[]).map(plain);
  if (!(value instanceof Map)) return value;
  const fields = [...(value as Fields)].sort(([one], [other]) => (one < other ? -1 : 1));
  return { fields: fields.map(([name, field]) => [name, plain(field)]) };
}
