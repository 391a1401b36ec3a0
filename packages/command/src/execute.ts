import { toAnswer } from './aws/answer.ts';
import { durationMs } from './aws/duration.ts';
import { UsageError } from './aws/errors.ts';
import { fileOrText, readDocuments, readInput, readParameters } from './aws/input.ts';
import type { Result } from './aws/output/print.ts';
import { printResult } from './aws/output/print.ts';
import type { Paging } from './aws/paginate.ts';
import { readPages } from './aws/paginate.ts';
import type { Values } from './aws/parse.ts';
import type { Connection, Profile } from './aws/settings.ts';
import { checkConnection, readOutputFormat } from './aws/settings.ts';
import { inputSkeleton, sampleAnswer, yamlInputSkeleton } from './aws/skeleton.ts';
import { validateInput } from './aws/validate.ts';
import { isMap } from './aws/value.ts';
import type { Value, ValueMap } from './aws/value.ts';
import type { Command } from './commands.ts';
import type { Host } from './host.ts';

/** A command line whose arguments are known. */
export interface Execution {
  readonly command: Command;
  readonly globals: Values;
  readonly values: Values;
  readonly profile: Profile;
  readonly connection: Connection;
  /** The function of `--query`. */
  readonly select: (value: Value) => Value;
  readonly host: Host;
}

/**
 * What a command prints, and whether its answer has what it looks for; null for a command that
 * looks for nothing.
 */
export interface Executed {
  readonly output: string;
  readonly found: boolean | null;
}

/** Executes a command. Nothing is sent before the whole command line is checked. */
export async function execute(execution: Execution): Promise<Executed> {
  const { command, globals, values, profile, connection, select, host } = execution;
  checkManualPaging(execution, values);
  const given = readParameters(command, values, host.environment);
  const documents = readDocuments(values, host.environment);
  const options = pagingOptions(execution);
  const input = await readInput(given, documents);
  if (values['generate-cli-skeleton'] === 'input') return sample(inputSkeleton(command));
  if (values['generate-cli-skeleton'] === 'yaml-input') return sample(yamlInputSkeleton(command));
  checkConnection(connection);
  const paging = checkManualPaging(execution, input) ? null : options;
  const waitMs = typeof values.wait === 'string' ? durationMs(values.wait) : null;
  const isSample = values['generate-cli-skeleton'] === 'output';
  const fetch = async (request: ValueMap) => {
    validateInput(command, request);
    return isSample
      ? sampleAnswer(command)
      : toAnswer(command.answer, await host.call({ command, input: request, connection, waitMs }));
  };
  const format = readOutputFormat(globals, profile, host.environment);
  const result = await resultOf(command, fetch, input, isSample ? null : paging);
  const color = globals.color === 'on' || (globals.color !== 'off' && host.terminalColumns !== null);
  const style = { width: host.terminalColumns ?? 80, color };
  const plain = plainText(result, execution);
  if (plain !== null) return { output: `${plain}\n`, found: null };
  const output = await printResult(result, { format, select, title: command.operation, style });
  return isSample ? sample(output) : { output, found: foundIn(result, command) };
}

/** The text that is printed as it is, for scripts; null for a result in a format. */
function plainText(result: Result, { command, globals, values }: Execution): string | null {
  const { plainField } = command;
  const isFormatted = globals.output !== undefined || globals.query !== undefined;
  if (plainField === undefined || isFormatted || values['generate-cli-skeleton'] !== undefined) return null;
  const value = result.kind === 'answer' && isMap(result.answer) ? result.answer[plainField] : null;
  return typeof value === 'string' ? value : null;
}

function sample(output: string): Executed {
  return { output, found: null };
}

function foundIn(result: Result, { finds }: Command): boolean | null {
  if (finds === undefined) return null;
  return result.kind === 'answer' ? isFound(result.answer, finds) : result.pages.pages.some(finds);
}

function isFound(answer: Value, finds: NonNullable<Command['finds']>): boolean {
  return isMap(answer) && finds(answer);
}

/**
 * Whether pages are left to the caller: by `--no-paginate`, or by a size or token of one page among
 * the given values.
 */
function checkManualPaging({ command, globals, values }: Execution, given: Values | ValueMap): boolean {
  if (command.listField === undefined) return false;
  if (globals.paginate !== false && given.maxResults === undefined && given.nextToken === undefined) return false;
  // A first check of the AWS CLI overlooks 0 and '', which are found once the region is checked.
  const unset = given === values ? [undefined, 0, ''] : [undefined];
  const options = ['starting-token', 'page-size', 'max-items'].filter(
    (name) => !unset.some((one) => one === values[name]),
  );
  if (options.length === 0) return true;
  const names = options.map((name) => `--${name}`).join(', ');
  throw new UsageError(`Cannot specify --no-paginate along with pagination arguments: ${names}`);
}

/** The paging of a list by its options; null for other commands. */
function pagingOptions({ command, values, host }: Execution): Paging | null {
  if (command.listField === undefined) return null;
  const [token, maxItems, pageSize] = [values['starting-token'], values['max-items'], values['page-size']];
  if (typeof maxItems === 'number' && maxItems <= 0) {
    host.writeError('warning: Non-positive values for --max-items may result in undefined behavior.\n');
  }
  return {
    startingToken: typeof token === 'string' ? fileOrText('--starting-token', token, host.environment) : undefined,
    maxItems: typeof maxItems === 'number' ? maxItems : undefined,
    pageSize: typeof pageSize === 'number' ? pageSize : undefined,
  };
}

async function resultOf(
  command: Command,
  fetch: (input: ValueMap) => Promise<ValueMap>,
  input: ValueMap,
  paging: Paging | null,
): Promise<Result> {
  const field = command.listField;
  if (field === undefined || paging === null) return { kind: 'answer', answer: await fetch(input) };
  return { kind: 'pages', pages: await readPages(fetch, input, field, paging), field, shared: command.sharedField };
}
