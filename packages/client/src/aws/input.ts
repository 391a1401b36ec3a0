import type { Command, Parameter } from '../commands.ts';
import { GeneralError, UsageError } from './errors.ts';
import { optionNameOf } from './options.ts';
import type { Environment } from './parameter-file.ts';
import { ParameterFileError, readParameterFile } from './parameter-file.ts';
import type { Values } from './parse.ts';
import { parseInteger, typeName } from './python.ts';
import { parseShorthand, ShorthandError } from './shorthand.ts';
import { trim } from './strings.ts';
import type { Value, ValueMap } from './value.ts';
import { isMap } from './value.ts';

/**
 * The input of an operation from its options. Options replace values of `--cli-input-json` and `--cli-input-yaml`.
 *
 * @throws {@link UsageError} or {@link GeneralError} as the AWS CLI does
 */
export async function readInput(command: Command, values: Values, environment: Environment): Promise<ValueMap> {
  const given: Record<string, Value> = {};
  for (const parameter of command.parameters) {
    const value = values[parameter.name];
    if (value !== undefined) given[parameter.name] = parameterValue(parameter, value, environment);
  }
  const document = await readDocument(values, environment);
  // The options come first, in messages as well, and their values replace those of the document.
  return { ...given, ...document, ...given };
}

function parameterValue({ name, type }: Parameter, value: string | number | boolean, environment: Environment): Value {
  if (typeof value !== 'string') return value;
  const option = `--${optionNameOf(name)}`;
  const text = fileOrText(option, value, environment);
  if (type === 'map') return mapValue(option, text, environment);
  return type === 'integer' ? integerValue(text) : text;
}

/** The value of an option, or the text of the file that it names. */
export function fileOrText(option: string, value: string, environment: Environment): string {
  try {
    return readParameterFile(value, environment);
  } catch (error) {
    if (error instanceof ParameterFileError) throw parameterError(option, error.message);
    throw error;
  }
}

function integerValue(text: string): number {
  const value = parseInteger(text);
  if (value === null) throw new GeneralError(`invalid literal for int() with base 10: '${text}'`);
  return value;
}

function mapValue(option: string, text: string, environment: Environment): Value {
  const start = trim(text).charAt(0);
  if (start === '{') return jsonValue(option, text);
  if (start === '[') throw parameterError(option, `Invalid JSON:\n${text}`);
  try {
    return parseShorthand(text, (value) => readParameterFile(value, environment));
  } catch (error) {
    if (error instanceof ShorthandError || error instanceof ParameterFileError) {
      throw parameterError(option, error.message);
    }
    throw error;
  }
}

function jsonValue(option: string, text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    throw parameterError(option, `Invalid JSON: ${messageOf(error)}\nJSON received: ${text}`);
  }
}

async function readDocument(values: Values, environment: Environment): Promise<ValueMap> {
  const [json, yaml] = [values['cli-input-json'], values['cli-input-yaml']];
  if (json !== undefined && yaml !== undefined)
    throw new UsageError('Only one --cli-input- parameter may be specified.');
  const option = json === undefined ? '--cli-input-yaml' : '--cli-input-json';
  const source = json ?? yaml;
  if (typeof source !== 'string') return {};
  const text = fileOrText(option, source, environment);
  const document = json === undefined ? await yamlDocument(option, text) : jsonDocument(option, text);
  if (isMap(document)) return document;
  throw parameterError(option, `Invalid type: expecting map, received <class '${typeName(document)}'>`);
}

function jsonDocument(option: string, text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    throw parameterError(option, `Invalid JSON received: ${messageOf(error)}`);
  }
}

async function yamlDocument(option: string, text: string): Promise<Value> {
  const { parseYaml } = await import('./yaml-input.ts');
  try {
    return parseYaml(text);
  } catch (error) {
    throw parameterError(option, `Invalid YAML received: ${messageOf(error)}`);
  }
}

function parameterError(option: string, message: string): UsageError {
  return new UsageError(`Error parsing parameter '${option}': ${message}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
