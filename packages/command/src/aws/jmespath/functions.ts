import { jsonNumber } from '../output/json.ts';
import { float, parseInteger, str, strip, typeName as pythonType } from '../python.ts';
import type { Value } from '../value.ts';
import { isPythonValue, pythonValue } from '../value.ts';
import {
  compareOrdered,
  isArray,
  isEqualInPython,
  isObject,
  isOrdered,
  isReference,
  numberOf,
  typeOf,
} from './data.ts';
import type { Data, DataMap, Ordered, Reference } from './data.ts';
import { EvaluationError } from './errors.ts';

/** The types that an argument may have; none: any. `array-number` is an array of numbers only. */
type ArgumentTypes = readonly string[];

interface JmespathFunction {
  readonly parameters: readonly ArgumentTypes[];
  /** Whether further arguments may follow the last parameter; they are not checked. */
  readonly isVariadic?: boolean;
  /** The arguments have the types of `parameters`. */
  readonly call: (...args: never[]) => Data;
}

const any: ArgumentTypes = [];
const ordered: ArgumentTypes = ['array-number', 'array-string'];

const functions: Readonly<Record<string, JmespathFunction>> = {
  abs: { parameters: [['number']], call: absolute },
  avg: {
    parameters: [['array-number']],
    call: (list: Data[]) => (list.length === 0 ? null : float(numberOf(total(list)) / list.length)),
  },
  ceil: { parameters: [['number']], call: (value: Data) => rounding(value, Math.ceil) },
  contains: { parameters: [['array', 'string'], any], call: contains },
  ends_with: { parameters: [['string'], ['string']], call: (text: string, end: string) => text.endsWith(end) },
  floor: { parameters: [['number']], call: (value: Data) => rounding(value, Math.floor) },
  join: {
    parameters: [['string'], ['array-string']],
    call: (separator: string, list: string[]) => list.join(separator),
  },
  keys: { parameters: [['object']], call: (map: DataMap) => Object.keys(map) },
  length: { parameters: [['string', 'array', 'object']], call: length },
  map: { parameters: [['expref'], ['array']], call: (by: Reference, list: Data[]) => list.map((one) => by(one)) },
  max: { parameters: [ordered], call: (list: Ordered[]) => best(list, list, 1) },
  max_by: { parameters: [['array'], ['expref']], call: (list: Data[], by: Reference) => best(list, keys(list, by), 1) },
  merge: { parameters: [['object']], isVariadic: true, call: merge },
  min: { parameters: [ordered], call: (list: Ordered[]) => best(list, list, -1) },
  min_by: {
    parameters: [['array'], ['expref']],
    call: (list: Data[], by: Reference) => best(list, keys(list, by), -1),
  },
  not_null: {
    parameters: [any],
    isVariadic: true,
    call: (...args: Data[]) => args.find((one) => one !== null) ?? null,
  },
  reverse: {
    parameters: [['array', 'string']],
    call: (value: string | Data[]) =>
      typeof value === 'string' ? Array.from(value).reverse().join('') : value.toReversed(),
  },
  sort: { parameters: [ordered], call: (list: Ordered[]) => list.toSorted(compareOrdered) },
  sort_by: { parameters: [['array'], ['expref']], call: sortBy },
  starts_with: { parameters: [['string'], ['string']], call: (text: string, start: string) => text.startsWith(start) },
  sum: { parameters: [['array-number']], call: total },
  to_array: { parameters: [any], call: (value: Data) => (isArray(value) ? value : [value]) },
  to_number: { parameters: [any], call: toNumber },
  to_string: { parameters: [any], call: (value: Data) => (typeof value === 'string' ? value : jsonText(value)) },
  type: { parameters: [any], call: typeName },
  values: { parameters: [['object']], call: (map: DataMap) => Object.values(map) },
};

/**
 * Calls a function of JMESPath.
 *
 * @throws {@link EvaluationError} if there is none of this name, or if the arguments don't fit
 */
export function callFunction(name: string, args: readonly Data[]): Data {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!found) throw new EvaluationError(`Unknown function: ${name}()`);
  const { parameters, isVariadic = false, call } = found;
  if (isVariadic ? args.length < parameters.length : args.length !== parameters.length) {
    const expected = `${isVariadic ? 'at least ' : ''}${parameters.length} argument${parameters.length === 1 ? '' : 's'}`;
    throw new EvaluationError(`Expected ${expected} for function ${name}(), received ${args.length}`);
  }
  parameters.forEach((types, index) => checkType(name, args[index] ?? null, types));
  return call(...(args as never[]));
}

function checkType(name: string, value: Data, types: ArgumentTypes): void {
  if (types.length === 0) return;
  const type = typeOf(value);
  if (!types.some((one) => one.split('-')[0] === type)) throw wrongType(name, value, types);
  const elementTypes = types.flatMap((one) => one.split('-')[1] ?? []);
  if (!isArray(value) || elementTypes.length === 0) return;
  // Of several types, the first element decides which.
  const allowed =
    elementTypes.length === 1 ? elementTypes[0] : elementTypes.find((one) => one === typeOf(value[0] ?? null));
  const wrong = value.findIndex((one) => typeOf(one) !== allowed);
  const element = value[wrong] ?? null;
  if (wrong !== -1) throw wrongType(name, element, types, pythonType(element as Value));
}

/** @param received the type as messages name it: of an element, by its name in Python */
function wrongType(name: string, value: Data, types: ArgumentTypes, received: string = typeOf(value)): EvaluationError {
  const expected = types.map((one) => `'${one}'`).join(', ');
  return new EvaluationError(
    `In function ${name}(), invalid type for value: ${shown(value)}, expected one of: [${expected}], received: "${received}"`,
  );
}

function shown(value: Data): string {
  return isReference(value) ? '&expression' : str(value as Value);
}

/** The sum of numbers: an integer of any size if none is a float. */
function total(list: readonly Data[]): Data {
  const first = list.findIndex(isFloat);
  const whole = list.slice(0, first === -1 ? list.length : first).reduce<bigint>((sum, one) => sum + wholeOf(one), 0n);
  return first === -1 ? integer(whole) : float(sumOfFloats(Number(whole), list.slice(first)));
}

/** As Python from 3.12 on adds floats: with what each addition rounds off (Neumaier). */
function sumOfFloats(start: number, [first = 0, ...others]: readonly Data[]): number {
  let [sum, lost] = [start + numberOf(first), 0];
  for (const one of others) {
    const number = numberOf(one);
    const next = sum + number;
    if (isFloat(one)) lost += Math.abs(sum) >= Math.abs(number) ? sum - next + number : number - next + sum;
    sum = next;
  }
  return Number.isFinite(lost) ? sum + lost : sum;
}

function absolute(value: Data): Data {
  if (isFloat(value)) return float(Math.abs(numberOf(value)));
  const whole = wholeOf(value);
  return integer(whole < 0n ? -whole : whole);
}

function wholeOf(value: Data): bigint {
  return BigInt(isPythonValue(value) ? value.text : Number(value));
}

function isFloat(value: Data): boolean {
  return pythonType(value as Value) === 'float';
}

/** An integer as Python has it: of any size. */
function integer(value: bigint): Data {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : pythonValue('int', String(value), number);
}

/** Python's integers have no infinity. */
function rounded(value: number): Data {
  if (!Number.isFinite(value)) throw new EvaluationError(`cannot convert float ${String(value)} to integer`);
  return integer(BigInt(value));
}

function rounding(value: Data, round: (value: number) => number): Data {
  return isFloat(value) || typeof value === 'number' ? rounded(round(numberOf(value))) : value;
}

function length(value: string | readonly Data[] | DataMap): number {
  return typeof value === 'string' ? Array.from(value).length : Object.keys(value).length;
}

function contains(within: string | readonly Data[], searched: Data): boolean {
  if (typeof within !== 'string') return within.some((one) => isEqualInPython(one, searched));
  if (typeof searched === 'string') return within.includes(searched);
  throw new EvaluationError(`In function contains(), a text can't contain ${shown(searched)}`);
}

/** The value of an expression for each element, which must be a number or a text. */
function keys(list: readonly Data[], by: Reference): readonly Ordered[] {
  return list.map((one) => {
    const key = by(one);
    if (isOrdered(key)) return key;
    throw wrongType('min_by or max_by', key, ['number', 'string']);
  });
}

/** The first element whose key is the greatest (1) or the least (-1). */
function best(list: readonly Data[], by: readonly Ordered[], sign: 1 | -1): Data {
  let found = 0;
  by.forEach((key, index) => {
    if (compareOrdered(key, by[found] ?? key) * sign > 0) found = index;
  });
  return list[found] ?? null;
}

/** The first element decides whether the keys must be numbers or texts. */
function sortBy(list: readonly Data[], by: Reference): Data {
  const keyed = list.map((value) => ({ value, key: by(value) }));
  const type = typeOf(keyed[0]?.key ?? '');
  const wrong = keyed.find(({ key }) => typeOf(key) !== type || !['number', 'string'].includes(type));
  if (wrong && list.length > 0) throw wrongType('sort_by', wrong.key, ['string', 'number']);
  return keyed.toSorted((a, b) => compareOrdered(a.key as Ordered, b.key as Ordered)).map(({ value }) => value);
}

/** The first argument is a map. Python takes for the others also lists of pairs. */
function merge(...args: readonly Data[]): Data {
  return Object.fromEntries(args.flatMap((one) => (isObject(one) ? Object.entries(one) : pairs(one))));
}

function pairs(value: Data): readonly (readonly [string, Data])[] {
  if (!isArray(value) && typeof value !== 'string') throw wrongType('merge', value, ['object']);
  return Array.from<Data>(value).map((pair) => {
    const [key, member, ...others] = isArray(pair)
      ? pair
      : typeof pair === 'string'
        ? Array.from(pair)
        : isObject(pair)
          ? Object.keys(pair)
          : [];
    if (key === undefined || member === undefined || others.length > 0) throw wrongType('merge', value, ['object']);
    if (isArray(key) || isObject(key)) throw wrongType('merge', key, ['string']);
    return [typeof key === 'string' ? key : jsonText(key), member];
  });
}

const floats = /^[+-]?(\d+(_\d+)*(\.(\d+(_\d+)*)?)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i;

/** As Python's `int`, or else `float`, reads a text; null where neither does. */
function toNumber(value: Data): Data {
  if (typeOf(value) === 'number') return value;
  if (isReference(value)) throw wrongType('to_number', value, ['string', 'number']);
  if (typeof value !== 'string') return null;
  const text = strip(value);
  if (/^[+-]?(inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  return parseInteger(text) ?? (floats.test(text) ? float(Number(text.replaceAll('_', ''))) : null);
}

/** JSON without spaces, in ASCII. */
function jsonText(value: Data): string {
  if (isReference(value)) return '"&expression"';
  if (isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${jsonText(key)}:${jsonText(member)}`)
      .join(',')}}`;
  }
  if (typeOf(value) === 'number') return jsonNumber(value);
  const text = JSON.stringify(value);
  return text.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function typeName(value: Data): Data {
  const type = typeOf(value);
  return type === 'expref' || type === 'unknown' ? null : type;
}
