/** How cases are run. */
interface Runs<Case, Result> {
  /** Number of concurrent cases. */
  readonly width: number;
  readonly run: (one: Case) => Promise<Result>;
  /** Whether a result says something of the case, and not of a busy machine. */
  readonly isConclusive: (result: Result) => boolean;
  /** The result of a case that could not be run, also alone. */
  readonly failed: (one: Case, error: unknown) => Result;
  /** Receives one result of each case. */
  readonly finish: (index: number, result: Result) => void;
}

/** How often a case is run that gets the machine to itself. */
const triesAlone = 3;

/**
 * Runs cases, many at a time. What could not be run or is inconclusive gets the machine to itself at the end, up to three times. An error
 * of the runner is no finding: it does not end the others.
 */
export async function runAll<Case, Result>(cases: readonly Case[], runs: Runs<Case, Result>): Promise<void> {
  const { width, isConclusive, failed, finish } = runs;
  const alone: [number, Case][] = [];
  const queue = cases.entries();
  const attempt = async (one: Case): Promise<Attempt<Result>> => {
    try {
      return { result: await runs.run(one) };
    } catch (error) {
      process.stderr.write(`${describe(error)}\n`);
      return { error };
    }
  };
  const isDone = (tried: Attempt<Result>) => 'result' in tried && isConclusive(tried.result);
  const end = (index: number, one: Case, tried: Attempt<Result>) =>
    finish(index, 'result' in tried ? tried.result : failed(one, tried.error));
  const worker = async () => {
    for (const [index, one] of queue) {
      const tried = await attempt(one);
      if (isDone(tried)) end(index, one, tried);
      else alone.push([index, one]);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  for (const [index, one] of alone) {
    let tried = await attempt(one);
    for (let tries = 1; tries < triesAlone && !isDone(tried); tries += 1) tried = await attempt(one);
    end(index, one, tried);
  }
}

type Attempt<Result> = { readonly result: Result } | { readonly error: unknown };

/** An error with its cause, on one line. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
