import type { Command, Parameter, Shape } from '../commands.ts';
import { isListShape } from './answer.ts';
import { formatJson } from './output/json.ts';
import type { Value, ValueMap } from './value.ts';

/** `--generate-cli-skeleton`: an input to fill in, for `--cli-input-json`. */
export function inputSkeleton({ parameters }: Command): string {
  return formatJson(Object.fromEntries(ofEks(parameters).map(({ name, type }) => [name, sampleInputs[type]])));
}

/**
 * `--generate-cli-skeleton yaml-input`: the same for `--cli-input-yaml`, with a comment on each
 * parameter.
 */
export function yamlInputSkeleton({ parameters }: Command): string {
  return ofEks(parameters)
    .map((parameter, index) => yamlParameter(parameter, index === 0))
    .join('');
}

/** Without the gateway's own, so that a skeleton is valid for the AWS CLI too. */
function ofEks(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.filter(({ own }) => own !== true);
}

const sampleInputs: Readonly<Record<Parameter['type'], Value>> = {
  string: '',
  integer: 0,
  boolean: true,
  map: { KeyName: '' },
  list: [''],
};

const yamlSamples = { string: " ''", integer: ' 0', boolean: ' true', map: '', list: '' } as const;
const yamlEntries: Readonly<Partial<Record<Parameter['type'], string>>> = { map: "  KeyName: ''\n", list: "- ''\n" };

/** The AWS CLI puts one more blank before the first comment. */
function yamlParameter({ name, type, required, help }: Parameter, isFirst: boolean): string {
  const comment = `# ${required === true ? '[REQUIRED] ' : ''}${firstSentence(help)}`;
  const entries = yamlEntries[type] ?? '';
  return `${name}:${yamlSamples[type]}${isFirst ? '  ' : ' '}${comment}\n${entries}`;
}

function firstSentence(text: string): string {
  return /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;
}

/** `--generate-cli-skeleton output`: a sample answer, which the output options apply to. */
export function sampleAnswer({ answer }: Command): ValueMap {
  return structure(answer);
}

function structure(shape: Readonly<Record<string, Shape>>): ValueMap {
  return Object.fromEntries(Object.entries(shape).map(([field, part]) => [field, sample(field, part)]));
}

function sample(field: string, shape: Shape): Value {
  if (isListShape(shape)) return [sample('', shape[0])];
  if (typeof shape === 'object') return structure(shape);
  const samples = { string: field, boolean: true, integer: 0, timestamp: new Date(0), map: { KeyName: '' } };
  return samples[shape];
}
