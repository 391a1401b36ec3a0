import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

/**
 * Runs a command with the arguments of this process and sets the exit code that it returns. An error is printed as one
 * line, followed by the stack of its cause unless the arguments are invalid, and the exit code is 2. SIGINT and SIGTERM exit with 130, so
 * that exit handlers can stop child processes.
 */
export async function runCommand(command: (args: readonly string[]) => Promise<number>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  try {
    process.exitCode = await command(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = 2;
  }
}

function describeError(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof InvalidArgument || !(cause instanceof Error)) return message;
  return `${message} ${cause.stack ?? cause.message}`;
}

/** An invalid command line; the message is one line. */
class InvalidArgument extends Error {}

/** Parses options, without positional arguments. Throws an Error with a one-line message for an invalid argument. */
export function parseOptionValues<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [problem] = (error instanceof Error ? error.message : String(error)).split(/\.?(?: To specify|\n)|\.$/);
    throw new InvalidArgument(`${problem}. Run it with --help for the options.`, { cause: error });
  }
}

/** Parses the value of an option. Throws an Error if it is not a whole number of at most 10 digits. */
export function parseWholeNumber(option: string, value: string): number {
  if (!/^\d{1,10}$/.test(value)) throw new Error(`${option} takes a whole number, not ${JSON.stringify(value)}.`);
  return Number(value);
}
