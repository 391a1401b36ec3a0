import { startEksSimulator } from '../../../eks-simulator/src/index.ts';
import type { EksSimulator, EksSimulatorOptions } from '../../../eks-simulator/src/index.ts';
import type { Result } from '../../src/assumptions/attempt.ts';
import { closeAtEnd } from '../../../../test/support/left-open.ts';
import { runOperator } from '../run-operator.ts';

export const role = 'arn:aws:iam::111122223333:role/pods/payments/';
/** The options of a cluster and roles of the shipped world. */
export const target = [
  ...['--cluster', 'apps-dev', '--region', 'eu-central-1'],
  ...['--role-arn', `${role}payments-api`, '--target-role-arn', `${role}irsa-only`],
];
/** The times of the gateway, for a machine that answers at once. */
export const times = { LIST_LAG_MS: '300', EKS_PROCESSING_MS: '200' };

/** Starts a simulator that is closed at the end of the test file. */
export async function start(options: EksSimulatorOptions = {}): Promise<EksSimulator> {
  const simulator = await startEksSimulator(options);
  closeAtEnd(simulator.close);
  return simulator;
}

/** Runs the command against EKS at this address. */
export function run(
  url: string,
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  where: readonly string[] = target,
) {
  const credentials = { AWS_ACCESS_KEY_ID: 'simulator', AWS_SECRET_ACCESS_KEY: 'x' };
  return runOperator(['assumptions', ...where, ...words], { AWS_ENDPOINT_URL_EKS: url, ...credentials, ...env });
}

/** Runs it with `--json`. */
export async function resultsOf(
  url: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  where: readonly string[] = target,
) {
  const { status, stdout, stderr } = await run(url, ['--json', ...words], env, where);
  const { assumptions: results, problem } = JSON.parse(stdout) as { assumptions: Result[]; problem: string | null };
  return { status, results, problem, stderr };
}
