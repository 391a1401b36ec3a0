import { globalOptions, optionsOf } from './aws/options.ts';
import type { Option } from './aws/options.ts';
import { program } from './aws/error-text.ts';
import type { Command } from './commands.ts';
import { commands } from './command-table.ts';
import { examplesOf } from './examples.ts';
import { optionText, optionWithValue, exitCodes } from './help.ts';

/** The manual page of the program, in the language of `man`: what the help texts say. */
export function manPage(version: string): string {
  return [
    `.TH ${program.toUpperCase()} 1 "" "${text(`${program} ${version}`)}" "User Commands"`,
    // Lines with long ARNs would get wide gaps.
    '.ad l',
    '.nh',
    '.SH NAME',
    text(`${program} - manage EKS Pod Identity associations through pod-identity-gateway`),
    '.SH SYNOPSIS',
    text(`${program} [options] <command> [parameters]`),
    '.SH DESCRIPTION',
    text('The commands of "aws eks" for EKS Pod Identity associations, with their options, and those of the gateway.'),
    '.SH COMMANDS',
    ...commands.flatMap(commandEntry),
    `.SS ${text('completion <shell>')}`,
    text('Print the completion script of a shell: bash, fish or zsh.'),
    '.SH OPTIONS OF ALL COMMANDS',
    ...globalOptions.flatMap(optionEntry),
    '.SH EXIT STATUS',
    ...exitCodes.flatMap(([code, meaning]) => entry(code, meaning)),
    '',
  ].join('\n');
}

function commandEntry(command: Command): readonly string[] {
  const { name, summary, positional } = command;
  const options = optionsOf(command).filter(({ hidden }) => hidden !== true);
  return [
    `.SS ${text(positional === undefined ? name : `${name} <${positional.name}>`)}`,
    text(summary),
    ...options.flatMap(optionEntry),
    '.P',
    'Examples:',
    ...examplesOf(command).flatMap(({ line, does }) => ['.P', text(does), '.RS', text(`${program} ${line}`), '.RE']),
  ];
}

function optionEntry(option: Option): readonly string[] {
  return entry(optionWithValue(option), optionText(option));
}

function entry(term: string, description: string): readonly string[] {
  return ['.TP', `\\fB${text(term)}\\fR`, text(description)];
}

/** A line that is text: without requests, escapes, and hyphens that can't be copied. */
function text(line: string): string {
  const escaped = line
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll('…', '...');
  return escaped.replace(/^[.']/, String.raw`\&$&`);
}
