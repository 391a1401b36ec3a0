import type { Command, Parameter } from '../commands.ts';

/** An option of the command line. The parser, the help texts and the completion read this table. */
export interface Option {
  /** Without the leading dashes. */
  readonly name: string;
  /** How many values follow: one, at most one, any number, or none. */
  readonly takes: 'value' | 'optional value' | 'values' | 'nothing';
  /** The key of the parsed value. Options with the same key replace each other's value. */
  readonly key: string;
  /** The value of an option that is given without one. */
  readonly implied?: string | boolean;
  readonly isInteger?: true;
  /** Whether its values are collected when it is given several times; else the last one counts. */
  readonly isRepeatable?: boolean;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  readonly hidden?: boolean;
  /**
   * Whether it is not an option of the AWS CLI. It can't be shortened, so that prefixes mean what
   * they mean there.
   */
  readonly own?: boolean;
  /** A letter that stands for it, as in `-f`. */
  readonly short?: string;
  /** What stands for the value in help texts. */
  readonly placeholder?: string;
  readonly help: string;
}

function flag(name: string, help: string, key = name, implied = true): Option {
  return { name, takes: 'nothing', key, implied, help };
}

function valued(name: string, help: string, extra: Partial<Option> = {}): Option {
  return { name, takes: 'value', key: name, help, ...extra };
}

/** Formats of `--output`. */
export const outputFormats = ['json', 'text', 'table', 'yaml', 'yaml-stream', 'off'] as const;

/** Formats of `--cli-error-format`. */
export const errorFormats = ['legacy', 'json', 'yaml', 'text', 'table', 'enhanced'] as const;

/**
 * The options of all commands: those of AWS CLI 2.23 and 2.34, `--help`, and those of the gateway.
 */
export const globalOptions: readonly Option[] = [
  flag('debug', 'Write what is sent and received to standard error.'),
  valued('endpoint-url', 'The URL of the gateway.', { placeholder: 'url' }),
  flag('no-verify-ssl', 'Do not verify the certificate of the gateway.', 'verify-ssl', false),
  flag('no-paginate', 'List the first page only.', 'paginate', false),
  valued('output', 'The format of the output.', { choices: outputFormats }),
  valued('query', 'A JMESPath expression that selects a part of the output.', { placeholder: 'expression' }),
  valued('profile', 'The profile of the shared AWS configuration.', { placeholder: 'name' }),
  valued(
    'region',
    'The region of the cluster. Requests are signed for it where nothing else names the region of the gateway.',
    { placeholder: 'region' },
  ),
  flag('version', 'Print the version of this command.'),
  valued('color', 'When to use colours; by default in a terminal.', { choices: ['on', 'off', 'auto'] }),
  flag('no-sign-request', 'Do not sign requests, and load no AWS credentials.', 'sign-request', false),
  valued('ca-bundle', 'A file with the certificates of trusted authorities.', { placeholder: 'file' }),
  valued('cli-read-timeout', 'Seconds to wait for an answer; 0 for no limit.', { placeholder: 'seconds' }),
  valued('cli-connect-timeout', 'Seconds to wait for a connection; 0 for no limit.', { placeholder: 'seconds' }),
  valued('cli-binary-format', 'The encoding of binary values. No option has one.', {
    choices: ['base64', 'raw-in-base64-out'],
  }),
  flag('no-cli-pager', 'Do not use a pager. None is used.'),
  flag('cli-auto-prompt', 'Ask for missing options.'),
  flag('no-cli-auto-prompt', 'Do not ask for missing options.'),
  valued('cli-error-format', 'The format of errors.', { choices: errorFormats }),
  flag('help', 'Show this help.'),
  valued('token', 'A JWT for the gateway, used instead of AWS credentials.', { own: true, placeholder: 'token' }),
  valued('gateway-region', 'The region to sign requests for, if the URL of the gateway does not name it.', {
    own: true,
    placeholder: 'region',
  }),
];

const waitOption = (isCompound: boolean): Option => ({
  name: 'wait',
  takes: 'optional value',
  key: 'wait',
  implied: '10m',
  own: true,
  placeholder: 'duration',
  help: isCompound
    ? 'Wait so long for approvers: 10 minutes, or seconds or a number with s, m, h or d.'
    : 'Wait so long for the result, and for approvers: 10 minutes, or seconds or a number with s, m, h or d. Without it, a minute, and not for approvers.',
});

const detailedExitCodeOption: Option = {
  ...flag('detailed-exitcode', 'Exit with 0 if there is nothing to report, 2 if there is, and 1 for any error.'),
  own: true,
};

const inputOptions: readonly Option[] = [
  valued('cli-input-json', 'Read the input from JSON. Options on the command line replace its values.', {
    placeholder: 'json',
  }),
  valued('cli-input-yaml', 'Read the input from YAML. Options on the command line replace its values.', {
    placeholder: 'yaml',
  }),
  {
    name: 'generate-cli-skeleton',
    takes: 'optional value',
    key: 'generate-cli-skeleton',
    implied: 'input',
    choices: ['input', 'output', 'yaml-input'],
    help: 'Print an input to fill in (input, yaml-input), or check the input and print a sample answer (output). Nothing is sent.',
  },
];

const pagingOptions: readonly Option[] = [
  valued('starting-token', 'The NextToken of an earlier, truncated output.', { placeholder: 'token' }),
  valued('page-size', 'The number of associations of each request.', { isInteger: true, placeholder: 'number' }),
  valued('max-items', 'The number of associations to print. More than these leave a NextToken.', {
    isInteger: true,
    placeholder: 'number',
  }),
];

/** The options of a command, without the global ones. */
export function optionsOf(command: Command): readonly Option[] {
  return [
    ...command.parameters.flatMap(optionsOfParameter).map((option) => typedOption(command, option)),
    ...(command.isCompound === true ? [] : inputOptions),
    ...(command.listField === undefined ? [] : pagingOptions),
    ...(command.isMutation === true ? [waitOption(command.isCompound === true)] : []),
    ...(command.finds === undefined ? [] : [detailedExitCodeOption]),
  ];
}

/**
 * An option whose value the parser reads, if no input documents do: the AWS CLI reads integers
 * after those.
 */
function typedOption({ isCompound, parameters }: Command, option: Option): Option {
  const isInteger = parameters.some(({ name, type }) => name === option.key && type === 'integer');
  return isCompound === true && isInteger ? { ...option, isInteger: true } : option;
}

function optionsOfParameter({
  name,
  type,
  help,
  required,
  hidden,
  own,
  short,
  isRepeatable,
}: Parameter): readonly Option[] {
  const optionName = optionNameOf(name);
  if (type !== 'boolean') {
    const placeholder = placeholders[type] ?? type;
    return [
      {
        name: optionName,
        takes: type === 'list' ? 'values' : 'value',
        key: name,
        required: required === true,
        hidden: hidden === true,
        own: own === true,
        isRepeatable: isRepeatable === true,
        placeholder,
        ...(short !== undefined && { short }),
        help,
      },
    ];
  }
  return [
    { name: optionName, takes: 'nothing', key: name, implied: true, help },
    { name: `no-${optionName}`, takes: 'nothing', key: name, implied: false, help: `The opposite of --${optionName}.` },
  ];
}

const placeholders: Readonly<Record<string, string>> = { map: 'key=value,key=value', list: 'text' };

/** `clusterName` → `cluster-name`. */
export function optionNameOf(parameter: string): string {
  return parameter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
