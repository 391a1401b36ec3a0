import { UsageError } from './aws/errors.ts';
import type { Option } from './aws/options.ts';
import type { Environment } from './aws/parameter-file.ts';
import type { Values } from './aws/parse.ts';
import type { Profile } from './aws/settings.ts';
import { commands } from './command-table.ts';

/** Asks a person at the terminal. */
export interface Prompter {
  readonly text: (question: string) => Promise<string>;
  readonly choose: (question: string, choices: readonly string[]) => Promise<string>;
}

/**
 * The prompter, if `--cli-auto-prompt`, `AWS_CLI_AUTO_PROMPT` or `cli_auto_prompt` of the profile
 * turns prompts on.
 *
 * @param prompter null without a terminal
 * @throws {@link UsageError} if the option is given without a terminal
 */
export function activePrompter(
  globals: Values,
  profile: Profile,
  environment: Environment,
  prompter: Prompter | null,
): Prompter | null {
  const [on, off] = [globals['cli-auto-prompt'] === true, globals['no-cli-auto-prompt'] === true];
  if (on && !prompter)
    throw new UsageError('--cli-auto-prompt needs a terminal. Give the options on the command line.');
  if (on) return prompter;
  const mode = environment.AWS_CLI_AUTO_PROMPT ?? profile.cli_auto_prompt;
  return !off && (mode === 'on' || mode === 'on-partial') ? prompter : null;
}

/** @throws {@link UsageError} if both options are given, which comes before all other problems */
export function checkPromptOptions(args: readonly string[]): void {
  if (!args.includes('--cli-auto-prompt') || !args.includes('--no-cli-auto-prompt')) return;
  throw new UsageError('Both --cli-auto-prompt and --no-cli-auto-prompt cannot be specified at the same time.');
}

/** Asks for a command. */
export async function promptForCommand(prompter: Prompter): Promise<string> {
  const names = commands.map(({ name }) => name);
  return prompter.choose('Command', names);
}

/** Asks for the value of each of the options, which all take one. */
export async function promptForOptions(options: readonly Option[], prompter: Prompter): Promise<Values> {
  const values: Record<string, string> = {};
  for (const { name, key, help } of options) values[key] = await prompter.text(`--${name}: ${help}`);
  return values;
}
