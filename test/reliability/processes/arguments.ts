import { parseArgs } from 'node:util';

export const usage = `Kills and freezes gateway processes under load, and looks at the end whether every promise was kept.

  npm run processes -- [--kills N] [--seed N] [--help]

  --kills N  how many blows, 200 when left out: kill -9, kill -STOP and later -CONT, or kill -9 while stopped
  --seed N   decides kinds and moments of blows, requests and faults; the time of day when left out. The moments are as
             exact as the machine: the same seed does not meet the same instruction again
  --help     this

Two gateways share a ledger (SQLite); a simulated EKS and the load are processes of their own. Ends with 0 when every promise
was kept. Otherwise says which was not, and keeps ledger, answers and logs in a folder that it names.
`;

/** What a run is asked to do. */
export interface Wish {
  readonly kills: number;
  readonly seed: number;
  readonly help: boolean;
}

/** Reads the command line. Throws what is wrong with it. */
export function readWish(args: readonly string[]): Wish {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      help: { type: 'boolean', default: false },
    },
  });
  return { kills: whole('--kills', values.kills), seed: whole('--seed', values.seed), help: values.help };
}

function whole(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${option} takes a whole number, not ${JSON.stringify(text)}.`);
  return Number(text);
}
