import type { Command, Parameter } from '../commands.ts';
import { UsageError } from './errors.ts';
import { str, typeName } from './python.ts';
import type { Value, ValueMap } from './value.ts';
import { isList, isMap } from './value.ts';

const pythonTypes = { string: 'str', integer: 'int', boolean: 'bool', map: 'dict' } as const;

/**
 * Checks the types of an input as botocore does before a request. What values mean is left to the
 * gateway.
 *
 * @throws {@link UsageError} with all problems, a line each
 */
export function validateInput(command: Command, input: ValueMap): void {
  const problems = inputProblems(command, input);
  if (problems.length > 0) throw new UsageError(`Parameter validation failed:\n${problems.join('\n')}`);
}

/** The problems of an input, in the words of botocore. */
export function inputProblems({ parameters }: Command, input: ValueMap): readonly string[] {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const missing = parameters.filter(({ name, required }) => required === true && !Object.hasOwn(input, name));
  const unknown = Object.keys(input).filter((name) => !byName.has(name));
  const names = [...byName.keys()].join(', ');
  return [
    ...missing.map(({ name }) => `Missing required parameter in input: "${name}"`),
    ...unknown.map((name) => `Unknown parameter in input: "${name}", must be one of: ${names}`),
    ...Object.entries(input).flatMap(([name, value]) => parameterProblems(byName.get(name), value)),
  ];
}

function parameterProblems(parameter: Parameter | undefined, value: Value): readonly string[] {
  if (!parameter) return [];
  const { name, type, minimum = -Infinity, maximum = Infinity } = parameter;
  if (type === 'map' && isMap(value)) return mapProblems(name, value);
  if (type === 'list' && isList(value)) return listProblems(name, value);
  if (type === 'list') return [typeProblem(name, value, 'list', 'tuple')];
  // In Python, False is the integer 0.
  if (value === false && type === 'integer' && minimum > 0) {
    return [`Invalid value for parameter ${name}, value: False, valid min value: ${minimum}`];
  }
  if (typeName(value) !== pythonTypes[type]) return [typeProblem(name, value, pythonTypes[type])];
  if (typeof value !== 'number') return [];
  const invalid = `Invalid value for parameter ${name}, value: ${value}`;
  if (value < minimum) return [`${invalid}, valid min value: ${minimum}`];
  return value > maximum ? [`${invalid}, valid max value: ${maximum}`] : [];
}

function mapProblems(name: string, map: ValueMap): readonly string[] {
  return Object.entries(map).flatMap(([key, value]) => [
    ...(key === '' ? [`Invalid length for parameter ${name} (key: ), value: 0, valid min length: 1`] : []),
    ...(typeof value === 'string' ? [] : [typeProblem(`${name}.${key}`, value, 'str')]),
  ]);
}

function listProblems(name: string, list: readonly Value[]): readonly string[] {
  if (list.length === 0) return [lengthProblem(name)];
  return list.flatMap((value, index) => {
    if (typeof value !== 'string') return [typeProblem(`${name}[${index}]`, value, 'str')];
    return value === '' ? [lengthProblem(`${name}[${index}]`)] : [];
  });
}

function lengthProblem(name: string): string {
  return `Invalid length for parameter ${name}, value: 0, valid min length: 1`;
}

function typeProblem(name: string, value: Value, ...valid: readonly string[]): string {
  const classes = valid.map((one) => `<class '${one}'>`).join(', ');
  return `Invalid type for parameter ${name}, value: ${str(value)}, type: <class '${typeName(value)}'>, valid types: ${classes}`;
}
