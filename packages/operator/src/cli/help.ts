import { detailedExitCode } from './command.ts';
import type { Argument, Command, Option } from './command.ts';

/** The name of the command. */
export const program = 'pod-identity-operator';

const width = 120;

type Row = readonly [term: string, text: string];

/** The exit codes of all commands; those of one say when it fails. */
export function exitCodes(fails = 'The work failed, or a check found problems', unable?: string): readonly Row[] {
  return [
    ['0', 'It is done, or was done before.'],
    ['1', `${fails}.`],
    ['2', `Arguments or settings are wrong${unable === undefined ? '. Nothing is changed' : `, or ${unable}`}.`],
  ];
}

/** Those of a command that says when it reports. */
const reportingExitCodes = (fails: string, reports: string): readonly Row[] => [
  ['0', 'There is nothing to report.'],
  ['1', `${fails}, or arguments or settings are wrong.`],
  ['2', `${reports}.`],
];

const detailedExitCodes: Row = [
  '0, 1, 2',
  `With --${detailedExitCode}: nothing to report, an error, something to report.`,
];

/** The commands below a group or a command; all below ''. */
export function childrenOf(commands: readonly Command[], name: string): readonly Command[] {
  return commands.filter((one) => one.name.startsWith(name === '' ? '' : `${name} `));
}

/** The help of the program, or of one of its groups. */
export function overview(commands: readonly Command[], group: string, summary: string): string {
  const words = group === '' ? program : `${program} ${group}`;
  return text([
    summary,
    [`Usage: ${words} COMMAND [OPTIONS]`],
    section(
      'Commands:',
      childrenOf(commands, group).map(({ name, summary: line }) => [name, line]),
    ),
    section('Exit codes:', exitCodes()),
    [`${program} COMMAND --help prints options, environment variables and examples of a command.`],
  ]);
}

/** The help of a command, and the commands below it. */
export function commandHelp(command: Command, commands: readonly Command[]): string {
  const { name, summary, details, variables, examples, fails, reports, unable } = command;
  const codes = reports === undefined ? exitCodes(fails, unable) : reportingExitCodes(fails, reports);
  const rows = [...optionRows(command), ['-h, --help', 'Print this text.'] as const];
  return text([
    summary,
    wrapped(details ?? '', 0),
    usageOf(command).map((usage, index) =>
      `${index === 0 ? 'Usage:' : '      '} ${program} ${name} ${usage}`.trimEnd(),
    ),
    section('Arguments:', (command.arguments ?? []).map(argumentRow)),
    section('Options:', rows),
    section(
      'Commands:',
      childrenOf(commands, name).map((one) => [one.name, one.summary]),
    ),
    section(
      'Environment variables:',
      variables.map(([variable, help]) => [variable, sentence(help)]),
    ),
    examples.length === 0
      ? []
      : ['Examples:', ...examples.map((example) => `  ${program} ${name} ${example}`.trimEnd())],
    section('Exit codes:', [...codes, ...(command.options[detailedExitCode] ? [detailedExitCodes] : [])]),
  ]);
}

/** The usage of a command, one line for each form. */
function usageOf({ usage, options, arguments: args = [] }: Command): readonly string[] {
  if (usage !== undefined) return usage;
  const shown = Object.entries(options).map(([name, option]) => {
    const form = optionForm(name, option);
    return option.type === 'string' && option.required === true ? form : `[${form}]`;
  });
  return [[...args.map(({ name, optional }) => (optional ? `[${name}]` : name)), ...shown].join(' ')];
}

function optionForm(name: string, option: Option): string {
  return option.type === 'boolean' ? `--${name}` : `--${name} ${option.placeholder}`;
}

function optionRows({ options }: Command): readonly Row[] {
  return Object.entries(options).map(([name, option]) => {
    const { help } = option;
    if (option.type === 'boolean') return [`--${name}`, sentence(help)];
    const { required, default: fallback, choices } = option;
    const notes = [
      ...(required === true ? ['Required.'] : []),
      ...(choices === undefined ? [] : [`One of ${choices.join(', ')}.`]),
      ...(fallback === undefined ? [] : [`Default: ${fallback}.`]),
    ];
    return [optionForm(name, option), [sentence(help), ...notes].join(' ')];
  });
}

function argumentRow({ name, help, choices }: Argument): Row {
  return [name, choices === undefined ? sentence(help) : `${sentence(help)} One of ${choices.join(', ')}.`];
}

/** Help texts are clauses, which messages continue. */
function sentence(help: string): string {
  return `${help.charAt(0).toUpperCase()}${help.slice(1)}.`;
}

function section(title: string, rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const indent = Math.max(...rows.map(([term]) => term.length)) + 4;
  const lines = rows.flatMap(([term, description]) =>
    wrapped(description, indent).map(
      (line, index) => `${index === 0 ? `  ${term}`.padEnd(indent) : ' '.repeat(indent)}${line}`,
    ),
  );
  return [title, ...lines];
}

function wrapped(paragraph: string, indent: number): readonly string[] {
  const lines: string[] = [];
  for (const word of paragraph.split(' ').filter((one) => one !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && indent + last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Paragraphs with an empty line between them; empty ones are left out. */
function text(paragraphs: readonly (string | readonly string[])[]): string {
  const shown = paragraphs.map((one) => [one].flat().join('\n')).filter((one) => one !== '');
  return `${shown.join('\n\n')}\n`;
}
