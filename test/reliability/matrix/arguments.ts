import { parseArgs } from 'node:util';
import type { ChangeKind } from '../facts.ts';
import { changeKinds, sizes } from './cases.ts';
import type { Extent } from './cases.ts';
import type { Contender } from './contender.ts';
import { contenders } from './contenders.ts';

/** What a run is to do. */
export interface Wish {
  readonly contenders: readonly Contender[];
  readonly extent: Extent;
  readonly onlyFailures: boolean;
  /** Files to write; null: none. */
  readonly markdown: string | null;
  readonly json: string | null;
}

export const usage = `npm run matrix -- [options]

Walks every road of a mutation, lets every fault happen at every request that it sends, and whatever can come next come
next. Prints a line for each case: what the callers saw, what EKS holds, what the trail says, and which promises of
docs/reliability.md did not hold. Ends with 1 where one of this gateway's was not held.

  --contender NAME   ${contenders.map(({ name }) => name).join(' or ')}; both when it is not given
  --operation NAME   create, update or delete; all of them when it is not given
  --road TEXT        only roads whose name contains this
  --case TEXT        only cases whose name, the first column, contains this
  --size NAME        ${Object.keys(sizes).join(', ')}: how much of it, the whole when it is not given
  --failures         print only what was not held
  --markdown FILE    write the table in short between the marks of a page, such as docs/reliability.md
  --json FILE        write all that was seen to a file, a case a line
  --help             print this
`;

/** Reads the arguments; null where help is wanted. Throws an Error that says what is wrong with them. */
export function readWish(args: readonly string[]): Wish | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      contender: { type: 'string' },
      operation: { type: 'string' },
      road: { type: 'string', default: '' },
      case: { type: 'string', default: '' },
      size: { type: 'string', default: 'full' },
      failures: { type: 'boolean', default: false },
      markdown: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return null;
  const { road, case: name, markdown = null, json = null } = values;
  const nextsOf = sizes[values.size];
  if (!nextsOf) throw new Error(`--size ${values.size}: there are ${Object.keys(sizes).join(', ')}.`);
  const kinds: readonly ChangeKind[] = chosen('--operation', values.operation, changeKinds, (kind) => kind);
  return {
    contenders: chosen('--contender', values.contender, contenders, (contender) => contender.name),
    extent: { kinds, nextsOf, road, name },
    onlyFailures: values.failures,
    ...{ markdown, json },
  };
}

/** The one that is named, or all when none is. */
function chosen<T>(
  option: string,
  name: string | undefined,
  all: readonly T[],
  nameOf: (one: T) => string,
): readonly T[] {
  const taken = all.filter((one) => name === undefined || nameOf(one) === name);
  if (taken.length === 0) throw new Error(`${option} ${name}: there are ${all.map(nameOf).join(', ')}.`);
  return taken;
}
