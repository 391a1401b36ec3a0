import { globalOptions, optionsOf } from './aws/options.ts';
import type { Option } from './aws/options.ts';
import { program } from './aws/error-text.ts';
import { examplesOf } from './examples.ts';
import type { Example } from './examples.ts';
import type { Command } from './commands.ts';
import { commands } from './command-table.ts';

const width = 80;

/** The exit codes, and what they mean. */
export const exitCodes: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'The command succeeded.'],
  ['3', 'Others have to approve the request first.'],
  ['130', 'The command was interrupted.'],
  ['252', 'The command line or the input is not valid. Nothing was sent.'],
  ['253', 'A setting is missing or not valid.'],
  ['254', 'The gateway refused the request.'],
  ['255', 'Any other failure.'],
  ['0, 1, 2', 'With --detailed-exitcode: nothing to report, an error, something to report.'],
];

/** The help of the program: its commands and the options of all of them. */
export function programHelp(): string {
  return [
    `Usage: ${program} [options] <command> [parameters]`,
    '',
    'Manages EKS Pod Identity associations through pod-identity-gateway, with the commands',
    'of "aws eks" and their options.',
    '',
    'Commands:',
    ...commands.flatMap(({ name, summary }) => entry(name, summary)),
    ...entry('completion', 'Print the completion script of a shell: bash, fish or zsh.'),
    '',
    `"${program} <command> help" shows the options of a command.`,
    '',
    ...globalHelp(),
    '',
    'Exit codes:',
    ...exitCodes.flatMap(([code, meaning]) => entry(code, meaning)),
    '',
  ].join('\n');
}

/** The help of a command. */
export function commandHelp(command: Command): string {
  const options = optionsOf(command).filter(({ hidden }) => hidden !== true);
  const required = options.filter(({ required, key }) => required === true && key !== command.positional?.name);
  const positional = command.positional === undefined ? '' : ` <${command.positional.name}>`;
  const synopsis = positional + required.map(({ short: _, ...option }) => ` ${optionWithValue(option)}`).join('');
  return [
    `Usage: ${program} ${command.name}${synopsis} [options]`,
    '',
    command.summary,
    '',
    'Options:',
    ...options.flatMap(optionEntry),
    '',
    'Examples:',
    ...examplesOf(command).flatMap(exampleEntry),
    '',
    ...globalHelp(),
    '',
  ].join('\n');
}

/** The lines of an example: what it does, and the command line, which a shell reads as one. */
function exampleEntry({ line, does }: Example): readonly string[] {
  const words = line.match(/'[^']*'|\S+/g) ?? [];
  const lines: string[] = [program];
  for (const word of words) {
    const last = lines.at(-1) ?? '';
    // An option and its value stay together.
    const isBreak = word.startsWith('-') && last.length + word.length + 30 > width;
    if (isBreak) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  const isLast = (at: number) => at === lines.length - 1;
  return [
    ...wrapped(does).map((text) => `  # ${text}`),
    ...lines.map((text, at) => `  ${text}${isLast(at) ? '' : ' \\'}`),
  ];
}

function globalHelp(): readonly string[] {
  return ['Options of all commands:', ...globalOptions.flatMap(optionEntry)];
}

function optionEntry(option: Option): readonly string[] {
  return entry(optionWithValue(option), optionText(option));
}

/** What an option does. */
export function optionText({ help, takes, choices, required }: Option): string {
  const given = choices && takes === 'value' ? ` One of: ${choices.join(', ')}.` : '';
  return `${required === true ? 'Required. ' : ''}${help}${given}`;
}

/** An option with what stands for its value. */
export function optionWithValue({ name, short, takes, placeholder = 'value' }: Option): string {
  const letter = short === undefined ? '' : ` (-${short})`;
  if (takes === 'nothing') return `--${name}${letter}`;
  if (takes === 'values') return `--${name} <${placeholder}> [<${placeholder}>…]${letter}`;
  return takes === 'value' ? `--${name} <${placeholder}>${letter}` : `--${name} [<${placeholder}>]${letter}`;
}

/** A term on a line of its own, and its description below it. */
function entry(term: string, description: string): readonly string[] {
  return [`  ${term}`, ...wrapped(description).map((line) => `      ${line}`)];
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= width - 6) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
