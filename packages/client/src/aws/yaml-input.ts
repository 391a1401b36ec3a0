import { parse } from 'yaml';
import type { Value } from './value.ts';

/** The value of a YAML text, in version 1.2, which the AWS CLI reads. Throws an Error for a text that is not valid. */
export function parseYaml(text: string): Value {
  return parse(text, { version: '1.2', schema: 'core', logLevel: 'error' }) as Value;
}
