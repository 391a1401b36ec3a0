import { parseArgs } from 'node:util';

export const usage = `Takes each guard of the product away in turn, and shows which test notices.

  npm run guards -- [--only TEXT] [--copies N] [--named] [--list] [--help]

  --only TEXT   only guards whose file, or whose words about what it protects, have this text in them
  --copies N    so many guards at a time, each in a copy of its own: 1 (the default) or 2
  --named       asks only the tests that a guard names, not the whole suite where these notice nothing
  --list        names the guards and runs nothing
  --help        this

Ends with 0 when a test notices each guard's absence, but for those that say why none can; else with 1.
`;

/** What a run is asked to do. */
export interface Wish {
  readonly only: string;
  readonly copies: number;
  readonly named: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

/** Reads the command line. Throws what is wrong with it. */
export function readWish(args: readonly string[]): Wish {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      copies: { type: 'string', default: '1' },
      named: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (!['1', '2'].includes(values.copies)) throw new Error('--copies takes 1 or 2.');
  return { ...values, copies: Number(values.copies) };
}
