import type { Context } from '../cli/command.ts';
import { aligned } from '../cli/table.ts';
import { denialOf } from './expectations.ts';
import { attempt } from './attempt.ts';
import type { Result } from './attempt.ts';
import { assumptions } from './table.ts';
import { openTrialCluster } from './trial-cluster.ts';
import type { TrialCluster } from './trial-cluster.ts';
import type { TrialTarget } from './target.ts';

/** What to try, and where. */
export interface AssumptionsRequest extends Omit<TrialTarget, 'region' | 'times'> {
  readonly tries: number;
  /** Ids; empty: all. */
  readonly only: readonly string[];
  readonly withThrottling: boolean;
  readonly isJson: boolean;
}

export type AssumptionsSettings = Pick<TrialTarget, 'region' | 'times'>;

const words = {
  NOT_REFUTED: 'not refuted',
  REFUTED: 'REFUTED',
  NOT_TRIED: "can't be tried",
  FAILED: 'FAILED',
} as const;

/**
 * Tries the assumptions and prints what was found. Returns 0 where none is refuted, 1 where one is,
 * 2 where the trials could not be run. SIGINT and SIGTERM end the trials; what they created is
 * deleted.
 */
export async function run(request: AssumptionsRequest, context: Context<AssumptionsSettings>): Promise<number> {
  const { settings, print, warn } = context;
  const selected = select(request);
  const interruption = new AbortController();
  const interrupt = (signal: string) => interruption.abort(new Error(`${signal}: not all assumptions were tried.`));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const eks = openTrialCluster({ ...request, ...settings }, interruption.signal);
  const results: Result[] = [];
  let problem: string | null = null;
  let hasBegun = false;
  try {
    const left = await eks.cleanUp.ofAllRuns();
    if (left > 0) warn(`Deleted ${left} associations that an earlier run left.`);
    hasBegun = true;
    // Where this fails, the options or the rights are wrong, and no trial would say anything about
    // EKS.
    await eks.create();
    await eks.cleanUp.ofTrial();
    for (const assumption of selected) {
      eks.throwIfInterrupted();
      const isLeftOut = assumption.needs === 'with-throttling' && !request.withThrottling;
      const trial = isLeftOut ? { cannot: 'it harms the account: --with-throttling tries it' } : assumption.trial;
      const result = await attempt({ ...assumption, trial }, eks, request.tries);
      results.push(result);
      warn(`${results.length}/${selected.length} ${lineOf(result).join('  ')}`);
    }
  } catch (error) {
    problem = problemOf(error, eks);
  }
  if (hasBegun) problem = [problem, await cleaningProblem(eks)].filter((one) => one !== null).join('\n') || null;
  process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  eks.close();

  if (request.isJson) print(JSON.stringify({ ...targetOf(request, settings), problem, assumptions: results }, null, 2));
  else if (results.length > 0) print(reportOf(results));
  if (problem !== null) warn(problem);
  if (results.some(({ result }) => result === 'REFUTED')) return 1;
  return problem !== null || results.some(({ result }) => result === 'FAILED') ? 2 : 0;
}

function select({ only }: AssumptionsRequest) {
  const ids = assumptions.map(({ id }) => id);
  const unknown = only.filter((id) => !ids.includes(id));
  if (unknown.length > 0)
    throw new Error(`--only ${unknown.join(', ')}: not an assumption. These are: ${ids.join(', ')}`);
  return assumptions.filter(({ id }) => only.length === 0 || only.includes(id));
}

/** Why the trials ended early, with advice. */
function problemOf(error: unknown, eks: TrialCluster): string {
  const { name, message } = error as Error;
  const { clusterName, region } = eks.target;
  const denial = denialOf(error);
  if (denial?.isExplicit) {
    const advice = 'Run the command before deploy/iam/associations-scp.json is attached to the account of the cluster.';
    return `A policy denies ${denial.action} explicitly. ${advice}\n${message}`;
  }
  if (denial)
    return `The right ${denial.action} is missing. The role of deploy/iam/assumptions.yml has it.\n${message}`;
  if (name === 'ResourceNotFoundException') {
    return `There is no cluster ${clusterName} in ${region} and the account of the credentials: ${message}`;
  }
  if (name === 'CredentialsProviderError') return `There are no AWS credentials: ${message}`;
  return name === 'Error' ? message : `${name}: ${message}`;
}

/** Deletes what is left. Returns why that failed, with what to do; null where it is done. */
async function cleaningProblem(eks: TrialCluster): Promise<string | null> {
  try {
    await eks.cleanUp.ofAllRuns();
    return null;
  } catch (error) {
    const place = `namespace ${eks.target.namespace} of ${eks.target.clusterName}`;
    return `Associations may be left in ${place}: ${(error as Error).message}\nThe next run of the command deletes them.`;
  }
}

function targetOf({ clusterName, tries }: AssumptionsRequest, { region, times }: AssumptionsSettings) {
  return { clusterName, region, tries, settings: times };
}

function lineOf({ id, result, tries, longestMs, detail }: Result): readonly [string, string, string] {
  const measured = longestMs === null ? '' : `, at most ${longestMs} ms`;
  return [id, words[result], detail ?? `in ${tries} ${tries === 1 ? 'try' : 'tries'}${measured}`];
}

/** A table of the results, and what follows from those that refute. */
function reportOf(results: readonly Result[]): string {
  const refuted = results.filter(({ result }) => result === 'REFUTED');
  const paragraphs = refuted.map(
    ({ id, statement, detail, consequence }) =>
      `\n${id} is refuted.\n  Assumed: ${statement}\n  Seen: ${detail}\n  Follows: ${consequence}`,
  );
  return [...aligned(results.map(lineOf)), ...paragraphs].join('\n');
}
