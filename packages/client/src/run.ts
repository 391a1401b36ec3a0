import { CommandError, GeneralError, UsageError } from './aws/errors.ts';
import { errorText } from './aws/error-text.ts';
import { globalOptions, optionsOf } from './aws/options.ts';
import type { Parsed, Values } from './aws/parse.ts';
import { parseArguments } from './aws/parse.ts';
import type { ErrorFormat } from './aws/settings.ts';
import { readErrorFormat, readProfile } from './aws/settings.ts';
import type { Command } from './commands.ts';
import { commands } from './commands.ts';
import type { Host } from './host.ts';

/** Runs a command line, without the name of the program, and returns the exit code. */
export async function runCommandLine(args: readonly string[], host: Host): Promise<number> {
  let format = readErrorFormat({}, {}, host.environment);
  try {
    const top = parseArguments(globalOptions, args, ['version', 'help']);
    format = readErrorFormat(top.values, {}, host.environment);
    await runParsed(top, host, (found) => (format = found));
    return 0;
  } catch (error) {
    const known = error instanceof CommandError ? error : new GeneralError(messageOf(error));
    host.writeError(await errorText(known, format));
    return known.exitCode;
  }
}

async function runParsed(top: Parsed, host: Host, onErrorFormat: (format: ErrorFormat) => void): Promise<void> {
  const { values } = top;
  const position = top.rest.findIndex(({ isPositional }) => isPositional);
  const name = top.rest[position]?.text;
  if (values.version === true) {
    host.write(`${host.version}\n`);
    return;
  }
  if (values.help === true || name === 'help') {
    return printHelp(
      host,
      commands.find((one) => top.rest.some(({ text }) => text === one.name)),
    );
  }
  const args = top.rest.filter((_, index) => index !== position).map(({ text }) => text);
  if (name === 'completion') return printCompletion(host, args);
  const command = findCommand(name);
  const parsed = parseArguments(optionsOf(command), args, []);
  if (parsed.rest.some(({ text, isPositional }) => isPositional && text === 'help')) return printHelp(host, command);
  checkArguments(command, values, parsed);
  const profile = await readProfile(values, host.environment);
  onErrorFormat(readErrorFormat(values, profile, host.environment));
  const { execute } = await import('./execute.ts');
  host.write(await execute({ command, globals: values, values: parsed.values, profile, host }));
}

function findCommand(name: string | undefined): Command {
  if (name === undefined) throw new UsageError('the following arguments are required: command', { showsUsage: true });
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  const names = [...commands.map((one) => one.name), 'completion', 'help'].join(', ');
  throw new UsageError(`argument command: Invalid choice '${name}', valid choices are: ${names}`, { showsUsage: true });
}

function checkArguments(command: Command, globals: Values, { values, rest }: Parsed): void {
  const isInputGiven = values['cli-input-json'] !== undefined || values['cli-input-yaml'] !== undefined;
  const skeleton = values['generate-cli-skeleton'];
  const isComplete = isInputGiven || skeleton === 'input' || skeleton === 'yaml-input';
  const missing = optionsOf(command).filter(({ required, key }) => required === true && values[key] === undefined);
  if (!isComplete && missing.length > 0) {
    const names = missing.map((option) => `--${option.name}`).join(', ');
    throw new UsageError(`the following arguments are required: ${names}`, { showsUsage: true });
  }
  if (rest.length > 0) {
    throw new UsageError(`Unknown options: ${rest.map(({ text }) => text).join(', ')}`, { showsUsage: true });
  }
  if (globals['cli-auto-prompt'] === true && globals['no-cli-auto-prompt'] === true) {
    throw new UsageError('Both --cli-auto-prompt and --no-cli-auto-prompt cannot be specified at the same time.');
  }
}

async function printHelp(host: Host, command: Command | undefined): Promise<void> {
  const { commandHelp, programHelp } = await import('./help.ts');
  host.write(command ? commandHelp(command) : programHelp());
}

async function printCompletion(host: Host, [shell, ...others]: readonly string[]): Promise<void> {
  const { completionScript } = await import('./completion.ts');
  const script = others.length === 0 ? completionScript(shell) : null;
  if (script === null) throw new UsageError('completion takes one argument: bash, fish or zsh', { showsUsage: true });
  host.write(script);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
