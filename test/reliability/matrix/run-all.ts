/** How cases are run. */
interface Runs<Case, Result> {
  /** Number of concurrent cases. */
  readonly width: number;
  readonly run: (one: Case) => Promise<Result>;
  /** Whether a result says something of the case, and not of a busy machine. */
  readonly isConclusive: (result: Result) => boolean;
  /** Receives one result of each case. */
  readonly finish: (index: number, result: Result) => void;
}

/**
 * Runs cases, many at a time. What could not be run or is inconclusive gets the machine to itself at the end. Rejects with the error of a
 * case that can't be run then either.
 */
export async function runAll<Case, Result>(
  cases: readonly Case[],
  { width, run, isConclusive, finish }: Runs<Case, Result>,
): Promise<void> {
  const alone: [number, Case][] = [];
  const queue = cases.entries();
  const worker = async () => {
    for (const [index, one] of queue) {
      const result = await run(one).catch((error: unknown) => {
        process.stderr.write(`${describe(error)} It runs again, alone.\n`);
        return null;
      });
      if (result !== null && isConclusive(result)) finish(index, result);
      else alone.push([index, one]);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  for (const [index, one] of alone) finish(index, await run(one));
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
