import { parseDocument, visit } from 'yaml';
import type { Scalar } from 'yaml';
import { numberOf } from './json-input.ts';
import type { Value } from './value.ts';
import { pythonValue } from './value.ts';

/**
 * The value of a YAML text, in version 1.2 with the dates of version 1.1, which the AWS CLI reads.
 * Throws an Error for a text that is not valid.
 */
export function parseYaml(text: string): Value {
  const document = parseDocument(text, { version: '1.2', schema: 'core', logLevel: 'error' });
  // A tag that is not known is a warning of the library's.
  const [error] = [...document.errors, ...document.warnings];
  if (error) throw error;
  visit(document, {
    Scalar: (place, node) => {
      if (place !== 'key' && isPlain(node)) node.value = plainValue(node);
    },
  });
  return document.toJS() as Value;
}

function isPlain(node: Scalar): boolean {
  return node.type === 'PLAIN' && node.tag === undefined;
}

const date = /^\d{4}-\d\d-\d\d$/;
const time =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|[-+]\d\d?(?::\d\d)?))?$/;

/** What JavaScript and the library have no type for. */
function plainValue({ value, source = '' }: Scalar): unknown {
  const decimal = /^\+?(-?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d+)(?:[eE][-+]?\d+)?)$/.exec(source)?.[1];
  if (decimal !== undefined) return numberOf(decimal.replaceAll('_', ''));
  if (/^0b[01]+$/.test(source)) return Number(source);
  if (date.test(source)) return pythonValue('datetime.date', source, Number.NaN);
  const found = time.exec(source);
  return found ? pythonValue('datetime.datetime', timeText(found), Number.NaN) : value;
}

function timeText([, year, month, day, hour, minute, second, fraction = '', zone = '']: readonly (
  string | undefined
)[]): string {
  const [date, clock] = [
    [year, month, day],
    [hour, minute, second],
  ].map((parts) => parts.map((part = '') => part.padStart(2, '0')));
  const digits = Number(fraction) === 0 ? '' : `.${fraction.slice(0, 6).padEnd(6, '0')}`;
  const [hours = '', minutes = '00'] = (zone === 'Z' ? '+00' : zone).split(':');
  const offset = hours === '' ? '' : `${hours.charAt(0)}${hours.slice(1).padStart(2, '0')}:${minutes}`;
  return `${date?.join('-')} ${clock?.join(':')}${digits}${offset}`;
}
