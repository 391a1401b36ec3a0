import { readSettings, SettingsError } from '../../../../src/app/environment.ts';
import type { Environment, SettingsReader } from '../../../../src/app/environment.ts';

/**
 * With this option, exit codes are 0, 1 and 2, as those of `terraform plan`: wrong arguments end
 * with 1 too.
 */
export const detailedExitCode = 'detailed-exitcode';

/** An option that takes no value. */
interface Flag {
  readonly type: 'boolean';
  readonly help: string;
}

/** An option with a value. */
interface ValueOption<V = unknown> {
  readonly type: 'string';
  readonly help: string;
  /** What stands for the value in help texts, e.g. `TIME`. */
  readonly placeholder: string;
  readonly required?: true;
  readonly multiple?: true;
  readonly default?: string;
  readonly choices?: readonly string[];
  /**
   * Reads a value. Calls `wrong` with advice, which follows `--name is "value":`, where it can't be
   * used.
   */
  readonly read?: (text: string, wrong: (advice: string) => void) => V;
}

export type Option = Flag | ValueOption;
export type Options = Readonly<Record<string, Option>>;

/** An argument: a word of the command line that belongs to no option. */
export interface Argument {
  readonly name: string;
  readonly help: string;
  readonly optional?: true;
  readonly choices?: readonly string[];
}

/** The values of options: texts, or what their `read` returns. */
export type Values<O extends Options> = { readonly [Name in keyof O]: OptionValue<O[Name]> };

type OptionValue<T extends Option> = T extends Flag
  ? boolean
  : T extends { readonly multiple: true }
    ? readonly One<T>[]
    : T extends { readonly required: true } | { readonly default: string }
      ? One<T>
      : One<T> | undefined;

type One<T> = T extends { readonly read: (...args: never[]) => infer V }
  ? V
  : T extends { readonly choices: readonly (infer C)[] }
    ? C
    : string;

/** Settings that a command reads from the environment. */
export interface Settings<S> {
  /** Environment variables with their descriptions, in the order of the help. */
  readonly variables: readonly (readonly [name: string, help: string])[];
  /** Records every missing or wrong value with the reader. `values` are those of the options. */
  readonly read: (reader: SettingsReader, values: Readonly<Record<string, unknown>>) => S;
}

/** Where a command writes, and its environment. */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly env: Environment;
}

/** What a command works with. */
export interface Context<S> extends Terminal {
  readonly settings: S;
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** Writes a line to standard error. */
  readonly warn: (line: string) => void;
}

/** What the table says about a command, for help texts, completion and README. */
interface Description {
  /** The words of the command, e.g. `policies check`. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly details?: string;
  readonly options: Options;
  /** Shown instead of the generated usage, where only some combinations of options are valid. */
  readonly usage?: readonly string[];
  readonly arguments?: readonly Argument[];
  readonly examples: readonly string[];
  /** When the exit code is 1: `A case has another result than it expects`. */
  readonly fails: string;
  /**
   * When the exit code is 2, of a command whose exit codes are always those of
   * {@link detailedExitCode}.
   */
  readonly reports?: string;
  /**
   * When the exit code is 2 beside wrong arguments and settings, of a command whose work can be
   * impossible: `the trials could not be run`.
   */
  readonly unable?: string;
}

/** A row of the table: `S` are its settings, `R` is what its options and arguments request. */
interface Row<O extends Options, S, R> extends Description {
  readonly options: O;
  readonly settings?: Settings<S>;
  /**
   * Reads what is requested. Calls `problem` for what does not fit together; the result, which may
   * be null, is not used then.
   */
  readonly request: (values: Values<O>, args: readonly string[], problem: (text: string) => void) => R | null;
  /**
   * Returns 0, or 1 where a check found problems; with `reports` or the option
   * {@link detailedExitCode} also 2, where there is something to report, and with `unable` where
   * the work could not be done. Throws an Error where the work fails.
   */
  readonly run: (request: R, context: Context<S>) => number | Promise<number>;
}

/** A command: its description, and how to run it. */
export interface Command extends Description {
  readonly variables: Settings<unknown>['variables'];
  /**
   * Reads request and settings, and gives the work to do. Calls `problem` for each that is wrong;
   * the work must not be done then.
   */
  readonly prepare: (
    given: Given,
    env: Environment,
    problem: (text: string) => void,
  ) => (terminal: Terminal) => number | Promise<number>;
}

/** The values of options and arguments. They are as in the table where `isValid`. */
export interface Given {
  readonly values: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
  readonly isValid: boolean;
}

/**
 * Makes a command of a row. It checks the types of the row, and hides them: rows of all types are
 * in one table.
 */
export function command<const O extends Options, S, R>(row: Row<O, S, R>): Command {
  const { request: read, run, settings: declared, ...description } = row;
  return {
    ...description,
    variables: declared?.variables ?? [],
    prepare: ({ values, args, isValid }, env, problem) => {
      // The parser reads the options of this row, so that their values have its types.
      const request = isValid ? read(values as Values<O>, args, problem) : null;
      const settings = declared === undefined ? null : settingsOf(declared, values, env, problem);
      return (terminal) => {
        const print = (line: string) => void terminal.stdout.write(`${line}\n`);
        const warn = (line: string) => void terminal.stderr.write(`${line}\n`);
        return run(request as R, { ...terminal, settings: settings as S, print, warn });
      };
    },
  };
}

function settingsOf<S>(
  { read }: Settings<S>,
  values: Given['values'],
  env: Environment,
  problem: (text: string) => void,
): S | null {
  try {
    return readSettings(env, (reader) => read(reader, values));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    error.problems.forEach(problem);
    return null;
  }
}
