import { parseOptionValues, parseWholeNumber } from '../command.ts';
import { operations, sizes } from './cases.ts';
import type { Selection } from './cases.ts';
import type { Implementation } from './implementation.ts';
import { implementations } from './implementations.ts';

/** Options of a matrix run. */
export interface Options {
  readonly implementations: readonly Implementation[];
  readonly selection: Selection;
  readonly onlyFailures: boolean;
  /** Paths of the files to write; null for none. */
  readonly markdown: string | null;
  readonly json: string | null;
}

const defaultWidth = 40;

/** The help text. */
export const usage = `Usage: npm run reliability -- matrix [options]

Runs every request flow of a mutation with every fault at every network request, and then every follow-up. Prints one
line per case: the answers, the associations at EKS, the audit trail, and the violated guarantees of docs/reliability.md.
Progress goes to standard error. Runs DynamoDB Local unless AWS_ENDPOINT_URL_DYNAMODB is set.

Options:
  --implementation NAME  ${implementations.map(({ name }) => name).join(' or ')} (default: both)
  --operation NAME       ${Object.keys(operations).join(', ')} (default: all)
  --flow TEXT            only flows whose name contains TEXT (default: all)
  --case TEXT            only cases whose name, the second column, contains TEXT (default: all)
  --size NAME            part of the matrix to run: ${Object.keys(sizes).join(', ')} (default: full)
  --width N              number of concurrent cases (default: ${defaultWidth}, as many wait for a timeout)
  --failures             print only violations (default: every case)
  --markdown FILE        write the summary between the matrix markers of FILE, e.g. docs/reliability.md
  --json FILE            write all observed facts to FILE, one case per line
  --help                 print this help

Exit codes: 0 if the gateway keeps every guarantee, 1 if it violates one, 2 for invalid options, if no case is selected, or if more than
one case in fifty is inconclusive.
`;

/**
 * Parses the command line; null if help is requested. Throws an Error with a one-line message for invalid arguments.
 */
export function parseOptions(args: readonly string[]): Options | null {
  const values = parseOptionValues(args, {
    implementation: { type: 'string' },
    operation: { type: 'string' },
    flow: { type: 'string', default: '' },
    case: { type: 'string', default: '' },
    size: { type: 'string', default: 'full' },
    width: { type: 'string', default: `${defaultWidth}` },
    failures: { type: 'boolean', default: false },
    markdown: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  });
  if (values.help) return null;
  const { flow, case: name, markdown = null, json = null } = values;
  const size = sizes[values.size];
  if (!size) throw new Error(`--size takes ${Object.keys(sizes).join(', ')}, not ${JSON.stringify(values.size)}.`);
  const named = chosen('--operation', values.operation, Object.entries(operations), ([operation]) => operation);
  return {
    implementations: chosen(
      '--implementation',
      values.implementation,
      implementations,
      (implementation) => implementation.name,
    ),
    selection: {
      operations: named.map(([, requests]) => requests),
      size,
      flow,
      name,
      width: parseWholeNumber('--width', values.width),
    },
    onlyFailures: values.failures,
    ...{ markdown, json },
  };
}

/** The item with this name, or all items if no name is given. */
function chosen<T>(
  option: string,
  name: string | undefined,
  all: readonly T[],
  nameOf: (one: T) => string,
): readonly T[] {
  const selected = all.filter((one) => name === undefined || nameOf(one) === name);
  if (selected.length === 0)
    throw new Error(`${option} takes ${all.map(nameOf).join(', ')}, not ${JSON.stringify(name)}.`);
  return selected;
}
