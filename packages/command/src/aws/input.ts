import type { Command, Parameter } from '../commands.ts';
import { GeneralError, UsageError } from './errors.ts';
import { parseJson } from './json-input.ts';
import { optionNameOf } from './options.ts';
import type { Environment } from './parameter-file.ts';
import { ParameterFileError, readParameterFile } from './parameter-file.ts';
import type { Values } from './parse.ts';
import { parseInteger, typeName } from './python.ts';
import { parseShorthand, ShorthandError } from './shorthand.ts';
import { trim } from './strings.ts';
import type { Value, ValueMap } from './value.ts';
import { isMap } from './value.ts';

/** The texts of documents, by the options that give them. */
type Documents = Readonly<Partial<Record<'cli-input-json' | 'cli-input-yaml', string>>>;

/**
 * The values of the options of an operation's parameters.
 *
 * @throws {@link UsageError} or {@link GeneralError} as the AWS CLI does
 */
export function readParameters(command: Command, values: Values, environment: Environment): ValueMap {
  const given: Record<string, Value> = {};
  for (const parameter of command.parameters) {
    const value = values[parameter.name];
    if (value !== undefined) given[parameter.name] = parameterValue(parameter, value, environment);
  }
  return given;
}

/**
 * The texts of the options for whole inputs.
 *
 * @throws {@link UsageError} for a file that can't be read
 */
export function readDocuments(values: Values, environment: Environment): Documents {
  const given = ['cli-input-json', 'cli-input-yaml'].flatMap((name) => {
    const value = values[name];
    return typeof value === 'string' ? [[name, fileOrText(`--${name}`, value, environment)] as const] : [];
  });
  return Object.fromEntries(given);
}

/**
 * The input of an operation: values of options, and others from a document.
 *
 * @throws {@link UsageError} for a document that is not valid
 */
export async function readInput(given: ValueMap, documents: Documents): Promise<ValueMap> {
  // The options come first, in messages as well, and their values replace those of the document.
  return { ...given, ...(await parseDocument(documents)), ...given };
}

function parameterValue(
  { name, type }: Parameter,
  value: NonNullable<Values[string]>,
  environment: Environment,
): Value {
  const option = `--${optionNameOf(name)}`;
  if (type === 'list') return listValue(option, typeof value === 'object' ? value : [String(value)], environment);
  if (typeof value !== 'string') return value;
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
    if (error instanceof ShorthandError) throw parameterError(option, error.message);
    if (error instanceof ParameterFileError) throw new GeneralError(error.message);
    throw error;
  }
}

/** Values as they are, or one that is a JSON list. As one value, the name of a file stands for its content. */
function listValue(option: string, values: readonly string[], environment: Environment): Value {
  const [only, ...others] = values;
  if (only === undefined || others.length > 0) return values;
  const text = fileOrText(option, only, environment);
  return trim(text).startsWith('[') ? jsonValue(option, text) : [text];
}

function jsonValue(option: string, text: string): Value {
  try {
    return parseJson(text);
  } catch (error) {
    throw parameterError(option, `Invalid JSON: ${messageOf(error)}\nJSON received: ${text}`);
  }
}

async function parseDocument(documents: Documents): Promise<ValueMap> {
  const [json, yaml] = [documents['cli-input-json'], documents['cli-input-yaml']];
  if (json !== undefined && yaml !== undefined)
    throw new UsageError('Only one --cli-input- parameter may be specified.');
  const option = json === undefined ? '--cli-input-yaml' : '--cli-input-json';
  const text = json ?? yaml;
  if (text === undefined) return {};
  const document = json === undefined ? await yamlDocument(option, text) : jsonDocument(option, text);
  if (isMap(document)) return document;
  throw parameterError(option, `Invalid type: expecting map, received <class '${typeName(document)}'>`);
}

function jsonDocument(option: string, text: string): Value {
  try {
    return parseJson(text);
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
