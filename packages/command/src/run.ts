import { CommandError, GeneralError, InterruptedError, UsageError } from './aws/errors.ts';
import { errorText } from './aws/error-text.ts';
import { globalOptions, optionsOf } from './aws/options.ts';
import type { Option } from './aws/options.ts';
import type { Values } from './aws/parse.ts';
import { parseArguments, takePositional } from './aws/parse.ts';
import type { Connection, ErrorFormat } from './aws/settings.ts';
import { readConnection, readErrorFormat, readProfile } from './aws/settings.ts';
import type { SharedConfig } from './aws/shared-config/shared-config.ts';
import { readSharedConfig } from './aws/shared-config/shared-config.ts';
import { suggestion } from './aws/suggestion.ts';
import type { Value } from './aws/value.ts';
import type { Command } from './commands.ts';
import { commands } from './command-table.ts';
import type { Execution } from './execute.ts';
import type { Host } from './host.ts';
import { completeCommand } from './complete/asked.ts';
import { activePrompter, checkPromptOptions, promptForCommand, promptForOptions } from './prompt.ts';
import type { Prompter } from './prompt.ts';

/** With this option, exit codes are 0, 1 and 2, as those of `terraform plan`. */
const detailedExitCode = 'detailed-exitcode';

/** Runs a command line, without the name of the program, and returns the exit code. */
export async function runCommandLine(args: readonly string[], host: Host): Promise<number> {
  if (args[0] === completeCommand) return (await import('./complete/complete.ts')).complete(args.slice(1), host);
  let format = readErrorFormat({}, {}, host.environment);
  try {
    const config = configOf(args, host);
    checkPromptOptions(args);
    const top = parseArguments(globalOptions, args, ['version', 'help']);
    format = readErrorFormat(top.values, {}, host.environment);
    // A `--` that comes first belongs to the name of the program.
    const words = joined(top.rest.map(({ text }) => text).slice(args[0] === '--' ? 1 : 0));
    return await runParsed({ globals: top.values, words, config }, host, (found) => (format = found));
  } catch (error) {
    const known = error instanceof CommandError ? error : new GeneralError(messageOf(error));
    host.writeError(await errorText(known, format));
    return hasPlanCodes(args) && !(known instanceof InterruptedError) ? 1 : known.exitCode;
  }
}

/** Commands of two words, as `auth status`, have a name with a hyphen. */
function joined(words: readonly string[]): readonly string[] {
  const at = words[0] === 'help' ? 1 : 0;
  const [name = '', second = ''] = words.slice(at);
  const isJoined = name === 'auth' && commands.some((command) => command.name === `auth-${second}`);
  return isJoined ? [...words.slice(0, at), `auth-${second}`, ...words.slice(at + 2)] : words;
}

/**
 * The shared configuration, read once. A file that can't be parsed ends a line before the line is
 * checked, as in the AWS CLI; not one that asks for help, the version or the completion script.
 */
function configOf(args: readonly string[], { environment }: Host): () => SharedConfig {
  let read: SharedConfig | null = null;
  const config = () => (read ??= readSharedConfig(environment));
  if (!args.some((arg) => ['completion', 'help', '--help', '--version'].includes(arg))) config();
  return config;
}

/** Whether the exit codes of a line are 0, 1 and 2 unless it is interrupted, also if the line can't be parsed. */
function hasPlanCodes(args: readonly string[]): boolean {
  const commandOf = (arg: string) => commands.find(({ name }) => name === arg);
  const command = args.map(commandOf).find((found) => found !== undefined);
  return command?.isCompound === true || args.includes(`--${detailedExitCode}`);
}

/** Runs the command of a line and returns its exit code. */
async function runParsed(
  {
    globals,
    words,
    config,
  }: { readonly globals: Values; readonly words: readonly string[]; config: () => SharedConfig },
  host: Host,
  onErrorFormat: (format: ErrorFormat) => void,
): Promise<number> {
  const [name, args] = takePositional(parseArguments([], words, []).rest);
  if (globals.version === true) return print(host, `${host.version}\n`);
  if (globals.help === true || name === 'help') return print(host, await helpText(words));
  if (name === 'completion') return print(host, await completionText(args));
  const foundProfile = readProfile(globals, config(), host.environment);
  const profile = foundProfile ?? {};
  onErrorFormat(readErrorFormat(globals, profile, host.environment));
  const prompter = activePrompter(globals, profile, host.environment, host.prompter);
  const select = await querySelection(globals.query);
  const read = readConnection(globals, foundProfile, host.environment);
  const command = findCommand(name ?? (prompter ? await promptForCommand(prompter) : null));
  const parsed = parseArguments(optionsOf(command), args, []);
  const [extra, others] = takePositional(parsed.rest);
  if (extra === 'help') return print(host, await helpText([command.name]));
  const { positional } = command;
  const isTaken = extra === null || extra === '' || positional !== undefined;
  const given = positional && extra !== null ? { ...parsed.values, [positional.name]: extra } : parsed.values;
  const { placed, connection } = await placeOf(command, given, { globals, connection: read, host });
  const values = await completeValues(command, placed, isTaken ? others : [...others, extra], prompter);
  if (command.isCompound === true) {
    const { runCompound } = await import('./declaration/commands.ts');
    return runCompound({ command, globals, values, profile, connection, select, host });
  }
  const { execute } = await import('./execute.ts');
  const { output, found } = await execute({ command, globals, values, profile, connection, select, host });
  print(host, output);
  return found === true && values[detailedExitCode] === true ? 2 : 0;
}

/**
 * The values and the connection of a command that needs the name of a cluster: without one, with
 * the cluster of kubectl's current context, its account, and its region unless one is given.
 */
async function placeOf(
  command: Command,
  values: Values,
  { globals, connection, host }: Pick<Execution, 'globals' | 'connection' | 'host'>,
): Promise<{ readonly placed: Values; readonly connection: Connection }> {
  const isMissing = missingOptions(command, values).some(({ key }) => key === 'clusterName');
  const cluster = isMissing ? ((await host.contextCluster?.()) ?? null) : null;
  if (cluster === null) return { placed: values, connection };
  const { clusterName, accountId, region } = cluster;
  const has = (name: string) => command.parameters.some((parameter) => parameter.name === name);
  return {
    placed: {
      ...(has('accountId') && { accountId }),
      ...(has('clusterRegion') && { clusterRegion: region }),
      ...values,
      clusterName,
    },
    connection: globals.region === undefined ? { ...connection, region } : connection,
  };
}

function print(host: Host, text: string): 0 {
  host.write(text);
  return 0;
}

async function querySelection(query: Values[string]): Promise<(value: Value) => Value> {
  if (typeof query !== 'string') return (value) => value;
  const { compileQuery } = await import('./aws/query.ts');
  return compileQuery(query);
}

function findCommand(name: string | null): Command {
  if (name === null) throw new UsageError('the following arguments are required: command', { showsUsage: true });
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  const names = [...commands.map((one) => one.name), 'completion', 'help'];
  throw new UsageError(
    `argument command: Invalid choice '${name}', valid choices are: ${names.join(', ')}.${suggestion(name, names)}`,
    { showsUsage: true },
  );
}

/**
 * The values of a command with those that the prompter, if there is one, adds for missing options.
 */
async function completeValues(
  command: Command,
  values: Values,
  unknown: readonly string[],
  prompter: Prompter | null,
): Promise<Values> {
  const missing = missingOptions(command, values);
  const { positional } = command;
  const isOption = command.parameters.some(({ name }) => name === positional?.name);
  const argument = positional && !isOption && values[positional.name] === undefined ? [positional.name] : [];
  const names = [...argument, ...(prompter ? [] : missing.map(({ name }) => `--${name}`))];
  const problems = [
    ...(names.length > 0 ? [`the following arguments are required: ${names.join(', ')}`] : []),
    ...(unknown.length > 0 ? [unknownOptions(command, unknown)] : []),
  ];
  if (problems.length > 0) throw new UsageError(problems.join('. '), { showsUsage: true });
  return missing.length > 0 && prompter ? { ...values, ...(await promptForOptions(missing, prompter)) } : values;
}

/** Says which arguments are not known, and what was meant by the first option among them. */
function unknownOptions(command: Command, unknown: readonly string[]): string {
  const names = [...globalOptions, ...optionsOf(command)].map(({ name }) => `--${name}`);
  const [given = ''] = unknown.find((text) => text.startsWith('--'))?.split('=') ?? [];
  return `Unknown options: ${unknown.join(', ')}${suggestion(given, names).replace(/^ /, '. ')}`;
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
