import { CommandError, GeneralError, UsageError } from './aws/errors.ts';
import { errorText } from './aws/error-text.ts';
import { globalOptions, optionsOf } from './aws/options.ts';
import type { Option } from './aws/options.ts';
import type { Parsed, Values } from './aws/parse.ts';
import { parseArguments } from './aws/parse.ts';
import type { ErrorFormat } from './aws/settings.ts';
import { readErrorFormat, readProfile } from './aws/settings.ts';
import { suggestion } from './aws/suggestion.ts';
import type { Command } from './commands.ts';
import { commands } from './command-table.ts';
import type { Host } from './host.ts';
import { activePrompter, promptForCommand, promptForOptions } from './prompt.ts';
import type { Prompter } from './prompt.ts';

/** With this option, exit codes are 0, 1 and 2, as those of `terraform plan`. */
const detailedExitCode = 'detailed-exitcode';

/** Runs a command line, without the name of the program, and returns the exit code. */
export async function runCommandLine(args: readonly string[], host: Host): Promise<number> {
  let format = readErrorFormat({}, {}, host.environment);
  try {
    const top = parseArguments(globalOptions, args, ['version', 'help']);
    format = readErrorFormat(top.values, {}, host.environment);
    return await runParsed(top, host, (found) => (format = found));
  } catch (error) {
    const known = error instanceof CommandError ? error : new GeneralError(messageOf(error));
    host.writeError(await errorText(known, format));
    return args.includes(`--${detailedExitCode}`) ? 1 : known.exitCode;
  }
}

/** Runs the command of a line and returns its exit code. */
async function runParsed(top: Parsed, host: Host, onErrorFormat: (format: ErrorFormat) => void): Promise<number> {
  const globals = top.values;
  const position = top.rest.findIndex(({ isPositional }) => isPositional);
  const name = top.rest[position]?.text;
  const args = top.rest.filter((_, index) => index !== position).map(({ text }) => text);
  const words = top.rest.map(({ text }) => text);
  if (globals.version === true) return print(host, `${host.version}\n`);
  if (globals.help === true || name === 'help') return print(host, await helpText(words));
  if (name === 'completion') return print(host, await completionText(args));
  const profile = await readProfile(globals, host.environment);
  onErrorFormat(readErrorFormat(globals, profile, host.environment));
  const prompter = activePrompter(globals, profile, host.environment, host.prompter);
  const command = findCommand(name ?? (prompter ? await promptForCommand(prompter) : undefined));
  const parsed = parseArguments(optionsOf(command), args, []);
  if (parsed.rest.some(({ text, isPositional }) => isPositional && text === 'help')) {
    return print(host, await helpText([command.name]));
  }
  const values = await completeValues(command, parsed, prompter);
  const { execute } = await import('./execute.ts');
  const { output, found } = await execute({ command, globals, values, profile, host });
  print(host, output);
  return found === true && values[detailedExitCode] === true ? 2 : 0;
}

function print(host: Host, text: string): 0 {
  host.write(text);
  return 0;
}

function findCommand(name: string | undefined): Command {
  if (name === undefined) throw new UsageError('the following arguments are required: command', { showsUsage: true });
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  const names = [...commands.map((one) => one.name), 'completion', 'help'];
  throw new UsageError(
    `argument command: Invalid choice '${name}', valid choices are: ${names.join(', ')}.${suggestion(name, names)}`,
    { showsUsage: true },
  );
}

/** The values of a command with those that the prompter, if there is one, adds for missing options. */
async function completeValues(command: Command, { values, rest }: Parsed, prompter: Prompter | null): Promise<Values> {
  if (rest.length > 0) {
    const names = [...globalOptions, ...optionsOf(command)].map((option) => `--${option.name}`);
    const [unknown = ''] = rest.flatMap(({ text, isPositional }) => (isPositional ? [] : (text.split('=')[0] ?? [])));
    const texts = rest.map(({ text }) => text).join(', ');
    throw new UsageError(`Unknown options: ${texts}${suggestion(unknown, names).replace(/^ /, '. ')}`, {
      showsUsage: true,
    });
  }
  const missing = missingOptions(command, values);
  if (missing.length === 0) return values;
  if (prompter) return { ...values, ...(await promptForOptions(missing, prompter)) };
  const names = missing.map((option) => `--${option.name}`).join(', ');
  throw new UsageError(`the following arguments are required: ${names}`, { showsUsage: true });
}

/** The required options that are absent. An input document or a skeleton takes their place. */
function missingOptions(command: Command, values: Values): readonly Option[] {
  const isInputGiven = values['cli-input-json'] !== undefined || values['cli-input-yaml'] !== undefined;
  const skeleton = values['generate-cli-skeleton'];
  if (isInputGiven || skeleton === 'input' || skeleton === 'yaml-input') return [];
  return optionsOf(command).filter(({ required, key }) => required === true && values[key] === undefined);
}

async function helpText(words: readonly string[]): Promise<string> {
  const { commandHelp, programHelp } = await import('./help.ts');
  const command = commands.find(({ name }) => words.includes(name));
  return command ? commandHelp(command) : programHelp();
}

async function completionText([shell, ...others]: readonly string[]): Promise<string> {
  const { completionScript } = await import('./completion.ts');
  const script = others.length === 0 ? completionScript(shell) : null;
  if (script === null) throw new UsageError('completion takes one argument: bash, fish or zsh', { showsUsage: true });
  return script;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
