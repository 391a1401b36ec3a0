import { parseArgs } from 'node:util';
import type { ParseArgsOptionsConfig } from 'node:util';

/** A program of the command line. */
export interface Command<O extends ParseArgsOptionsConfig> {
  /** What `--help` prints: usage, options, variables and their defaults. */
  readonly help: string;
  readonly options: O;
  /** How many arguments besides options it accepts; 0 by default. */
  readonly maxArguments?: number;
  /**
   * Gives the exit code. Throws `UsageError` for wrong arguments, any other Error where the work
   * fails.
   */
  readonly run: (values: OptionValues<O>, args: readonly string[]) => number | Promise<number>;
}

/** The values of options, as `parseArgs` types them. */
export type OptionValues<O extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: O }>
>['values'];

/**
 * The arguments are wrong. The message says how in one line; `details`, such as a list of names,
 * follow below it.
 */
export class UsageError extends Error {
  readonly details: string;
  constructor(message: string, details = '') {
    super(message);
    this.name = 'UsageError';
    this.details = details;
  }
}

/**
 * Runs a command and gives its exit code. `--help` and `-h` print the help, with code 0. Wrong
 * arguments are explained on standard error in one line, with code 2. An Error that `run` throws is
 * printed without its stack trace, with code 1.
 */
export async function runCommand<O extends ParseArgsOptionsConfig>(
  command: Command<O>,
  args: readonly string[] = process.argv.slice(2),
): Promise<number> {
  // A reader such as head ends before the command does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    if (asksForHelp(args)) {
      process.stdout.write(command.help);
      return 0;
    }
    const { values, positionals } = parseArguments(command, args);
    return await command.run(values, positionals);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message} Run with --help for usage.\n${error.details}`);
      return 2;
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** Whether help is wanted, whatever else is wrong with the arguments. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? undefined : end).some((arg) => arg === '--help' || arg === '-h');
}

/** Reads options and arguments. Throws `UsageError` where they do not fit the command. */
function parseArguments<O extends ParseArgsOptionsConfig>(
  { options, maxArguments = 0 }: Pick<Command<O>, 'options' | 'maxArguments'>,
  args: readonly string[],
) {
  const parsed = parseOrExplain(options, args);
  const extra = parsed.positionals[maxArguments];
  if (extra !== undefined) throw new UsageError(`Unexpected argument ${JSON.stringify(extra)}.`);
  return parsed;
}

function parseOrExplain<O extends ParseArgsOptionsConfig>(options: O, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    if (!isParseError(error)) throw error;
    // The first sentence says what is wrong; Node.js adds advice of several lines.
    const [problem = ''] = error.message.split(/\.\s|\n/);
    throw new UsageError(`${problem.replace(/\.$/, '')}.`);
  }
}

function isParseError(error: unknown): error is { readonly message: string } {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error && 'message' in error;
  return isCoded && String(error.code).startsWith('ERR_PARSE_ARGS_');
}
