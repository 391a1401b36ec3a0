import type { PythonValue, Value } from './value.ts';
import { isList, isMap, isPythonValue, pythonValue } from './value.ts';

/**
 * A value as Python's `str` shows it: the AWS CLI's text and table output, and its messages, show
 * values so.
 */
export function str(value: Value): string {
  return typeof value === 'string' ? value : repr(value);
}

/**
 * A value as Python's `repr` shows it. A number without a fraction is shown as an integer; a date
 * as `str` shows it.
 */
export function repr(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return numeral(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null) return 'None';
  if (isPythonValue(value)) return value.text;
  if (isList(value)) return `[${value.map(repr).join(', ')}]`;
  if (isMap(value)) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${quoted(key)}: ${repr(member)}`)
      .join(', ')}}`;
  }
  return dateText(value, ' ');
}

/** A time without a fraction and without a zone, as Python shows it. */
export function dateText(date: Date, separator: ' ' | 'T'): string {
  return date.toISOString().slice(0, 19).replace('T', separator);
}

/** The name of a value's type in Python. */
export function typeName(value: Value): string {
  if (isPythonValue(value)) return value.type;
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  const names: Readonly<Record<string, string>> = { string: 'str', boolean: 'bool' };
  return names[typeof value] ?? (value === null ? 'NoneType' : isList(value) ? 'list' : 'dict');
}

/**
 * The integer that Python's `int` reads from a text; null where it rejects the text. Digits of
 * other scripts are not read.
 */
export function parseInteger(text: string): number | null {
  const stripped = strip(text);
  return /^[+-]?\d+(_\d+)*$/.test(stripped) ? Number(stripped.replaceAll('_', '')) : null;
}

/** A text without the white space around it. To Python, a byte order mark is none. */
export function strip(text: string): string {
  return text.replaceAll(/^[^\S\ufeff]+|[^\S\ufeff]+$/g, '');
}

/** A float of Python's. */
export function float(value: number): number | PythonValue {
  if (!Number.isInteger(value)) return value;
  const text = Object.is(value, -0) ? '-0' : Math.abs(value) < 1e16 ? String(value) : value.toExponential();
  return pythonValue('float', text.includes('e') ? text : `${text}.0`, value);
}

function numeral(value: number): string {
  if (Number.isInteger(value)) return Object.is(value, -0) ? '0' : String(value);
  if (!Number.isFinite(value)) return String(value).replace('Infinity', 'inf').toLowerCase();
  const text = Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (one) => escapes[one] ?? escape(one));
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

/** A character as its code: in 2, 4 or 8 hexadecimal digits. */
function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const [letter, width] = code < 0x100 ? ['x', 2] : code < 0x10000 ? ['u', 4] : ['U', 8];
  return `\\${letter}${code.toString(16).padStart(width, '0')}`;
}
