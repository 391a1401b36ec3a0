import { globalOptions, optionsOf } from '../aws/options.ts';
import { parseArguments, takePositional } from '../aws/parse.ts';
import type { Values } from '../aws/parse.ts';
import { commands } from '../command-table.ts';
import type { Command } from '../commands.ts';
import { askedParameters } from './asked.ts';
import type { AskedParameter } from './asked.ts';

/** A line up to the word that is completed. */
export interface Line {
  readonly command: Command;
  readonly globals: Values;
  /** The parameters before the word. */
  readonly values: Values;
  /** The parameter that the word is a value of. */
  readonly parameter: AskedParameter;
  /** The beginning of the value. */
  readonly current: string;
}

/** Options without a value, of any command. */
const flags = new Set(
  [...globalOptions, ...commands.flatMap(optionsOf)]
    .filter(({ takes }) => takes === 'nothing')
    .map(({ name }) => `--${name}`),
);

/**
 * Reads the words of a line, of which the last one is completed. Null where that word is not a
 * value that can be asked for.
 *
 * @throws {@link UsageError} for other words that can't be parsed
 */
export function readLine(words: readonly string[]): Line | null {
  const [last = '', ...reversed] = words.toReversed();
  const attached = /^--([\w-]+)=(.*)$/s.exec(last);
  const before = reversed.toReversed();
  const previous = attached ? undefined : before.at(-1);
  const isAfterOption = previous?.startsWith('--') === true && !flags.has(previous);
  const complete = isAfterOption ? before.slice(0, -1) : before;
  const top = parseArguments(globalOptions, complete, []);
  const [name, args] = takePositional(
    parseArguments(
      [],
      top.rest.map(({ text }) => text),
      [],
    ).rest,
  );
  const command = commands.find((one) => one.name === name);
  if (!command) return null;
  const options = optionsOf(command);
  const parsed = parseArguments(options, args, []);
  const option = attached?.[1] ?? (isAfterOption ? previous.slice(2) : null);
  const [positional] = takePositional(parsed.rest);
  const isArgument = option === null && positional === null && !last.startsWith('-');
  const key = isArgument ? command.positional?.name : options.find((one) => one.name === option)?.key;
  const parameter = askedParameters.find((one) => one === key);
  if (parameter === undefined) return null;
  return { command, globals: top.values, values: parsed.values, parameter, current: attached?.[2] ?? last };
}
