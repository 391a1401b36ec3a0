import { parseOptionValues, parseWholeNumber } from '../command.ts';

/** Exit code of a run whose violations prove nothing. */
export const inconclusiveCode = 3;

/** The help text. */
export const usage = `Usage: npm run reliability -- processes [options]

Kills and freezes gateway processes under load, and then checks the guarantees of docs/reliability.md. Two gateways share
a SQLite ledger; the simulated EKS and the load run as separate processes. Progress goes to standard error.

Options:
  --kills N  number of kills (default: 200): SIGKILL, SIGSTOP with a later SIGCONT, or SIGKILL while stopped
  --seed N   seed of kills, requests and faults (default: from the current time). Timing depends on the machine, so the
             same seed does not interrupt the same instructions again
  --help     print this help

Exit codes: 0 if every guarantee is kept, 1 if one is violated, 2 for invalid options or a failed run, 3 if one is violated and
EKS stood still for so long that this proves nothing, 130 if interrupted.
After a violation or a failed run, the ledger, the answers and the logs stay in a temporary folder that the output names.
`;

/** Options of a run. */
export interface Options {
  readonly kills: number;
  readonly seed: number;
  readonly help: boolean;
}

/** Parses the command line. Throws an Error with a one-line message for invalid arguments. */
export function parseOptions(args: readonly string[]): Options {
  const { kills, seed, help } = parseOptionValues(args, {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', default: false },
  });
  return { kills: parseWholeNumber('--kills', kills), seed: parseWholeNumber('--seed', seed), help };
}
